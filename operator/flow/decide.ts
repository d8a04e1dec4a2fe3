// decide: what to do next for one run of a flow. Pure: the same rules on the cluster and on a laptop.
// Result words are Argo's: Succeeded, Failed, Skipped (its condition was false), Omitted (it could not run any more).
import type { RunPhase, TaskPhase } from "../api/status.ts";
import { type Graph, topological } from "./graph.ts";

export type RunObservation = {
  graph: Graph;
  /** Phases of the tasks that were created; others have not begun. */
  tasks: ReadonlyMap<string, TaskPhase>;
  failFast: boolean;
  maxParallelTasks: number;
  cancelled: boolean;
};

export type RunDecision = {
  /** Tasks to create now, in the graph's order. */
  create: string[];
  /** Tasks that will never be created, with why. */
  omit: Map<string, string>;
  phase: RunPhase;
  message: string;
};

const ended: ReadonlySet<TaskPhase> = new Set(["Succeeded", "Failed", "Skipped", "Omitted"]);
export const hasEnded = (phase: TaskPhase | undefined): boolean => phase !== undefined && ended.has(phase);
/** Results that let dependents start. */
const passes = (phase: TaskPhase | undefined) => phase === "Succeeded" || phase === "Skipped";

export function decideRun(run: RunObservation): RunDecision {
  const order = topological(run.graph);
  const phases = new Map(run.tasks);
  const omit = new Map<string, string>();
  const failed = order.filter((name) => phases.get(name) === "Failed");
  const halted = run.cancelled
    ? "the run was cancelled"
    : run.failFast && failed.length > 0
      ? `${failed[0]} failed, and failFast is on`
      : undefined;
  const ready: string[] = [];
  for (const name of order) {
    if (phases.has(name)) continue;
    const why = omission(name, run.graph, phases) ?? halted;
    if (why) {
      omit.set(name, why);
      phases.set(name, "Omitted");
    } else if ([...run.graph.get(name)!].every((need) => passes(phases.get(need)))) ready.push(name);
  }
  const active = [...run.tasks.values()].filter((phase) => !hasEnded(phase)).length;
  const create = ready.slice(0, Math.max(0, run.maxParallelTasks - active));
  return { create, omit, ...result(run, order, phases, failed) };
}

/** Why a task can't run any more: one that it depends on failed or was omitted. */
function omission(name: string, graph: Graph, phases: ReadonlyMap<string, TaskPhase>): string | undefined {
  for (const need of graph.get(name)!) {
    const phase = phases.get(need);
    if (phase === "Failed") return `${need} failed`;
    if (phase === "Omitted") return `${need} was omitted`;
  }
  return undefined;
}

function result(
  run: RunObservation,
  order: string[],
  phases: ReadonlyMap<string, TaskPhase>,
  failed: string[],
): { phase: RunPhase; message: string } {
  const done = order.filter((name) => hasEnded(phases.get(name))).length;
  if (done < order.length)
    return { phase: run.tasks.size === 0 ? "Pending" : "Running", message: `${done}/${order.length} tasks have ended` };
  const succeeded = order.filter((name) => phases.get(name) === "Succeeded").length;
  if (run.cancelled) {
    return {
      phase: "Cancelled",
      message: `the run was cancelled; ${succeeded} of ${order.length} tasks had succeeded`,
    };
  }
  if (failed.length > 0)
    return {
      phase: "Failed",
      message:
        failed.length === 1
          ? `${failed[0]} failed`
          : `${failed.length} tasks failed: ${failed.slice(0, 10).join(", ")}${failed.length > 10 ? " …" : ""}`,
    };
  const skipped = order.length - succeeded;
  const message = `${succeeded} of ${order.length} tasks succeeded`;
  return { phase: "Succeeded", message: skipped > 0 ? `${message}, ${skipped} skipped` : message };
}
