// A run's status from what was decided and how its tasks do. Pure.
import { type ConditionState, conditions } from "../../api/conditions.ts";
import { defined } from "../../api/defined.ts";
import { type Cause, type FlowRunStatus, mostShown, type RunPhase } from "../../api/status.ts";
import type { RunDecision } from "../../flow/decide.ts";
import { splitKey } from "../../flow/fanOut.ts";
import type { StoredTask } from "../context.ts";
import { boundedCause } from "../task/status.ts";
import { phaseInRun } from "./steer.ts";

export type RunReport =
  | { refused: Cause }
  | { waiting: { reason: string; message: string } }
  | { decision: { phase: "Running"; message: string }; revision: string }
  | {
      decision: RunDecision;
      revision: string;
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

/** The status after a report. `now` in ms. */
export function runStatus(before: FlowRunStatus, report: RunReport, generation: number, now: number): FlowRunStatus {
  const said = words(report);
  const { phase, reason, message } = said;
  const at = new Date(now).toISOString();
  const sum = "tasks" in report ? summary(report) : {};
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

type Known = Extract<RunReport, { decision: RunDecision }>;

function summary({ decision, tasks, unmade }: Known): Partial<FlowRunStatus> {
  const { counts, phases, skip, omit, fail } = decision;
  const done = counts.succeeded + counts.failed + counts.skipped + counts.omitted;
  const failed = [
    ...[...fail, ...unmade].map(([task, cause]) => ({ task, cause })),
    ...[...tasks]
      .filter(([, task]) => phaseInRun(task) === "Failed")
      .map(([task, object]) => ({ task, cause: causeOf(object) })),
  ];
  const order = new Map([...phases.keys()].map((name, index) => [name, index]));
  const place = (key: string) => {
    const { task, index = 0 } = splitKey(key);
    return (order.get(task) ?? 0) * 10_000 + index;
  };
  failed.sort((a, b) => place(a.task) - place(b.task));
  const failures = failed.slice(0, mostShown).map(({ task, cause }) => ({ task, ...boundedCause(cause) }));
  const notRun = [...phases]
    .flatMap(([task]) => {
      const message = skip.get(task) ?? omit.get(task);
      return message === undefined ? [] : [{ task, result: skip.has(task) ? "Skipped" : "Omitted", message } as const];
    })
    .slice(0, mostShown)
    .map((one) => ({ ...one, message: one.message.slice(0, 1024) }));
  return {
    tasks: { ...counts, suspended: counts.suspended || undefined },
    progress: `${done}/${counts.total}`,
    failures: failures.length > 0 ? failures : undefined,
    notRun: notRun.length > 0 ? notRun : undefined,
  };
}

const causeOf = (task: StoredTask | undefined): Cause =>
  task?.status?.cause ?? { class: "Program", reason: "Failed", message: task?.status?.message || "it failed" };
