// Retry: which tasks of a run have to run again. Pure: the same rules on the cluster and on a laptop.
import type { TaskPhase } from "../api/status.ts";
import { splitKey } from "./fanOut.ts";
import { type Graph, topological } from "./graph.ts";

/** A task that has begun: where it is, and in which try of the run it was started last, 0 for the first. */
export type Tried = { phase: TaskPhase; inTry: number };
/** The try that a run is in, and the task that it was asked to begin from. */
export type Try = { number: number; from?: string | undefined };

/**
 * Tasks, of those that have begun, whose results don't count any more in this try: that failed before it and that no other
 * task mended, that it was asked to begin from, that `finally` has, and all that depend on a task that has run again since,
 * or will. It follows from what is durable alone, and stays the same while these are started one after the other.
 */
export function outdatedTasks(graph: Graph, begun: ReadonlyMap<string, Tried>, { number, from }: Try): Set<string> {
  if (number === 0) return new Set();
  const keys = Map.groupBy(begun.keys(), (key) => splitKey(key).task);
  const order = topological(graph);
  let outdated = new Set<string>();
  for (;;) {
    const mended = mendedTasks(graph, keys, (key) => isMending(begun.get(key)!, number) && !outdated.has(key));
    const again = (key: string, name: string) =>
      key === from ||
      name === from ||
      graph.get(name)!.atEnd === true ||
      (begun.get(key)!.phase === "Failed" && !mended.has(name));
    const next = outdatedIf(again);
    if (next.size === outdated.size) return next;
    outdated = next; // a task that mended a failure, and has to run again, mends it no more
  }

  function outdatedIf(again: (key: string, name: string) => boolean): Set<string> {
    const found = new Set<string>();
    /** The try that a task's result is of, or will be. */
    const newest = new Map<string, number>();
    for (const name of order) {
      const before = Math.max(0, ...[...graph.get(name)!.needs.keys()].map((need) => newest.get(need) ?? 0));
      const tries = (keys.get(name) ?? []).map((key) => {
        const { inTry } = begun.get(key)!;
        if (inTry >= before && (inTry === number || !again(key, name))) return inTry;
        found.add(key);
        return number;
      });
      newest.set(name, Math.max(before, ...tries));
    }
    return found;
  }
}

const isMending = ({ phase, inTry }: Tried, number: number): boolean => phase === "Succeeded" || inTry === number;

/** Tasks whose failure another one has taken care of, or does so in this try. */
function mendedTasks(
  graph: Graph,
  keys: ReadonlyMap<string, readonly string[]>,
  mends: (key: string) => boolean,
): Set<string> {
  const mending = [...graph].filter(([name]) => keys.get(name)?.some(mends));
  return new Set(mending.flatMap(([, { needs }]) => [...needs].flatMap(([name, need]) => (need.mends ? [name] : []))));
}
