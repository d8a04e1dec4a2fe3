// Starts an attempt: the ConfigMap, which claims its number for ever, then the driver pod. Both by plain POST under names
// made of task, uid and number, so that a second try, or a second operator, finds them there.
import { canonicalJson } from "../../api/hash.ts";
import type { SparkTask } from "../../api/kinds.ts";
import type { Cause } from "../../api/status.ts";
import { attemptObjects, inputCause } from "../../engines/kubernetes/attemptObjects.ts";
import { observeDriver } from "../../engines/kubernetes/observe.ts";
import { stripPod } from "../../engines/kubernetes/pod.ts";
import { nameTaken, rejection } from "../../engines/kubernetes/rejection.ts";
import { ApiError, isNotFound } from "../../kube/errors.ts";
import { controllerOf, type KubeObject, keyOf } from "../../kube/objects.ts";
import { configMaps, pods, type Resource, sparkTasks } from "../../kube/resources.ts";
import type { Context, StoredTask } from "../context.ts";
import { createOwn, type Made } from "../createOwn.ts";
import { flowUidAnnotation } from "../made.ts";
import { engineFor, problemsText, resolveFor } from "./describe.ts";
import { room } from "./room.ts";
import { runHashAnnotation } from "./view.ts";

export type Started =
  | { kind: "started"; driver: string }
  /** It can't start now; another event, or time, may change that. */
  | { kind: "waiting"; reason: string; message: string; afterMs?: number }
  /** Its number was claimed with other files, by a start that never got its pod: the next number is free. */
  | { kind: "superseded" }
  /** It can't start as it is. */
  | { kind: "refused"; cause: Cause }
  /** What we knew was old, or the task is going: look again. */
  | { kind: "stale" };

/** How soon a create that was refused by quota, policy and the like is tried again. */
const retryRefusedMs = 10_000;

export async function startAttempt(
  ctx: Context,
  stored: StoredTask,
  { task, hash }: { task: SparkTask; hash: string },
  number: number,
): Promise<Started> {
  const { namespace = "", name, uid, annotations } = stored.metadata;
  const engine = engineFor(ctx, task, namespace);
  if ("missing" in engine) return { kind: "waiting", reason: "EngineNotFound", message: engine.missing };
  if ("problems" in engine)
    return { kind: "refused", cause: invalid(`SparkEngine ${engine.name}: ${problemsText(engine.problems)}`) };
  const full = room(ctx, stored, engine.name, engine.engine?.spec.maxRunningDrivers);
  if (full) return { kind: "waiting", reason: "Queued", message: full };
  const flowUid = annotations?.[flowUidAnnotation];
  const since = number - failedSince(stored, hash);
  const identity = { objectName: name, uid, number, since, ...(flowUid === undefined ? {} : { flowUid }) };
  const objects = attemptObjects(resolveFor(ctx, task, engine.engine), identity, {
    allow: ctx.settings.allowInPods ?? [],
  });
  if ("problems" in objects) return { kind: "refused", cause: inputCause(objects.problems) };
  const { configMap, driverPod } = objects;
  const metadata = (driverPod as KubeObject).metadata;
  const claimed = await create(ctx, configMaps, namespace, configMap as KubeObject);
  if ("kind" in claimed) return claimed;
  if (claimed.existed && (await began(ctx, stored, number))) return { kind: "stale" };
  if (claimed.existed && canonicalJson(claimed.object.data) !== canonicalJson((configMap as KubeObject).data))
    return otherFiles(ctx, stored, metadata.name);
  const annotated = {
    ...driverPod,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [runHashAnnotation]: hash } },
  };
  const made = await create(ctx, pods, namespace, annotated as KubeObject);
  if ("kind" in made) return made;
  ctx.pods.put(made.object);
  if (made.existed) ctx.log.info({ task: keyOf(stored.metadata), driver: metadata.name }, "adopted the driver pod");
  return { kind: "started", driver: observeDriver(stripPod(made.object), ctx.now()).driver };
}

/**
 * The number's ConfigMap can't be changed, and holds what the task, its engine or an earlier operator said before: a pod was
 * refused then. If there is one after all, it goes on.
 */
async function otherFiles(ctx: Context, { metadata }: StoredTask, driver: string): Promise<Started> {
  try {
    const pod = await ctx.client.get(pods, metadata.namespace ?? "", driver);
    if (controllerOf(pod)?.uid !== metadata.uid) return { kind: "refused", cause: nameTaken(driver) };
    ctx.pods.put(pod);
    return { kind: "started", driver };
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return { kind: "superseded" };
  }
}

/** Attempts that failed since the task was made or last edited. */
function failedSince({ status }: StoredTask, hash: string): number {
  if (status?.runHash !== hash || !status.failures) return 0;
  return status.failures.program + status.failures.infrastructure;
}

const invalid = (message: string): Cause => ({ class: "Input", reason: "InvalidSpec", message });

/** Creates an object of the task's, or finds it there as the task's own. */
async function create(
  ctx: Context,
  resource: Resource,
  namespace: string,
  object: KubeObject,
): Promise<Made | Started> {
  try {
    const made = await createOwn(ctx, resource, namespace, object);
    return made ?? { kind: "refused", cause: nameTaken(object.metadata.name) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const refused = rejection(error.status, error.reason, error.message);
    if (!refused) throw error;
    if (refused.kind === "gone") return { kind: "stale" };
    if (refused.kind === "fail") return { kind: "refused", cause: refused.cause };
    const { reason, message } = refused.cause;
    return { kind: "waiting", reason, message, afterMs: retryRefusedMs };
  }
}

/**
 * The ConfigMap was there: did its attempt begin? Its pod may be gone since (podTTL), and what we know of the task may be
 * old. True if a live read of the task knows more of it than we did.
 */
async function began(ctx: Context, stored: StoredTask, number: number): Promise<boolean> {
  const { namespace = "", name, uid } = stored.metadata;
  try {
    const live = (await ctx.client.get(sparkTasks, namespace, name)) as StoredTask;
    ctx.tasks.put(live);
    if (live.metadata.uid !== uid || live.metadata.deletionTimestamp) return true;
    return live.status?.attempts?.some((attempt) => attempt.number >= number) ?? false;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    ctx.tasks.remove(keyOf(stored.metadata), uid);
    return true;
  }
}
