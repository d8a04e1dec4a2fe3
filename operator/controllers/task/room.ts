// `maxRunningDrivers` of an engine: who may start, the oldest first.
import { isActiveDriver } from "../../engines/kubernetes/pod.ts";
import { hasEnded } from "../../flow/decide.ts";
import { keyOf } from "../../kube/objects.ts";
import type { Context, StoredTask } from "../context.ts";

/** Why the task has to wait for its engine, or undefined if there is room for it. */
export function room(ctx: Context, task: StoredTask, engine: string, limit: number | undefined): string | undefined {
  if (limit === undefined) return undefined;
  const own = keyOf(task.metadata);
  let taken = 0; // by drivers, and by those who come first
  for (const other of ctx.unfinished.of(task.metadata.namespace ?? "")) {
    if (engineOf(ctx, other) !== engine || other.metadata.deletionTimestamp) continue;
    const key = keyOf(other.metadata);
    if (hasDriver(ctx, key) || (key !== own && isOlder(other, task))) taken++;
  }
  if (taken < limit) return undefined;
  // No numbers: whoever waits would be written anew each time that another one's driver ends.
  return `waiting: at most ${limit} drivers of engine ${engine} run at a time, the oldest tasks first (maxRunningDrivers)`;
}

/** Tasks of a namespace that may have room now: of each engine the oldest that wait, as many as may run at all. */
export function waitingFor(ctx: Context, namespace: string): string[] {
  const queued = ctx.queued.of(namespace).sort((a, b) => (isOlder(a, b) ? -1 : 1));
  const byEngine = Map.groupBy(queued, (task) => engineOf(ctx, task));
  return [...byEngine].flatMap(([engine, tasks]) => {
    const limit = ctx.engines.get(`${namespace}/${engine}`)?.spec?.maxRunningDrivers;
    return tasks.slice(0, limit).map(({ metadata }) => keyOf(metadata));
  });
}

/** For the context's index: the namespace of a task that hasn't ended, unless it is suspended and waits for nothing. */
export const unfinishedIn = ({ metadata, spec, status }: StoredTask): string[] =>
  hasEnded(status?.phase) || (status?.phase === "Suspended" && spec?.suspend) ? [] : [metadata.namespace ?? ""];

/** For the context's index: the namespace of a task that waits for room. */
export const queuedIn = ({ metadata, status }: StoredTask): string[] =>
  isQueued(status) ? [metadata.namespace ?? ""] : [];

const isQueued = (status: StoredTask["status"]): boolean =>
  status?.phase === "Pending" && status.conditions?.some(({ reason }) => reason === "Queued") === true;

const engineOf = (ctx: Context, { spec }: StoredTask): string => spec?.engine ?? ctx.settings.defaultEngine;

const hasDriver = (ctx: Context, task: string): boolean => ctx.podsOfTask.of(task).some(isActiveDriver);

function isOlder(a: StoredTask, b: StoredTask): boolean {
  const [left, right] = [a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? ""];
  return left === right ? a.metadata.name < b.metadata.name : left < right;
}
