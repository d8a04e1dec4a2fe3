// forEach: one task becomes a driver for each of its items, or for each batch of them. Which drivers to begin, and what the
// task as a whole has come to. Pure.
import type { TaskPhase } from "../api/status.ts";

/** How a task with forEach fans out, known when all that it depends on has ended. */
export type FanOut = {
  /** How many items there are, 0 to 5,000. */
  items: number;
  /** How many of them one driver takes. */
  batchSize: number;
  maxParallel: number;
  /** How many items may fail before the task has. */
  failureLimit: number;
};

export const drivers = ({ items, batchSize }: FanOut): number => Math.ceil(items / batchSize);

/** How a run calls one driver of a forEach task: `by-country[3]`. */
export const driverKey = (task: string, index: number): string => `${task}[${index}]`;
/** The task and the driver's number of such a key; a task without forEach has no number. */
export function splitKey(key: string): { task: string; index?: number } {
  const [, task, index] = /^(.*)\[(\d+)\]$/.exec(key) ?? [];
  return task === undefined ? { task: key } : { task, index: Number(index) };
}

/** Tasks with forEach that have begun: of which there is any driver among the keys, since they are made in no order. */
export function withDrivers(keys: Iterable<string>): ReadonlySet<string> {
  const tasks = new Set<string>();
  for (const key of keys) if (key.endsWith("]")) tasks.add(key.slice(0, key.lastIndexOf("[")));
  return tasks;
}

/** The items of one driver, from the first to before the last. */
export const driverItems = ({ items, batchSize }: FanOut, index: number): { first: number; count: number } => ({
  first: index * batchSize,
  count: Math.min(batchSize, items - index * batchSize),
});

export type FanOutState = {
  /** The task as a whole. */
  phase: "Pending" | "Running" | "Succeeded" | "Failed" | "Omitted";
  message: string;
  /** More items have failed than may: no further driver begins, and the task fails when those that run have ended. */
  failing: boolean;
  /** Drivers to begin, in the order of items. */
  begin: string[];
  counts: { succeeded: number; failed: number; running: number; waiting: number };
};

/** What a task with forEach has come to. `halted` says why no driver may begin any more, if so. */
export function fanOutState(
  task: string,
  fan: FanOut,
  phases: ReadonlyMap<string, TaskPhase>,
  halted: string | undefined,
): FanOutState {
  const counts = { succeeded: 0, failed: 0, running: 0, waiting: 0 };
  let failedItems = 0;
  const waiting: string[] = [];
  for (let index = 0; index < drivers(fan); index++) {
    const key = driverKey(task, index);
    const phase = phases.get(key);
    if (phase === undefined) waiting.push(key);
    else if (phase === "Succeeded") counts.succeeded++;
    else if (phase === "Failed") {
      counts.failed++;
      failedItems += driverItems(fan, index).count;
    } else counts.running++;
  }
  counts.waiting = waiting.length;
  const failing = failedItems > fan.failureLimit;
  const stopped = failing || halted !== undefined;
  const begin = stopped ? [] : waiting.slice(0, Math.max(0, fan.maxParallel - counts.running));
  const begun = drivers(fan) > waiting.length;
  const state = (phase: FanOutState["phase"], message: string) => ({ phase, message, failing, begin, counts });
  const done = `${counts.succeeded} of ${drivers(fan)} ${fan.batchSize > 1 ? "batches" : "items"} succeeded`;
  if (counts.running > 0 || (waiting.length > 0 && !stopped)) return state(begun ? "Running" : "Pending", done);
  if (failing) return state("Failed", `${failedItems} of ${fan.items} items failed`);
  if (waiting.length > 0) return state("Omitted", begun ? `${done}; ${halted}` : halted!);
  return state("Succeeded", fan.items === 0 ? "there are no items" : done);
}
