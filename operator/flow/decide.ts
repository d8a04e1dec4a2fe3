// decide: what to do next for one run of a flow. Pure: the same rules on the cluster and on a laptop.
// Result words are Argo's: Succeeded, Failed, Skipped (its condition was false), Omitted (it could not run any more).
import { taskResultWords } from "../api/flow.ts";
import type { Cause, RunPhase, TaskPhase } from "../api/status.ts";
import { notTold } from "./causes.ts";
import { drivers, type FanOut, fanOutState, splitKey, withDrivers } from "./fanOut.ts";
import { type Graph, type Node, topological } from "./graph.ts";

export type RunObservation = {
  graph: Graph;
  /** Phases of what was created, by key: a task's name, or `name[3]` for a driver of a forEach task. Others have not begun. */
  tasks: ReadonlyMap<string, TaskPhase>;
  failFast: boolean;
  maxParallelTasks: number;
  cancelled: boolean;
  /** No task may begin. */
  suspended?: boolean;
  /** Whether the condition of a task holds; asked when all that it depends on has ended. Without it, every one does. */
  condition?: (task: string, sofar: SoFar) => boolean | { wrong: string };
  /** How a task with forEach fans out, undefined for others; asked when all that it depends on has ended. */
  fanOut?: (task: string) => FanOut | { wrong: string } | undefined;
};

/** How the run has done so far. */
export type SoFar = { phases: Phases; outcome?: Outcome };
/** How the run's tasks ended, as its `finally` tasks see it. */
export type Outcome = { state: "Succeeded" | "Failed" | "Cancelled"; failedTasks: string[] };

export type RunDecision = {
  /** Keys of what to create now, in the graph's order. */
  create: string[];
  /** Tasks that will never be created, with why: skipped, omitted, or failed as they couldn't be begun. */
  skip: Map<string, string>;
  omit: Map<string, string>;
  fail: Map<string, Cause>;
  /** Phases of all tasks that have begun or ended, those with forEach as a whole. */
  phases: Phases;
  /** Tasks with forEach that have begun, with what they have come to. */
  fanOuts: ReadonlyMap<string, { message: string; drivers: number }>;
  counts: Counts;
  /** There once every task but those of `finally` has ended. */
  outcome?: Outcome;
  phase: RunPhase;
  message: string;
};

/** How many tasks are where; each driver of a task with forEach counts as one. */
export type Counts = {
  total: number;
  running: number;
  suspended: number;
  succeeded: number;
  failed: number;
  skipped: number;
  omitted: number;
};

const ended: ReadonlySet<TaskPhase> = new Set(taskResultWords);
export const hasEnded = (phase: TaskPhase | undefined): boolean => phase !== undefined && ended.has(phase);

type Phases = ReadonlyMap<string, TaskPhase>;

export function decideRun(run: RunObservation): RunDecision {
  const order = topological(run.graph);
  const usual = order.filter((name) => !run.graph.get(name)!.atEnd);
  const cancelled = run.cancelled ? "the run was cancelled" : undefined;
  let judged = judgeAll(run, usual, cancelled);
  let failures = unmendedFailures(run.graph, usual, judged);
  if (!cancelled && run.failFast && failures.length > 0) {
    judged = judgeAll(run, usual, `${failures[0]} failed, and failFast is on`, judged.fail);
    failures = unmendedFailures(run.graph, usual, judged);
  }
  const outcome = usual.every((name) => hasEnded(judged.phases.get(name)))
    ? outcomeOf(run, usual, judged.phases, failures)
    : undefined;
  if (outcome && usual.length < order.length) {
    const last = order.filter((name) => run.graph.get(name)!.atEnd);
    judgeInto(judged, run, last, undefined, outcome);
    failures = unmendedFailures(run.graph, order, judged);
  }
  const { ready, phases, skip, omit, fail, fanOuts } = judged;
  const active = [...run.tasks.values()].filter((phase) => !hasEnded(phase) && phase !== "Suspended").length;
  const create = run.suspended ? [] : ready.slice(0, Math.max(0, run.maxParallelTasks - active));
  const moving = active + create.length > 0;
  const counts = count(run, order, judged);
  const sums = { create, skip, omit, fail, phases, fanOuts, counts, ...(outcome ? { outcome } : {}) };
  return { ...sums, ...result(run, order, phases, counts, failures, moving) };
}

type Judged = {
  phases: Map<string, TaskPhase>;
  skip: Map<string, string>;
  omit: Map<string, string>;
  fail: Map<string, Cause>;
  /** Keys that may be created. */
  ready: string[];
  fanOuts: Map<string, { message: string; drivers: number }>;
  /** Tasks that will have failed when what runs of them has ended. */
  failing: Set<string>;
};

/**
 * Judges every task that hasn't ended. `halted` says why none may begin any more, if so; `failed` are tasks that have failed
 * without having begun, perhaps the very ones that halt the others.
 */
function judgeAll(
  run: RunObservation,
  order: readonly string[],
  halted: string | undefined,
  failed: ReadonlyMap<string, Cause> = new Map(),
): Judged {
  const judged: Judged = {
    phases: new Map(),
    skip: new Map(),
    omit: new Map(),
    fail: new Map(),
    ready: [],
    fanOuts: new Map(),
    failing: new Set(),
  };
  for (const [name, why] of failed) judged.fail.set(name, why);
  judgeInto(judged, run, order, halted, undefined);
  return judged;
}

function judgeInto(
  judged: Judged,
  run: RunObservation,
  order: readonly string[],
  halted: string | undefined,
  outcome: Outcome | undefined,
): void {
  const { phases, skip, omit, fail, ready, fanOuts, failing } = judged;
  const sofar = { phases, ...(outcome ? { outcome } : {}) };
  const fannedOut = withDrivers(run.tasks.keys());
  for (const name of order) {
    const begun = run.tasks.get(name);
    if (begun !== undefined || fail.has(name)) {
      phases.set(name, begun ?? "Failed");
      continue;
    }
    const end = (words: Map<string, string>, phase: TaskPhase, why: string) => {
      words.set(name, why);
      phases.set(name, phase);
    };
    const endBadly = (why: string) => {
      fail.set(name, notTold(why));
      phases.set(name, "Failed");
    };
    // What has begun isn't judged again: what it waited for may have another word for its end by now.
    const verdict: Verdict = fannedOut.has(name) ? { ready: true } : judge(run.graph.get(name)!, phases);
    if ("skip" in verdict) end(skip, "Skipped", verdict.skip);
    else if ("omit" in verdict) end(omit, "Omitted", verdict.omit);
    else if (!verdict.ready) {
      if (halted) end(omit, "Omitted", halted);
    } else {
      const fan = run.fanOut?.(name);
      const fanned = fan !== undefined && !("wrong" in fan) && drivers(fan) > 0 && fannedOut.has(name);
      // A condition is asked once more only as long as nothing was made: what has begun goes on. Also when all is halted:
      // what was skipped stays so.
      const holds = fanned || (run.condition?.(name, sofar) ?? true);
      if (typeof holds !== "boolean") endBadly(`the condition of when can't be told: ${holds.wrong}`);
      else if (!holds) end(skip, "Skipped", "its condition is false");
      else if (fan === undefined) {
        if (halted) end(omit, "Omitted", halted);
        else ready.push(name);
      } else if ("wrong" in fan) endBadly(fan.wrong);
      else {
        const state = fanOutState(name, fan, run.tasks, halted);
        ready.push(...state.begin);
        if (state.failing) failing.add(name);
        if (fanned || drivers(fan) === 0) fanOuts.set(name, { message: state.message, drivers: drivers(fan) });
        if (state.phase === "Omitted") end(omit, "Omitted", state.message);
        else if (state.phase !== "Pending") phases.set(name, state.phase);
      }
    }
  }
}

type Verdict = { ready: boolean } | { skip: string } | { omit: string };

/**
 * Whether a task may start. It never will if one that it depends on has ended otherwise than it accepts; where that one was
 * skipped and it needs what that would have left, it is skipped too.
 */
function judge({ needs, anyOf }: Node, phases: Phases): Verdict {
  let skip: string | undefined;
  for (const [name, { accepts, data }] of needs) {
    const phase = phases.get(name);
    if (phase === undefined || !hasEnded(phase) || (accepts as ReadonlySet<TaskPhase>).has(phase)) continue;
    if (phase === "Skipped" && data) skip ??= `${name} was skipped, and this needs what it leaves`;
    else return { omit: otherwise(name, phase, accepts) };
  }
  // Not before all have ended, so that the verdict doesn't depend on who ends first.
  const ready = [...needs.keys()].every((name) => hasEnded(phases.get(name)));
  if (!ready) return { ready };
  if (skip !== undefined) return { skip };
  const none = anyOf.find((group) => !group.some((name) => phases.get(name) === "Succeeded"));
  if (!none) return { ready };
  const why = `none of ${none.join(", ")} succeeded`;
  return none.every((name) => phases.get(name) === "Skipped") ? { skip: why } : { omit: why };
}

function otherwise(name: string, phase: TaskPhase, accepts: ReadonlySet<string>): string {
  const was = phase === "Failed" || phase === "Succeeded" ? phase.toLowerCase() : `was ${phase.toLowerCase()}`;
  const usual = accepts.has("Succeeded") && !accepts.has("Failed");
  return usual && phase !== "Skipped"
    ? `${name} ${was}`
    : `${name} ${was}, and this waits for ${[...accepts].join(" or ")}`;
}

/**
 * Failures that count for the run: those that no other task mends. One that was skipped or omitted mends nothing. A task that
 * can only fail any more has failed already.
 */
function unmendedFailures(graph: Graph, order: readonly string[], { phases, failing }: Judged): string[] {
  const failed = order.filter((name) => phases.get(name) === "Failed" || failing.has(name));
  if (failed.length === 0) return failed;
  const mending = new Set(
    [...graph].flatMap(([name, { needs }]) => {
      const phase = phases.get(name);
      if (phase === "Skipped" || phase === "Omitted") return [];
      return [...needs].flatMap(([need, { mends }]) => (mends ? [need] : []));
    }),
  );
  return failed.filter((name) => !mending.has(name));
}

function outcomeOf(
  run: RunObservation,
  order: readonly string[],
  phases: Phases,
  failures: readonly string[],
): Outcome {
  const failedTasks = order.filter((name) => phases.get(name) === "Failed");
  return { state: run.cancelled ? "Cancelled" : failures.length > 0 ? "Failed" : "Succeeded", failedTasks };
}

function count(run: RunObservation, order: readonly string[], { phases, fanOuts }: Judged): Counts {
  const counts: Counts = { total: 0, running: 0, suspended: 0, succeeded: 0, failed: 0, skipped: 0, omitted: 0 };
  const add = (phase: TaskPhase | undefined) => {
    if (phase === "Succeeded") counts.succeeded++;
    else if (phase === "Failed") counts.failed++;
    else if (phase === "Skipped") counts.skipped++;
    else if (phase === "Omitted") counts.omitted++;
    else if (phase === "Suspended") counts.suspended++;
    else if (phase !== undefined) counts.running++;
  };
  for (const name of order) {
    const fanned = fanOuts.get(name)?.drivers ?? 0;
    counts.total += Math.max(1, fanned);
    const phase = phases.get(name);
    if (fanned === 0) add(phase);
    // Drivers that never began have the end of the whole, if that has one.
    else
      for (let i = 0; i < fanned; i++) {
        const own = run.tasks.get(`${name}[${i}]`);
        add(own ?? (hasEnded(phase) ? "Omitted" : undefined));
      }
  }
  return counts;
}

const listed = (names: readonly string[]): string => `${names.slice(0, 10).join(", ")}${names.length > 10 ? " …" : ""}`;

/** Keys in the graph's order, and of one task in that of its drivers. */
function inOrder(order: readonly string[], keys: readonly string[]): string[] {
  const places = new Map(order.map((name, place) => [name, place]));
  const split = (key: string) => ({ place: places.get(splitKey(key).task) ?? 0, index: splitKey(key).index ?? 0 });
  return keys
    .map((key) => ({ key, ...split(key) }))
    .sort((a, b) => a.place - b.place || a.index - b.index)
    .map(({ key }) => key);
}

function result(
  run: RunObservation,
  order: readonly string[],
  phases: Phases,
  counts: Counts,
  failures: readonly string[],
  moving: boolean,
): { phase: RunPhase; message: string } {
  const done = counts.succeeded + counts.failed + counts.skipped + counts.omitted;
  if (!order.every((name) => hasEnded(phases.get(name)))) {
    const asleep = inOrder(
      order,
      [...run.tasks].flatMap(([key, phase]) => (phase === "Suspended" ? [key] : [])),
    );
    const message = `${done}/${counts.total} tasks have ended${asleep.length > 0 ? `; suspended: ${listed(asleep)}` : ""}`;
    if (!moving && (run.suspended || asleep.length > 0)) return { phase: "Suspended", message };
    return { phase: run.tasks.size === 0 ? "Pending" : "Running", message };
  }
  const succeeded = `${counts.succeeded} of ${counts.total} tasks`;
  if (run.cancelled) return { phase: "Cancelled", message: `the run was cancelled; ${succeeded} had succeeded` };
  if (failures.length > 0)
    return {
      phase: "Failed",
      message: failures.length === 1 ? `${failures[0]} failed` : `${failures.length} tasks failed: ${listed(failures)}`,
    };
  const others = (["failed", "skipped", "omitted"] as const).filter((word) => counts[word] > 0);
  const rest = others.map((word) => `, ${counts[word]} ${word}`).join("");
  return { phase: "Succeeded", message: `${succeeded} succeeded${rest}` };
}
