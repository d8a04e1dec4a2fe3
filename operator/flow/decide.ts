// decide: what to do next for one run of a flow. Pure: the same rules on the cluster and on a laptop.
// Result words are Argo's: Succeeded, Failed, Skipped (its condition was false), Omitted (it could not run any more).
import { taskResultWords } from "../api/flow.ts";
import type { RunPhase, TaskPhase } from "../api/status.ts";
import { type Graph, type Node, topological } from "./graph.ts";

export type RunObservation = {
  graph: Graph;
  /** Phases of the tasks that were created; others have not begun. */
  tasks: ReadonlyMap<string, TaskPhase>;
  failFast: boolean;
  maxParallelTasks: number;
  cancelled: boolean;
  /** No task may begin. */
  suspended?: boolean;
};

export type RunDecision = {
  /** Tasks to create now, in the graph's order. */
  create: string[];
  /** Tasks that will never be created, with why: skipped, or omitted. */
  skip: Map<string, string>;
  omit: Map<string, string>;
  phase: RunPhase;
  message: string;
};

const ended: ReadonlySet<TaskPhase> = new Set(taskResultWords);
export const hasEnded = (phase: TaskPhase | undefined): boolean => phase !== undefined && ended.has(phase);

type Phases = ReadonlyMap<string, TaskPhase>;

export function decideRun(run: RunObservation): RunDecision {
  const order = topological(run.graph);
  const cancelled = run.cancelled ? "the run was cancelled" : undefined;
  let judged = judgeAll(run, order, cancelled);
  let unmended = unmendedFailures(run.graph, order, judged.phases);
  if (!cancelled && run.failFast && unmended.length > 0) {
    judged = judgeAll(run, order, `${unmended[0]} failed, and failFast is on`);
    unmended = unmendedFailures(run.graph, order, judged.phases);
  }
  const { ready, skip, omit, phases } = judged;
  const active = [...run.tasks.values()].filter((phase) => !hasEnded(phase) && phase !== "Suspended").length;
  const create = run.suspended ? [] : ready.slice(0, Math.max(0, run.maxParallelTasks - active));
  const moving = active + create.length > 0;
  return { create, skip, omit, ...result(run, order, phases, unmended, moving) };
}

/** Judges every task that hasn't begun. `halted` says why none may begin any more, if so. */
function judgeAll(run: RunObservation, order: readonly string[], halted: string | undefined) {
  const phases = new Map(run.tasks);
  const [skip, omit, ready] = [new Map<string, string>(), new Map<string, string>(), [] as string[]];
  for (const name of order) {
    if (phases.has(name)) continue;
    const verdict = judge(run.graph.get(name)!, phases);
    if ("skip" in verdict) {
      skip.set(name, verdict.skip);
      phases.set(name, "Skipped");
    } else if ("omit" in verdict || halted) {
      omit.set(name, "omit" in verdict ? verdict.omit : halted!);
      phases.set(name, "Omitted");
    } else if (verdict.ready) ready.push(name);
  }
  return { phases, skip, omit, ready };
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

/** Failures that count for the run: those that no other task mends. One that was skipped or omitted mends nothing. */
function unmendedFailures(graph: Graph, order: readonly string[], phases: Phases): string[] {
  const mending = new Set(
    [...graph].flatMap(([name, { needs }]) => {
      const phase = phases.get(name);
      if (phase === "Skipped" || phase === "Omitted") return [];
      return [...needs].flatMap(([need, { mends }]) => (mends ? [need] : []));
    }),
  );
  return order.filter((name) => phases.get(name) === "Failed" && !mending.has(name));
}

const listed = (names: readonly string[]): string => `${names.slice(0, 10).join(", ")}${names.length > 10 ? " …" : ""}`;

function result(
  run: RunObservation,
  order: readonly string[],
  phases: Phases,
  unmended: readonly string[],
  moving: boolean,
): { phase: RunPhase; message: string } {
  const count = (phase: TaskPhase) => order.filter((name) => phases.get(name) === phase).length;
  const done = order.filter((name) => hasEnded(phases.get(name))).length;
  if (done < order.length) {
    const asleep = order.filter((name) => phases.get(name) === "Suspended");
    const message = `${done}/${order.length} tasks have ended${asleep.length > 0 ? `; suspended: ${listed(asleep)}` : ""}`;
    if (!moving && (run.suspended || asleep.length > 0)) return { phase: "Suspended", message };
    return { phase: run.tasks.size === 0 ? "Pending" : "Running", message };
  }
  const succeeded = `${count("Succeeded")} of ${order.length} tasks`;
  if (run.cancelled) return { phase: "Cancelled", message: `the run was cancelled; ${succeeded} had succeeded` };
  if (unmended.length > 0)
    return {
      phase: "Failed",
      message: unmended.length === 1 ? `${unmended[0]} failed` : `${unmended.length} tasks failed: ${listed(unmended)}`,
    };
  const others = (["Failed", "Skipped", "Omitted"] as const).filter((phase) => count(phase) > 0);
  const rest = others.map((phase) => `, ${count(phase)} ${phase.toLowerCase()}`).join("");
  return { phase: "Succeeded", message: `${succeeded} succeeded${rest}` };
}
