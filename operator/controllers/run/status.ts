// A run's status from what was decided and how its tasks do. Pure.
import { type ConditionState, conditions } from "../../api/conditions.ts";
import { defined } from "../../api/defined.ts";
import type { Cause, FlowRunStatus, RunPhase, TaskPhase } from "../../api/status.ts";
import type { RunDecision } from "../../flow/decide.ts";
import type { Graph } from "../../flow/graph.ts";
import type { StoredTask } from "../context.ts";
import { boundedCause } from "../task/status.ts";

export type RunReport =
  | { refused: Cause }
  | { waiting: { reason: string; message: string } }
  | { decision: { phase: "Running"; message: string }; revision: string }
  | {
      decision: RunDecision;
      revision: string;
      graph: Graph;
      tasks: ReadonlyMap<string, StoredTask>;
      unmade: ReadonlyMap<string, Cause>;
    };

const ended: ReadonlySet<string> = new Set(["Succeeded", "Failed", "Cancelled"] satisfies RunPhase[]);
export const runEnded = (phase: RunPhase | undefined): boolean => phase !== undefined && ended.has(phase);

const states: Record<RunPhase, ConditionState> = {
  Pending: "Pending",
  Running: "Running",
  Suspended: "Suspended",
  Succeeded: "Succeeded",
  Failed: "Failed",
  Cancelled: "Failed",
};
const mostFailures = 10;

/** The status after a report. `now` in ms. */
export function runStatus(before: FlowRunStatus, report: RunReport, generation: number, now: number): FlowRunStatus {
  const said = words(report);
  const { phase, reason, message } = said;
  const at = new Date(now).toISOString();
  const sum = "graph" in report ? summary(report) : {};
  const next: FlowRunStatus = {
    ...before,
    observedGeneration: generation,
    phase,
    message,
    conditions: conditions({ state: states[phase], reason, message, generation, previous: before.conditions, now: at }),
    revision: "revision" in report ? report.revision : before.revision,
    startedAt: before.startedAt ?? (phase === "Running" ? at : undefined),
    finishedAt: runEnded(phase) ? (before.finishedAt ?? at) : undefined,
    ...sum,
  };
  return defined(next);
}

function words(report: RunReport): { phase: RunPhase; reason: string; message: string } {
  if ("refused" in report)
    return { phase: "Failed", reason: report.refused.reason, message: report.refused.message.slice(0, 4096) };
  if ("waiting" in report) return { phase: "Pending", ...report.waiting };
  const { phase, message } = report.decision;
  // A run that has made nothing yet is under way all the same.
  const shown = phase === "Pending" ? "Running" : phase;
  return { phase: shown, reason: shown, message: message.slice(0, 4096) };
}

type Known = Extract<RunReport, { graph: Graph }>;

function summary({ decision, graph, tasks, unmade }: Known): Partial<FlowRunStatus> {
  const phaseOf = (name: string): TaskPhase | undefined => {
    if (unmade.has(name)) return "Failed";
    if (decision.skip.has(name)) return "Skipped";
    if (decision.omit.has(name)) return "Omitted";
    const task = tasks.get(name);
    return task && (task.status?.phase ?? "Pending");
  };
  const names = [...graph.keys()];
  const count = (...phases: TaskPhase[]) => names.filter((name) => phases.includes(phaseOf(name)!)).length;
  const suspended = count("Suspended");
  const counts = {
    total: names.length,
    running: count("Pending", "Running", "Retrying"),
    ...(suspended > 0 ? { suspended } : {}),
    succeeded: count("Succeeded"),
    failed: count("Failed"),
    skipped: count("Skipped"),
    omitted: count("Omitted"),
  };
  const done = counts.succeeded + counts.failed + counts.skipped + counts.omitted;
  const failures = names
    .filter((name) => phaseOf(name) === "Failed")
    .slice(0, mostFailures)
    .map((name) => ({ task: name, ...boundedCause(unmade.get(name) ?? causeOf(tasks.get(name))) }));
  return {
    tasks: counts,
    progress: `${done}/${counts.total}`,
    ...(failures.length > 0 ? { failures } : {}),
  };
}

const causeOf = (task: StoredTask | undefined): Cause =>
  task?.status?.cause ?? { class: "Program", reason: "Failed", message: task?.status?.message || "it failed" };
