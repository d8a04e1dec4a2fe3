// The SparkTask controller: observe → decide → act → report. What is durable are the objects: an operator that is killed
// anywhere, and another one that begins, end where this one would have.
import type { SparkTask } from "../../api/kinds.ts";
import { durationMs } from "../../api/quantity.ts";
import type { TaskStatus } from "../../api/status.ts";
import { executorCounts, executorHint } from "../../engines/kubernetes/executors.ts";
import { attemptNames } from "../../engines/kubernetes/names.ts";
import { type DriverPod, isDriver, taskOf } from "../../engines/kubernetes/pod.ts";
import { hasEnded } from "../../flow/decide.ts";
import { isNotFound } from "../../kube/errors.ts";
import { keyOf } from "../../kube/objects.ts";
import { pods as podResource, sparkTasks } from "../../kube/resources.ts";
import { type Cause, decideTask, superseded, type TaskDecision } from "../../task/decide.ts";
import { resolveRetry, resolveTimeouts } from "../../task/resolve.ts";
import type { Context, StoredTask } from "../context.ts";
import { tellTask } from "../events.ts";
import { patchStatus } from "../patchStatus.ts";
import { type Descriptions, problemsText } from "./describe.ts";
import { expire, releaseStrays, stopDriver, tidy } from "./pods.ts";
import { startAttempt } from "./start.ts";
import { statusPatch, type TaskReport, taskStatus } from "./status.ts";
import { isFinal, lostAttempt, recordOf, type TaskView, viewTask } from "./view.ts";

/** A cluster's default for `timeouts.start`. */
const startTimeoutMs = 600_000;
/** A driver that runs within this time needs no status that says that it is pending. */
const quietPendingMs = 3000;
/** Counts of executors and progress are written this often at most. */
const detailEveryMs = 5000;
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
  const { hash, task, problems } = descriptions.of(stored);
  const now = ctx.now();
  const view = await verified(ctx, stored, viewTask(hash, stored.status ?? {}, own.filter(isDriver), now), now);
  if (!view) return { afterMs: 0 };
  if (!task) return refuse(ctx, stored, view, own, problemsText(problems));
  return step(ctx, stored, { task, hash }, view, own);
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
  const decision = decide(checked.task, view, now);
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

function decide(task: SparkTask, view: TaskView, now: number): TaskDecision {
  const { driver } = view;
  const timeouts = { startMs: startTimeoutMs, ...resolveTimeouts(task.spec) };
  const decision = decideTask(
    {
      retry: resolveRetry(task.spec),
      timeouts,
      attempts: view.attempts,
      failures: view.failures,
      firstNumber: view.firstNumber,
      cancelled: task.spec.cancel === true,
      outdated: view.outdated,
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
  if (number > 1 && status.attempt !== number) {
    const report = reportOf(stored, checked.hash, view, own, decision);
    current = (await write(ctx, stored, report)).task;
    await tidy(ctx, current.status ?? {}, own);
  }
  const started = await startAttempt(ctx, current, checked, number);
  switch (started.kind) {
    case "started":
      tellTask(ctx, current, "Normal", "DriverCreated", `created driver pod ${started.driver}`);
      return undefined;
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

const failed = (cause: Cause, runHash: string): TaskReport => ({
  phase: "Failed",
  reason: cause.reason,
  message: cause.message,
  cause,
  runHash,
});

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

function reportOf(
  stored: StoredTask,
  hash: string,
  view: TaskView,
  own: readonly DriverPod[],
  decision: TaskDecision,
): TaskReport {
  const { metadata } = stored;
  const latest = view.attempts.at(-1);
  const nameOf = (number: number) => attemptNames({ objectName: metadata.name, uid: metadata.uid, number }).driver;
  const restart = decision.action?.kind === "start" && decision.phase === "Pending" && latest !== undefined;
  const { next } = decision;
  const common: TaskReport = {
    phase: decision.phase,
    message: decision.message,
    runHash: view.outdated && !restart ? (stored.status?.runHash ?? hash) : hash,
    attempt: next ?? view.number,
    failures: restart ? { program: 0, infrastructure: 0 } : view.failures,
    records: latest ? [{ ...latest, driver: nameOf(latest.number) }] : [],
    restart,
    nextAttemptAt: decision.phase === "Retrying" ? (decision.wakeAt ?? 0) : null,
  };
  if (restart) return common;
  if (next !== undefined) return { ...common, ...(latest?.cause ? { cause: latest.cause } : {}) };
  const { driver } = view;
  // What stands in the status stays: once a pod is let go, the store keeps nothing of its result.
  const told = recordOf(stored.status ?? {}, view.number)?.finishedAt !== undefined;
  if (decision.phase === "Succeeded")
    return driver?.state === "Succeeded" && !told
      ? { ...common, values: driver.values ?? null, outputs: driver.outputs ?? null, cause: null, executors: null }
      : common;
  if (decision.phase === "Failed") {
    const cause = latest?.cause ?? cancelledBefore(decision.message);
    return { ...common, reason: cause.reason, cause };
  }
  return { ...common, ...underWay(view, own, decision) };
}

const cancelledBefore = (message: string): Cause => ({ class: "Cancelled", reason: "Cancelled", message });

/** What is to be said of an attempt that goes on: why it waits, or how its executors do. */
function underWay(view: TaskView, own: readonly DriverPod[], decision: TaskDecision): Partial<TaskReport> {
  const { driver } = view;
  if (decision.phase === "Pending")
    return {
      reason: driver?.waiting?.reason ?? "Pending",
      message: decision.message || (driver?.waiting?.message ?? ""),
    };
  const executors = own.filter((pod) => !isDriver(pod) && taskOf(pod)?.number === view.number);
  const { oomKilled: _, ...counts } = executorCounts(executors);
  return {
    message: decision.message || (executorHint(executors) ?? ""),
    ...(executors.length > 0 ? { executors: counts } : {}),
  };
}

/** When to speak, if there is nothing yet that is worth a write. Undefined: now. */
function quietUntil(stored: StoredTask, view: TaskView, report: TaskReport, now: number): number | undefined {
  const { status = {} } = stored;
  const { driver } = view;
  const unsaid = status.phase === undefined || status.phase === "Retrying";
  if (report.phase === "Pending" && unsaid && driver && report.message === "") {
    const until = driver.createdAt + quietPendingMs;
    return now < until ? until : undefined;
  }
  return undefined;
}

type Written = {
  task: StoredTask;
  /** When details may be written that were held back. */
  dueAt?: number;
};

/** Writes what changed of the status, and tells of it in an Event where it is a step. */
async function write(ctx: Context, stored: StoredTask, report: TaskReport): Promise<Written> {
  const { status = {}, metadata } = stored;
  const progress = report.phase === "Running" ? ctx.progress.get(metadata.uid) : undefined;
  const next = taskStatus(
    status,
    progress === undefined ? report : { ...report, progress },
    metadata.generation ?? 0,
    ctx.now(),
  );
  const dueAt = (ctx.detailsWritten.get(metadata.uid) ?? 0) + detailEveryMs;
  if (onlyDetails(status, next) && ctx.now() < dueAt)
    return statusPatch(status, next) ? { task: stored, dueAt } : { task: stored };
  const written = await patchStatus(ctx, sparkTasks, ctx.tasks, stored, next);
  if (written !== stored) ctx.detailsWritten.set(metadata.uid, ctx.now());
  if (hasEnded(next.phase)) ctx.detailsWritten.delete(metadata.uid);
  tellOfStep(ctx, stored, status, next);
  return { task: written };
}

/** True if nothing but counts and progress of a running task have changed. */
function onlyDetails(before: TaskStatus, after: TaskStatus): boolean {
  return (
    after.phase === "Running" &&
    before.phase === "Running" &&
    before.message === after.message &&
    before.observedGeneration === after.observedGeneration &&
    before.attempt === after.attempt
  );
}

function tellOfStep(ctx: Context, stored: StoredTask, before: TaskStatus, after: TaskStatus): void {
  if (before.phase === after.phase && before.message === after.message && before.attempt === after.attempt) return;
  const { phase, message = "", attempt } = after;
  if (phase === "Succeeded") tellTask(ctx, stored, "Normal", "Succeeded", `attempt ${attempt} succeeded`);
  else if (phase === "Failed") tellTask(ctx, stored, "Warning", after.cause?.reason ?? "Failed", message);
  else if (phase === "Retrying" && before.phase !== "Retrying") tellTask(ctx, stored, "Warning", "Retrying", message);
  else if (phase === "Pending" && message !== "" && before.message !== message)
    tellTask(
      ctx,
      stored,
      "Warning",
      after.conditions?.find(({ type }) => type === "Ready")?.reason ?? "Pending",
      message,
    );
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
