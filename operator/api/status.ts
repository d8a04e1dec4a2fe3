// What is observed of tasks and runs. A status is a summary that can be rebuilt: counts and the latest words, never a growing map.
import { z } from "zod";
import { field, required } from "./common.ts";

/** Phases of a task. Pending, Running and Retrying are on their way; the others are results, in Argo's words. */
export const taskPhases = ["Pending", "Running", "Retrying", "Succeeded", "Failed", "Skipped", "Omitted"] as const;
export type TaskPhase = (typeof taskPhases)[number];

/** Phases of a run. */
export const runPhases = ["Pending", "Running", "Succeeded", "Failed", "Cancelled"] as const;
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
  uri: required(z.string().max(2048), "Where the data is."),
  format: required(z.string().max(32), "Format of the data."),
  rows: field(z.int(), "Number of rows."),
  schemaHash: field(z.string().max(64), "First eight hex digits of the schema's SHA-256."),
  schema: field(z.string().max(16384), "Schema as Spark DDL."),
});
export type OutputStatus = z.infer<typeof outputStatus>;

const time = z.string().max(40).meta({ format: "date-time" });
const condition = z.strictObject({
  type: required(z.string().max(64), "Succeeded, Finished, Ready, Reconciling or Stalled."),
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

export const taskStatus = z.strictObject({
  ...common,
  phase: field(z.enum(taskPhases), "Where the task is, for people."),
  attempt: field(z.int(), "Number of the latest attempt."),
  values: field(
    z.looseObject({}).meta({ preserveUnknown: true }),
    "Small values that the program published, 2 KiB in all.",
  ),
  outputs: field(z.array(outputStatus).max(100), "Outputs of the attempt that succeeded."),
  cause: field(cause, "Why the latest attempt ended badly."),
});

export const flowRunStatus = z.strictObject({
  ...common,
  phase: field(z.enum(runPhases), "Where the run is, for people."),
  progress: field(z.string().max(32), "Ended tasks out of all. Example: 5/7."),
  failures: field(z.array(cause).max(10), "The first ten failures."),
});
