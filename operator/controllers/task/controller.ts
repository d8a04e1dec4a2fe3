// The SparkTask controller: observe → decide → act → report. What is durable are the objects: an operator that is killed
// anywhere, and another one that begins, end where this one would have.
import type { SparkTask } from "../../api/kinds.ts";
import { durationMs } from "../../api/quantity.ts";
import { unansweredRetry } from "../../api/retry.ts";
import type { Cause } from "../../api/status.ts";
import { defaultStartMs } from "../../engines/kubernetes/driverPod.ts";
import { type DriverPod, isDriver, taskOf } from "../../engines/kubernetes/pod.ts";
import { hasEnded } from "../../flow/decide.ts";
import { isNotFound } from "../../kube/errors.ts";
import { keyOf } from "../../kube/objects.ts";
import { pods as podResource, sparkTasks } from "../../kube/resources.ts";
import { decideTask, superseded, type TaskDecision } from "../../task/decide.ts";
import { resolveRetry, resolveTimeouts } from "../../task/resolve.ts";
import type { Context, StoredTask } from "../context.ts";
import { tellTask } from "../events.ts";
import { readAnew } from "../readAnew.ts";
import { type Descriptions, problemsText } from "./describe.ts";
import { expire, releaseStrays, stopDriver, tidy } from "./pods.ts";
import { failed, quietUntil, reportOf } from "./report.ts";
import { startAttempt } from "./start.ts";
import { isFinal, lostAttempt, type TaskView, viewTask } from "./view.ts";
import { write } from "./write.ts";

const defaultPodTTL = "24h";

export type Look = { afterMs: number } | undefined;
type Checked = { task: SparkTask; hash: string };

export async function reconcileTask(ctx: Context, descriptions: Descriptions, key: string): Promise<Look> {
  const stored = ctx.tasks.get(key);
  const pods = ctx.podsOfTask.of(key);
  await releaseStrays(ctx, stored, pods);
  if (!stored || stored.metadata.deletionTimestamp) return undefined;
  const own = pods.filter((pod) => taskOf(pod)?.uid === stored.metadata.uid);
  if (isFinal(stored)) {
    descriptions.forget(stored.metadata.uid);
    await tidy(ctx, stored.status ?? {}, own);
    return look(ctx.now(), await afterEnd(ctx, stored, own));
  }
  const described = descriptions.of(stored);
  const { hash } = described;
  const now = ctx.now();
  const view = await verified(ctx, stored, viewTask(hash, stored.status ?? {}, own.filter(isDriver), now), now);
  if (!view) return { afterMs: 0 };
  if ("problems" in described) return refuse(ctx, stored, view, own, problemsText(described.problems));
  return step(ctx, stored, { task: described.object, hash }, view, own);
}

/** Before a driver counts as lost it is asked for by name. Undefined: it is there after all, look again. */
async function verified(ctx: Context, stored: StoredTask, view: TaskView, now: number): Promise<TaskView | undefined> {
  if (view.verify === undefined) return view;
  try {
    ctx.pods.put(await ctx.client.get(podResource, stored.metadata.namespace ?? "", view.verify));
    return undefined;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return { ...view, attempts: view.attempts.map((attempt) => lostAttempt(attempt, view.verify!, now)) };
  }
}

async function step(
  ctx: Context,
  stored: StoredTask,
  checked: Checked,
  view: TaskView,
  own: readonly DriverPod[],
): Promise<Look> {
  const now = ctx.now();
  const asked = unansweredRetry(stored) !== undefined;
  if (asked && stored.spec?.cancel && hasEnded(stored.status?.phase)) return takeCancelBack(ctx, stored);
  const decision = decide(checked.task, view, asked, now);
  const { action } = decision;
  if (action?.kind === "start") return begin(ctx, stored, checked, view, own, action.number, decision);
  if (action?.kind === "stop" && view.pod) await stopDriver(ctx, view.pod, action.cause);
  const report = reportOf(stored, checked.hash, view, own, decision);
  const quiet = quietUntil(stored, view, report, now);
  if (quiet !== undefined) return look(now, quiet, decision.wakeAt);
  const { task: written, dueAt } = await write(ctx, stored, report);
  await tidy(ctx, written.status ?? {}, own);
  return look(now, decision.wakeAt, view.driver?.lookAt, dueAt, await afterEnd(ctx, written, own));
}

/** Whoever asks for a retry of a task that was cancelled takes the cancel back. */
async function takeCancelBack(ctx: Context, stored: StoredTask): Promise<Look> {
  const { namespace = "", name, resourceVersion } = stored.metadata;
  try {
    ctx.tasks.put(
      await ctx.client.patch(sparkTasks, namespace, name, { metadata: { resourceVersion }, spec: { cancel: null } }),
    );
  } catch (error) {
    if (!(await readAnew(ctx, sparkTasks, ctx.tasks, stored, error))) throw error;
  }
  return { afterMs: 0 };
}

function decide(task: SparkTask, view: TaskView, retryAsked: boolean, now: number): TaskDecision {
  const { driver } = view;
  const timeouts = { startMs: defaultStartMs, ...resolveTimeouts(task.spec) };
  const decision = decideTask(
    {
      retry: resolveRetry(task.spec),
      timeouts,
      attempts: view.attempts,
      failures: view.failures,
      firstNumber: view.firstNumber,
      cancelled: task.spec.cancel === true,
      suspended: task.spec.suspend === true,
      outdated: view.outdated,
      retryAsked,
    },
    now,
  );
  const hopeless = driver?.state === "Pending" ? driver.waiting?.hopeless : undefined;
  if (!hopeless || decision.action) return decision;
  return {
    action: { kind: "stop", number: driver!.number, cause: hopeless },
    phase: "Pending",
    message: `stopping: ${hopeless.message}`,
  };
}

/** Starts an attempt. A number that isn't the first stands in the status before its objects are made. */
async function begin(
  ctx: Context,
  stored: StoredTask,
  checked: Checked,
  view: TaskView,
  own: readonly DriverPod[],
  number: number,
  decision: TaskDecision,
): Promise<Look> {
  let current = stored;
  const { status = {} } = stored;
  if (number > 1 && (status.attempt !== number || decision.anew)) {
    const report = reportOf(stored, checked.hash, view, own, decision);
    current = (await write(ctx, stored, report)).task;
    await tidy(ctx, current.status ?? {}, own);
  }
  const started = await startAttempt(ctx, current, checked, number);
  switch (started.kind) {
    case "started":
      tellTask(ctx, current, "Normal", "DriverCreated", `created driver pod ${started.driver}`);
      return undefined;
    case "superseded":
      return begin(ctx, current, checked, view, own, number + 1, { ...decision, next: number + 1 });
    case "stale":
      return { afterMs: 100 };
    case "waiting": {
      const { reason, message } = started;
      await write(ctx, current, { phase: "Pending", reason, message, runHash: checked.hash });
      return started.afterMs === undefined ? undefined : { afterMs: started.afterMs };
    }
    case "refused":
      await write(ctx, current, failed(started.cause, checked.hash));
      return undefined;
    default:
      return started satisfies never;
  }
}

/** A spec that can't be understood. What an earlier version of it started is stopped first. */
async function refuse(
  ctx: Context,
  stored: StoredTask,
  view: TaskView,
  own: readonly DriverPod[],
  message: string,
): Promise<Look> {
  const cause: Cause = { class: "Input", reason: "InvalidSpec", message };
  const { driver, pod } = view;
  if (pod && (driver?.state === "Pending" || driver?.state === "Running")) await stopDriver(ctx, pod, superseded);
  const { task: written } = await write(ctx, stored, {
    phase: "Failed",
    reason: cause.reason,
    message,
    cause,
    ...(driver ? { records: [driver], attempt: view.number } : {}),
  });
  await tidy(ctx, written.status ?? {}, own);
  return undefined;
}

/** After the end: pods go when their time is over. Returns when that is. */
async function afterEnd(
  ctx: Context,
  { status, spec, metadata }: StoredTask,
  own: readonly DriverPod[],
): Promise<number | undefined> {
  const left = own.some((pod) => isDriver(pod) && !pod.metadata.deletionTimestamp);
  if (!hasEnded(status?.phase) || status?.finishedAt === undefined || !left) return undefined;
  ctx.progress.delete(metadata.uid);
  const until = Date.parse(status.finishedAt) + durationMs(spec?.podTTL ?? defaultPodTTL);
  if (ctx.now() < until) return until;
  ctx.log.info({ task: keyOf(metadata) }, "podTTL is over: deleting the task's pods");
  await expire(ctx, own);
  return undefined;
}

/** The earliest of some times, as a delay from now. */
function look(now: number, ...times: (number | undefined)[]): Look {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : { afterMs: Math.max(0, Math.min(...known) - now) };
}
