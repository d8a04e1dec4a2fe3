// What is observed of tasks and runs. A status is a summary that can be rebuilt: counts and the latest words, never a growing map.
import { z } from "zod";
import { field, required } from "./common.ts";
import { longestRequest } from "./retry.ts";

/** Phases of a task. The first four are on their way, Suspended until somebody resumes it; the others are results, in Argo's words. */
export const taskPhases = [
  "Pending",
  "Running",
  "Retrying",
  "Suspended",
  "Succeeded",
  "Failed",
  "Skipped",
  "Omitted",
] as const;
export type TaskPhase = (typeof taskPhases)[number];

/** Phases of a run. */
export const runPhases = ["Pending", "Running", "Suspended", "Succeeded", "Failed", "Cancelled"] as const;
export type RunPhase = (typeof runPhases)[number];

/** Why an attempt ended badly, by who can mend it; the retry budgets go by it. */
export const causeClasses = ["Program", "Infrastructure", "Timeout", "Cancelled", "Input"] as const;
export const cause = z.strictObject({
  class: required(z.enum(causeClasses), "Who can mend it: Program, Infrastructure, Timeout, Cancelled or Input."),
  reason: required(z.string().max(128), "One word: an exception's class or a reason of ours. Example: ValueError."),
  message: required(z.string().max(4096), "One or a few sentences that say what happened and what to do."),
  at: field(z.string().max(512), "File and line of the user's code. Example: words.py:12."),
  exitCode: field(z.int(), "Exit code of the driver."),
});
export type Cause = z.infer<typeof cause>;

export const outputStatus = z.strictObject({
  name: required(z.string().max(63), "Name of the output."),
  uri: required(z.string().max(2048), "Where the data is: a URI, or a table's name where the format is table."),
  format: required(z.string().max(32), "Format of the data."),
  rows: field(z.int(), "Number of rows."),
  schemaHash: field(z.string().max(64), "First eight hex digits of the schema's SHA-256."),
  schema: field(z.string().max(16384), "Schema as Spark DDL."),
});
export type OutputStatus = z.infer<typeof outputStatus>;

const time = z.string().max(40).meta({ format: "date-time" });
const condition = z.strictObject({
  type: required(z.string().max(64), "Succeeded, Finished, Suspended, Ready, Reconciling or Stalled."),
  status: required(z.enum(["True", "False", "Unknown"]), "True, False or Unknown."),
  reason: required(z.string().max(128), "One word for machines."),
  message: required(z.string().max(4096), "A sentence for people."),
  lastTransitionTime: required(time, "When status changed last."),
  observedGeneration: field(z.int(), "Generation that this was seen at."),
});
const common = {
  observedGeneration: field(z.int(), "Generation that this status was made from."),
  message: field(z.string().max(4096), "What is going on, in one line."),
  conditions: field(
    z
      .array(condition)
      .max(16)
      .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"] }),
    "Conditions that tools wait for: Finished is True either way.",
  ),
  startedAt: field(time, "When the first attempt or task began."),
  finishedAt: field(time, "When it ended."),
};

const requestedAt = field(
  z.string().max(longestRequest),
  "Value of the annotation sparkflow.dev/retry-requested-at that was answered last.",
);

const runHash = field(
  z.string().max(64),
  "Hash of the fields that the present work was started for; an edit that changes it starts again.",
);

/** An attempt that is over or under way, as a status keeps it. */
export const attemptStatus = z.strictObject({
  number: required(z.int(), "Number of the attempt, from 1."),
  state: required(z.enum(["Pending", "Running", "Succeeded", "Failed"]), "Where the attempt is."),
  driver: required(z.string().max(63), "Name of the driver pod."),
  startedAt: field(time, "When the driver began to run."),
  finishedAt: field(time, "When the driver ended."),
  cause: field(cause, "Why it ended badly."),
});
export type AttemptStatus = z.infer<typeof attemptStatus>;
/** Failures, and tasks that didn't run, that a run's status shows: the first ones. */
export const mostShown = 10;
/** Attempts that a status shows: the last ones. */
export const keptAttempts = 10;

export const executorCounts = z.strictObject({
  pending: required(z.int(), "Executor pods that don't run yet."),
  running: required(z.int(), "Executor pods that run."),
  succeeded: required(z.int(), "Executor pods that ended well."),
  failed: required(z.int(), "Executor pods that ended badly."),
});
export type ExecutorCounts = z.infer<typeof executorCounts>;

export const taskStatus = z.strictObject({
  ...common,
  phase: field(z.enum(taskPhases), "Where the task is, for people."),
  runHash,
  attempt: field(z.int(), "Number of the latest attempt, which may still have to begin."),
  nextAttemptAt: field(time, "When the next attempt may begin, while the task waits between two."),
  failures: field(
    z.strictObject({
      program: required(z.int(), "Attempts that failed by the program, against retry.limit."),
      infrastructure: required(
        z.int(),
        "Attempts lost by evictions, nodes and kills, against retry.infrastructureLimit.",
      ),
    }),
    "Failed attempts since the task was last started, by retry budget.",
  ),
  attempts: field(z.array(attemptStatus).max(keptAttempts), "The last ten attempts, with times and causes."),
  retry: field(z.strictObject({ requestedAt }), "The latest request to try again."),
  driver: field(z.string().max(63), "Name of the latest attempt's driver pod."),
  executors: field(executorCounts, "Executor pods of the latest attempt."),
  progress: field(z.string().max(256), "What Spark is doing. Example: stage 3 count: 12/200."),
  values: field(
    z.looseObject({}).meta({ preserveUnknown: true }),
    "Small values that the program published, 2 KiB in all.",
  ),
  outputs: field(z.array(outputStatus).max(100), "Outputs of the attempt that succeeded."),
  cause: field(cause, "Why the latest attempt ended badly."),
});

const taskKey = z.string().max(80);

export const flowRunStatus = z.strictObject({
  ...common,
  phase: field(z.enum(runPhases), "Where the run is, for people."),
  revision: field(z.string().max(253), "ControllerRevision that holds the flow as this run took it."),
  retry: field(
    z.strictObject({
      requestedAt,
      number: field(z.int(), "How many times the run has been tried again."),
      from: field(z.string().max(63), "Task that the latest try began from, if one was named."),
    }),
    "The latest request to try again, and the try that the run is in.",
  ),
  progress: field(z.string().max(32), "Ended tasks out of all. Example: 5/7."),
  tasks: field(
    z.strictObject({
      total: required(z.int(), "All tasks of the run; of one with forEach each driver counts, once they are known."),
      running: required(z.int(), "Tasks under way."),
      suspended: field(z.int(), "Tasks that are suspended, if any."),
      succeeded: required(z.int(), "Tasks that succeeded."),
      failed: required(z.int(), "Tasks that failed."),
      skipped: required(z.int(), "Tasks whose condition was false."),
      omitted: required(z.int(), "Tasks that could not run any more."),
    }),
    "Counts of the run's tasks.",
  ),
  failures: field(
    z
      .array(cause.extend({ task: required(taskKey, "Name of the task in the flow, as by-country[3] for an item.") }))
      .max(10),
    "The first ten failures.",
  ),
  notRun: field(
    z
      .array(
        z.strictObject({
          task: required(taskKey, "Name of the task in the flow."),
          result: required(z.enum(["Skipped", "Omitted"]), "Skipped or Omitted."),
          message: required(z.string().max(1024), "Why, in one line."),
        }),
      )
      .max(10),
    "The first ten tasks that won't run, with why.",
  ),
});

export const flowStatus = z.strictObject({
  ...common,
  runHash,
  latestRun: field(z.string().max(253), "Name of the latest run."),
  phase: field(z.enum(runPhases), "Where the latest run is, for people."),
  progress: field(z.string().max(32), "Ended tasks of the latest run out of all. Example: 5/7."),
  nextRunAt: field(time, "The schedule's next tick."),
  lastScheduledAt: field(time, "The latest tick that has started a run."),
  schedule: field(
    z.strictObject({
      cron: required(z.string().max(256), "Cron expression that the ticks are counted by."),
      timeZone: field(z.string().max(64), "Its time zone."),
      handledUntil: required(time, "Ticks up to here have started their runs, or have been missed."),
    }),
    "How far the schedule has been followed.",
  ),
  requestedRun: field(z.string().max(63), "Run that the annotation sparkflow.dev/run-requested-at has asked for last."),
});
export type TaskStatus = z.infer<typeof taskStatus>;
export type FlowRunStatus = z.infer<typeof flowRunStatus>;
export type FlowStatus = z.infer<typeof flowStatus>;
export type Condition = z.infer<typeof condition>;
