// Runs and tasks as the laptop's controller has them in hand, what it tells of them, and the records they leave.
import { join } from "node:path";
import type { SparkTask } from "../../api/kinds.ts";
import { type Cause, keptAttempts, type RunPhase, type TaskPhase } from "../../api/status.ts";
import { hasEnded } from "../../flow/decide.ts";
import type { TaskResult } from "../../flow/runContext.ts";
import type { AttemptObservation } from "../../task/decide.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import type { Progress } from "../sparkUi.ts";
import type { StartedAttempt } from "./attempt.ts";
import { thisProcess } from "./liveness.ts";
import type { LocalSize } from "./place.ts";
import type { RunPlan } from "./plan.ts";
import type { AttemptRecord, RunRecord, TaskRecord } from "./store.ts";

export type AttemptState = AttemptObservation & {
  dir: string;
  started?: StartedAttempt;
  stopCause?: Cause;
  progress?: Progress;
};
export type TaskState = {
  name: string;
  phase: TaskPhase;
  message: string;
  attempts: AttemptState[];
  made?: MadeTask;
  result?: TaskResult;
  /** Why it failed, where that isn't its latest attempt's cause. */
  cause?: Cause;
  /** What it goes on from in a run that was taken up again. */
  former?: Former;
  /** It ended without having begun: skipped, omitted, or failed by its own condition. */
  unbegun?: boolean;
};
/** Attempts of a task before its run was taken up again, and the highest number that one has. */
export type Former = { attempts: readonly AttemptRecord[]; lastNumber: number };
export type MadeTask = { object: SparkTask; resolved: ResolvedTask; size: LocalSize };
export type RunState = {
  plan: RunPlan;
  /** By key: a task's name, or `name[3]` for a driver of a forEach task. */
  tasks: Map<string, TaskState>;
  /** What tasks go on from, by key, in a run that was taken up again. */
  former: ReadonlyMap<string, Former>;
  /** Keys in the order of the flow. */
  order: string[];
  phase: RunPhase;
  message: string;
  startedAt: number;
  finishedAt?: number;
};

/** Told of every change. `task` and `run` are the live state: a reporter reads, it never writes. */
export type Reporter = {
  task: (run: RunState, task: TaskState) => void;
  run: (run: RunState) => void;
  note: (text: string) => void;
  /** How often a running task's progress is asked for, in milliseconds. */
  progressEveryMs: number;
};

const iso = (ms: number) => new Date(ms).toISOString();

/** A run's record as it is now. */
export function recordOf(run: RunState): RunRecord {
  const { plan } = run;
  return {
    name: plan.name,
    kind: plan.kind,
    of: plan.of,
    manifest: plan.manifestFolder,
    params: { ...plan.params },
    phase: run.phase,
    message: run.message,
    startedAt: iso(run.startedAt),
    ...(run.finishedAt === undefined ? {} : { finishedAt: iso(run.finishedAt) }),
    owner: thisProcess(),
    ...(plan.source ?? {}),
    date: plan.date,
    scheduledAt: plan.scheduledAt,
    tasks: run.order.map((key) => taskRecord(run.tasks.get(key) ?? notBegun(key, run.former.get(key)))),
  };
}

export const notBegun = (name: string, former: Former | undefined): TaskState => ({
  name,
  phase: "Pending",
  message: "",
  attempts: [],
  ...(former ? { former } : {}),
});

export function taskRecord(task: TaskState): TaskRecord {
  const first = task.attempts[0];
  const latest = task.attempts.at(-1);
  const cause = task.cause ?? latest?.cause;
  const attempts = [...(task.former?.attempts ?? []), ...task.attempts.map(attemptRecord)].slice(-keptAttempts);
  return {
    name: task.name,
    phase: task.phase,
    message: task.message,
    attempt: latest?.number ?? task.former?.lastNumber ?? 0,
    ...(attempts.length > 0 ? { attempts } : {}),
    ...(first ? { startedAt: iso(first.createdAt) } : {}),
    ...(latest?.endedAt === undefined || !hasEnded(task.phase) ? {} : { finishedAt: iso(latest.endedAt) }),
    ...(latest ? { log: join(latest.dir, "driver.log") } : {}),
    ...(task.result ? { values: { ...task.result.values }, outputs: [...task.result.outputs] } : {}),
    ...(cause ? { cause } : {}),
  };
}

const attemptRecord = ({ number, state, createdAt, endedAt, cause }: AttemptState): AttemptRecord => ({
  number,
  state,
  startedAt: iso(createdAt),
  ...(endedAt === undefined ? {} : { finishedAt: iso(endedAt) }),
  ...(cause ? { cause } : {}),
});
