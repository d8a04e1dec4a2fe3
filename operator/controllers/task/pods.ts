// Ends what an attempt leaves: its tracking finalizer once its end is in the status, its executors, and in time its pod.
import type { Cause, TaskStatus } from "../../api/status.ts";
import { executorSelector } from "../../engines/kubernetes/labels.ts";
import { observeDriver } from "../../engines/kubernetes/observe.ts";
import { type DriverPod, isDriver, isTracked, releasePatch, taskOf } from "../../engines/kubernetes/pod.ts";
import { stopAction } from "../../engines/kubernetes/stop.ts";
import { isNotFound } from "../../kube/errors.ts";
import { pods as podResource, sparkTasks } from "../../kube/resources.ts";
import type { Context, StoredTask } from "../context.ts";
import { readAnew } from "../readAnew.ts";
import { recordOf } from "./view.ts";

/** Stops an attempt so that log and cause stay: by its deadline, or by deletion if it never got a node. */
export async function stopDriver(ctx: Context, pod: DriverPod, cause: Cause): Promise<void> {
  const action = stopAction(pod, cause);
  if (action.kind === "none") return;
  const { namespace = "", name, uid } = pod.metadata;
  await onPod(ctx, pod, async () => {
    ctx.pods.put(await ctx.client.patch(podResource, namespace, name, action.patch));
    if (action.kind === "delete") await ctx.client.delete(podResource, namespace, name, { uid });
  });
}

/** Of no account: the attempt has its cause already. */
const sidecars: Cause = { class: "Cancelled", reason: "DriverEnded", message: "the driver has ended" };

/** After an attempt's end is in the status: its executors are deleted, sidecars end, the driver pod is let go. */
export async function tidy(ctx: Context, status: TaskStatus, own: readonly DriverPod[]): Promise<void> {
  for (const pod of own.filter(isDriver)) {
    const number = taskOf(pod)?.number ?? 0;
    const ended = recordOf(status, number)?.finishedAt !== undefined || number < (status.attempts?.[0]?.number ?? 0);
    if (!ended) continue;
    await deleteExecutors(ctx, pod, own);
    if (observeDriver(pod, ctx.now()).lingers) await stopDriver(ctx, pod, sidecars);
    if (isTracked(pod)) await release(ctx, pod);
  }
}

async function deleteExecutors(ctx: Context, driver: DriverPod, own: readonly DriverPod[]): Promise<void> {
  const attempt = taskOf(driver);
  if (!attempt) return;
  const left = own.some(
    (pod) => !isDriver(pod) && taskOf(pod)?.number === attempt.number && !pod.metadata.deletionTimestamp,
  );
  if (left) await ctx.client.deleteCollection(podResource, driver.metadata.namespace ?? "", executorSelector(attempt));
}

/** Deletes pods of a finished task whose time is over. The ConfigMaps stay: they say that their attempts were. */
export async function expire(ctx: Context, own: readonly DriverPod[]): Promise<void> {
  for (const pod of own.filter((one) => isDriver(one) && !one.metadata.deletionTimestamp)) {
    const { namespace = "", name, uid } = pod.metadata;
    await onPod(ctx, pod, () => ctx.client.delete(podResource, namespace, name, { uid }));
  }
}

/**
 * Driver pods whose task is gone, or going, are let go, else they would stay for ever. A pod that nobody deletes yet has
 * an owner, whom the garbage collector follows; only an orphan is let go without a deletion.
 */
export async function releaseStrays(
  ctx: Context,
  task: StoredTask | undefined,
  pods: readonly DriverPod[],
): Promise<void> {
  for (const pod of pods.filter(isTracked)) {
    const orphan = (pod.metadata.ownerReferences ?? []).length === 0;
    if (!pod.metadata.deletionTimestamp && !orphan) continue;
    const uid = pod.metadata.ownerReferences?.find(({ kind }) => kind === "SparkTask")?.uid;
    if (task && task.metadata.uid === uid && !task.metadata.deletionTimestamp) continue;
    if (task?.metadata.uid === uid || (await isGone(ctx, pod, uid))) await release(ctx, pod);
  }
}

/** A live read: is there no task of this uid any more? */
async function isGone(ctx: Context, pod: DriverPod, uid: string | undefined): Promise<boolean> {
  const name = pod.metadata.labels?.["app.kubernetes.io/instance"];
  if (uid === undefined || name === undefined) return true;
  try {
    const { metadata } = await ctx.client.get(sparkTasks, pod.metadata.namespace ?? "", name);
    return metadata.uid !== uid || metadata.deletionTimestamp !== undefined;
  } catch (error) {
    if (isNotFound(error)) return true;
    throw error;
  }
}

async function release(ctx: Context, pod: DriverPod): Promise<void> {
  const { namespace = "", name } = pod.metadata;
  await onPod(ctx, pod, async () => {
    ctx.pods.put(await ctx.client.patch(podResource, namespace, name, releasePatch(pod), { type: "json" }));
  });
}

/** A pod that has gone meanwhile is no error; one that has changed is read anew before the error goes on. */
async function onPod(ctx: Context, pod: DriverPod, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(await readAnew(ctx, podResource, ctx.pods, pod, error))) throw error;
  }
}
