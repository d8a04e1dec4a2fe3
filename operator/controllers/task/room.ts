// `maxRunningDrivers` of an engine: who may start, the oldest first.
import { observeDriver } from "../../engines/kubernetes/observe.ts";
import { type DriverPod, isDriver } from "../../engines/kubernetes/pod.ts";
import { hasEnded } from "../../flow/decide.ts";
import { keyOf } from "../../kube/objects.ts";
import type { Context, StoredTask } from "../context.ts";

/** Why the task has to wait for its engine, or undefined if there is room for it. */
export function room(ctx: Context, task: StoredTask, engine: string, limit: number | undefined): string | undefined {
  if (limit === undefined) return undefined;
  const namespace = task.metadata.namespace ?? "";
  const own = keyOf(task.metadata);
  let running = 0;
  let before = 0;
  for (const other of ctx.tasks.values()) {
    const { metadata, status, spec } = other;
    if (metadata.namespace !== namespace || hasEnded(status?.phase) || metadata.deletionTimestamp) continue;
    if ((spec?.engine ?? ctx.settings.defaultEngine) !== engine) continue;
    const key = keyOf(metadata);
    if (hasDriver(ctx, key)) running++;
    else if (key !== own && isOlder(other, task)) before++;
  }
  if (running + before < limit) return undefined;
  const ahead = before > 0 ? `, and ${before} ${before === 1 ? "task is" : "tasks are"} before this one` : "";
  return `waiting: ${running} of at most ${limit} drivers of engine ${engine} run${ahead} (maxRunningDrivers)`;
}

/** Tasks of an engine's namespace that wait for room have it looked for again when a driver has ended. */
export function waitingFor(ctx: Context, namespace: string): string[] {
  return [...ctx.tasks.values()]
    .filter(({ metadata, status }) => metadata.namespace === namespace && isQueued(status))
    .map(({ metadata }) => keyOf(metadata));
}

const isQueued = (status: StoredTask["status"]): boolean =>
  status?.phase === "Pending" && status.conditions?.some(({ reason }) => reason === "Queued") === true;

const hasDriver = (ctx: Context, task: string): boolean =>
  ctx.podsOfTask.of(task).some((pod) => isActiveDriver(pod, ctx.now()));

function isActiveDriver(pod: DriverPod, now: number): boolean {
  if (!isDriver(pod)) return false;
  const { state } = observeDriver(pod, now);
  return state === "Pending" || state === "Running";
}

function isOlder(a: StoredTask, b: StoredTask): boolean {
  const [left, right] = [a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? ""];
  return left === right ? a.metadata.name < b.metadata.name : left < right;
}
