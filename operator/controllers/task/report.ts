// What is to be said of a task after a decision. Pure.
import type { Cause } from "../../api/status.ts";
import { executorCounts, executorHint } from "../../engines/kubernetes/executors.ts";
import { attemptNames } from "../../engines/kubernetes/names.ts";
import { type DriverPod, isDriver, taskOf } from "../../engines/kubernetes/pod.ts";
import type { TaskDecision } from "../../task/decide.ts";
import type { StoredTask } from "../context.ts";
import type { TaskReport } from "./status.ts";
import { recordOf, type TaskView } from "./view.ts";

/** A driver that runs within this time needs no status that says that it is pending. */
const quietPendingMs = 3000;

/** `hash` is that of the spec now; `own` are the task's pods. */
export function reportOf(
  stored: StoredTask,
  hash: string,
  view: TaskView,
  own: readonly DriverPod[],
  decision: TaskDecision,
): TaskReport {
  const { metadata } = stored;
  const latest = view.attempts.at(-1);
  const nameOf = (number: number) => attemptNames({ objectName: metadata.name, uid: metadata.uid, number }).driver;
  const { next, anew: restart = false } = decision;
  const common: TaskReport = {
    phase: decision.phase,
    message: decision.message,
    runHash: view.outdated && !restart ? (stored.status?.runHash ?? hash) : hash,
    // One that waited for its next attempt and is cancelled or suspended meanwhile is left with the attempt that it had.
    attempt: next ?? (atRest(decision) ? (latest?.number ?? view.number) : view.number),
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
    const cause = decision.cause ?? latest?.cause;
    return cause ? { ...common, reason: cause.reason, cause } : common;
  }
  if (decision.phase === "Suspended") return common;
  return { ...common, ...underWay(view, own, decision) };
}

const atRest = ({ phase }: TaskDecision): boolean => phase === "Failed" || phase === "Suspended";

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

/** Of a task that can't start as it is. */
export const failed = (cause: Cause, runHash: string): TaskReport => ({
  phase: "Failed",
  reason: cause.reason,
  message: cause.message,
  cause,
  runHash,
});

/** When to speak, if there is nothing yet that is worth a write. Undefined: now. */
export function quietUntil(stored: StoredTask, view: TaskView, report: TaskReport, now: number): number | undefined {
  const { status = {} } = stored;
  const { driver } = view;
  const unsaid = status.phase === undefined || status.phase === "Retrying";
  if (report.phase === "Pending" && unsaid && driver && report.message === "") {
    const until = driver.createdAt + quietPendingMs;
    return now < until ? until : undefined;
  }
  return undefined;
}
