// Writes what changed of a task's status, and tells of it in an Event where it is a step.
import { requestedRetry, unansweredRetry } from "../../api/retry.ts";
import type { TaskStatus } from "../../api/status.ts";
import { hasEnded } from "../../flow/decide.ts";
import { sparkTasks } from "../../kube/resources.ts";
import type { Context, StoredTask } from "../context.ts";
import { tellTask } from "../events.ts";
import { patchStatus } from "../patchStatus.ts";
import { statusPatch, type TaskReport, taskStatus } from "./status.ts";

/** Counts of executors and progress are written this often at most. */
const detailEveryMs = 5000;

type Written = {
  /** The task as it is then. */
  task: StoredTask;
  /** When details may be written that were held back. */
  dueAt?: number;
};

export async function write(ctx: Context, stored: StoredTask, report: TaskReport): Promise<Written> {
  const { status = {}, metadata } = stored;
  const progress = report.phase === "Running" ? ctx.progress.get(metadata.uid) : undefined;
  const told = progress === undefined ? report : { ...report, progress };
  const requestedAt = requestedRetry(stored);
  const next: TaskStatus = {
    ...taskStatus(status, told, metadata.generation ?? 0, ctx.now()),
    ...(requestedAt === undefined ? {} : { retry: { requestedAt } }),
  };
  const dueAt = (ctx.detailsWritten.get(metadata.uid) ?? 0) + detailEveryMs;
  if (onlyDetails(status, next) && ctx.now() < dueAt)
    return statusPatch(status, next) ? { task: stored, dueAt } : { task: stored };
  const written = await patchStatus(ctx, sparkTasks, ctx.tasks, stored, next);
  if (written !== stored) ctx.detailsWritten.set(metadata.uid, ctx.now());
  if (hasEnded(next.phase)) ctx.detailsWritten.delete(metadata.uid);
  if (unansweredRetry(stored) && !report.restart && (status.phase === "Running" || status.phase === "Suspended"))
    tellTask(ctx, stored, "Warning", "RetryIgnored", `the retry was ignored: the task is ${status.phase}`);
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
    before.attempt === after.attempt &&
    before.retry?.requestedAt === after.retry?.requestedAt
  );
}

function tellOfStep(ctx: Context, stored: StoredTask, before: TaskStatus, after: TaskStatus): void {
  if (before.phase === after.phase && before.message === after.message && before.attempt === after.attempt) return;
  const { phase, message = "", attempt } = after;
  if (phase === "Succeeded") tellTask(ctx, stored, "Normal", "Succeeded", `attempt ${attempt} succeeded`);
  else if (phase === "Failed") tellTask(ctx, stored, "Warning", after.cause?.reason ?? "Failed", message);
  else if (phase === "Retrying" && before.phase !== "Retrying") tellTask(ctx, stored, "Warning", "Retrying", message);
  else if (phase === "Suspended" && before.phase !== phase) tellTask(ctx, stored, "Normal", "Suspended", message);
  else if (before.phase === "Suspended") tellTask(ctx, stored, "Normal", "Resumed", "resumed");
  else if (phase === "Pending" && message !== "" && before.message !== message)
    tellTask(
      ctx,
      stored,
      "Warning",
      after.conditions?.find(({ type }) => type === "Ready")?.reason ?? "Pending",
      message,
    );
}
