// A task's status from what was decided. Pure. Every text is cut to what the schema allows: a status that the API server
// refuses would say nothing at all.
import { type ConditionState, conditions } from "../../api/conditions.ts";
import { defined } from "../../api/defined.ts";
import { canonicalJson } from "../../api/hash.ts";
import {
  type AttemptStatus,
  type Cause,
  type ExecutorCounts,
  keptAttempts,
  type OutputStatus,
  type TaskPhase,
  type TaskStatus,
} from "../../api/status.ts";
import type { AttemptObservation, Failures } from "../../task/decide.ts";

/** What is to be said of a task. Fields left out stay as they are in the status; `null` takes one away. */
export type TaskReport = {
  phase: TaskPhase;
  /** One word for machines. Default: the phase. */
  reason?: string;
  message: string;
  runHash?: string;
  attempt?: number;
  nextAttemptAt?: number | null;
  failures?: Failures;
  /** Attempts whose records are new or have changed. */
  records?: readonly (AttemptObservation & { driver: string })[];
  executors?: ExecutorCounts | null;
  progress?: string | null;
  cause?: Cause | null;
  values?: Record<string, unknown> | null;
  outputs?: readonly OutputStatus[] | null;
  /** The task starts again: what is known of its last results goes. */
  restart?: boolean;
};

const iso = (ms: number): string => new Date(ms).toISOString();
const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

const states: Record<TaskPhase, ConditionState> = {
  Pending: "Pending",
  Running: "Running",
  Retrying: "Retrying",
  Suspended: "Suspended",
  Succeeded: "Succeeded",
  Skipped: "Succeeded",
  Failed: "Failed",
  Omitted: "Failed",
};

/** The status after a report. `generation` is the object's that was looked at, `now` in ms. */
export function taskStatus(previous: TaskStatus, report: TaskReport, generation: number, now: number): TaskStatus {
  const { phase } = report;
  const kept: TaskStatus = report.restart ? { ...previous, startedAt: undefined, finishedAt: undefined } : previous;
  const attempts = mergeRecords(kept.attempts ?? [], report.records ?? []);
  const started = report.records?.find(({ startedAt }) => startedAt !== undefined)?.startedAt;
  const startedAt = kept.startedAt ?? (started === undefined ? undefined : iso(started));
  const message = cut(report.message, 4096);
  const finished = phase === "Succeeded" || phase === "Failed";
  const pick = <T>(reported: T | null | undefined, before: T | undefined): T | undefined =>
    reported === undefined ? (report.restart ? undefined : before) : (reported ?? undefined);
  const next: TaskStatus = {
    observedGeneration: generation,
    phase,
    message,
    conditions: conditions({
      state: states[phase],
      reason: report.reason ?? phase,
      message,
      generation,
      previous: previous.conditions,
      now: iso(now),
    }),
    runHash: report.runHash ?? kept.runHash,
    retry: kept.retry,
    attempt: report.attempt ?? kept.attempt,
    nextAttemptAt: typeof report.nextAttemptAt === "number" ? iso(report.nextAttemptAt) : undefined,
    failures: report.failures ?? (report.restart ? { program: 0, infrastructure: 0 } : kept.failures),
    attempts: attempts.length > 0 ? attempts : undefined,
    driver: attempts.at(-1)?.driver,
    executors: pick(report.executors, kept.executors),
    progress: finished ? undefined : pick(report.progress, kept.progress),
    cause: pick(report.cause && boundedCause(report.cause), kept.cause),
    values: pick(report.values, kept.values as Record<string, unknown> | undefined),
    outputs: pick(report.outputs && boundedOutputs(report.outputs), kept.outputs),
    startedAt,
    finishedAt: finished ? (kept.finishedAt ?? iso(lastEnd(report) ?? now)) : undefined,
  };
  return defined(next);
}

const lastEnd = ({ records = [] }: TaskReport): number | undefined => records.at(-1)?.endedAt;

function mergeRecords(before: readonly AttemptStatus[], changed: NonNullable<TaskReport["records"]>): AttemptStatus[] {
  const all = new Map(before.map((record) => [record.number, record]));
  for (const { number, state, driver, startedAt, endedAt, cause } of changed) {
    if (all.get(number)?.finishedAt !== undefined) continue; // what has ended doesn't change any more
    all.set(number, {
      number,
      state,
      driver,
      ...(startedAt === undefined ? {} : { startedAt: iso(startedAt) }),
      ...(endedAt === undefined ? {} : { finishedAt: iso(endedAt) }),
      ...(cause ? { cause: boundedCause(cause) } : {}),
    });
  }
  return [...all.values()].sort((a, b) => a.number - b.number).slice(-keptAttempts);
}

export const boundedCause = (cause: Cause): Cause => ({
  ...cause,
  reason: cut(cause.reason, 128),
  message: cut(cause.message, 4096),
  ...(cause.at === undefined ? {} : { at: cut(cause.at, 512) }),
});

const longestSchema = 16_384;
const boundedOutputs = (outputs: readonly OutputStatus[]): OutputStatus[] =>
  outputs.map(({ schema, ...output }) => ({
    ...output,
    ...(schema !== undefined && schema.length <= longestSchema ? { schema } : {}),
  }));

/** The merge-patch that makes one status of another, or undefined if they are equal. */
export function statusPatch(previous: object, next: object): Record<string, unknown> | undefined {
  const before = previous as Record<string, unknown>;
  const after = next as Record<string, unknown>;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = keys.filter((key) => !isEqual(before[key] ?? null, after[key] ?? null));
  if (changed.length === 0) return undefined;
  return Object.fromEntries(changed.map((key) => [key, replacing(before[key], after[key])]));
}

const isEqual = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === "object" && typeof b === "object" && canonicalJson(a) === canonicalJson(b));

/** A merge-patch merges maps: what the new one lacks must be taken away by name. */
function replacing(before: unknown, after: unknown): unknown {
  if (after === undefined) return null;
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(before) || !isMap(after)) return after;
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  const entries = Object.entries(after).map(([key, value]) => [key, replacing(before[key], value)]);
  return Object.fromEntries([...entries, ...gone.map((key) => [key, null])]);
}
