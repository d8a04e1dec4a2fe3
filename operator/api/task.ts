// SparkTask: one piece of Spark work. A flow's tasks have the same fields.
import { z } from "zod";
import { dnsLabel, duration, field, identifier, listByKey, paramValue, required } from "./common.ts";
import { input, output } from "./data.ts";
import { forEachItem, mostItems } from "./forEach.ts";
import { programFields } from "./program.ts";
import { settingsFields } from "./settings.ts";

const count = z.int().min(0).max(100);

export const retry = z.strictObject({
  limit: field(count, "Further attempts after the program failed. Default: 0. Example: 2."),
  infrastructureLimit: field(count, "Further attempts after an eviction, a lost node or a killed process. Default: 5."),
  backoff: field(
    z.strictObject({
      initial: field(duration, "Wait before the second attempt. Default: 10s."),
      factor: field(z.number().min(1).max(10), "What each further wait is multiplied by. Default: 2."),
      max: field(duration, "Longest wait. Default: 10m."),
    }),
    "Waiting time between attempts.",
  ),
});
export type Retry = z.infer<typeof retry>;

const partition = z.union(
  [
    z.enum(["perRow"]),
    z.strictObject({
      by: field(
        z.array(z.string().min(1).max(256)).min(1).max(100),
        "Columns: the function is called once for each group of rows that are equal in them. Example: [country].",
      ),
      count: field(z.int().min(1).max(100_000), "Number of partitions that the rows are spread over. Example: 64."),
    }),
  ],
  { error: "expected perRow, {by: [COLUMN]} or {count: NUMBER}" },
);

/** Runs a Python function over the rows of one input within one session, through Fugue. */
export const map = z.strictObject({
  input: required(identifier, "The input whose rows the function gets. Example: jobs."),
  partition: field(
    partition,
    "What one call of the function gets: perRow (a row), {by: [country]} (the rows of a group), {count: 64} (a partition of that many). Default: a partition as it is read.",
  ),
  schema: required(
    z.string().min(1).max(16384),
    'Columns of what the function returns, as Fugue writes them: `*` is the input\'s columns. Example: "*, batch_size: int".',
  ),
});
export type MapSpec = z.infer<typeof map>;

export const timeouts = z.strictObject({
  start: field(
    duration,
    "Longest time from an attempt's creation until its driver runs. Default: 10m on a cluster, none on a laptop.",
  ),
  run: field(duration, "Longest time that an attempt may run. Default: none. Example: 6h."),
});
export type Timeouts = z.infer<typeof timeouts>;

/** Every field of a task but its name: what SparkTask, a flow's tasks and taskDefaults share. */
export const taskFields = {
  engine: field(dnsLabel, "A SparkEngine of this namespace. Default: the operator's defaultEngine, named default.", {
    names: "SparkEngine",
  }),
  ...programFields,
  args: field(
    z.array(z.string().max(32768)).max(1000),
    'Arguments of the program, with templates. Example: ["--out", "$(outputs.result.uri)"].',
  ),
  params: field(
    z.record(identifier, paramValue),
    "Typed values that the program gets; a template that is the whole value keeps its type. Example: {top: $(params.top)}.",
  ),
  inputs: field(listByKey(input, "name", 100), "Data that the task reads."),
  outputs: field(listByKey(output, "name", 100), "Data that the task makes; visible to others once it has succeeded."),
  map: field(
    map,
    "Runs the Python function over rows or groups of one input, on the executors and in one session. The function's first argument gets the rows, the others params.",
  ),
  reuse: field(
    z.looseObject({}).meta({ preserveUnknown: true }),
    "Whether outputs of an earlier run may be taken over.",
    { notYet: true },
  ),
  ...settingsFields,
  retry: field(retry, "Further attempts after a failure."),
  timeouts: field(timeouts, "Longest times of an attempt."),
  suspend: field(
    z.boolean(),
    "True stops the task's attempt and starts no other, as for a Job: log and cause stay, and no retry is used up. False again starts a new attempt. Default: false.",
  ),
  cancel: field(z.boolean(), "Ends the task for good: its driver is stopped, log and cause stay. Default: false."),
  podTTL: field(
    duration,
    "How long finished pods and their logs stay. The task itself stays. Default: 24h. Example: 24h.",
  ),
};

export const taskSpec = z.strictObject(taskFields);
export type TaskSpec = z.infer<typeof taskSpec>;

/** The items of a forEach that one driver takes one after the other, where the driver itself puts them in. */
export const taskItems = z.strictObject({
  as: required(identifier, "Name of the item in templates. Example: city."),
  first: required(z.int().min(0), "Number of the first item, from 0."),
  count: required(z.int().min(1), "How many items."),
  batch: field(z.boolean(), "Whether the driver takes several items, each with outputs of its own below the task's."),
  values: field(z.array(forEachItem).max(mostItems), "The items, unless they are rows."),
  rows: field(
    input.omit({ name: true, from: true, optional: true, configMap: true }),
    "The data whose rows are the items, in the order of its files.",
  ),
});
export type TaskItems = z.infer<typeof taskItems>;

/** A SparkTask's own fields, and what a run puts in: the layer of settings below them, and items of a forEach. */
export const sparkTaskSpec = taskSpec.extend({
  items: field(taskItems, "Items of a forEach that the task's driver takes. Written by the run that made the task."),
  flowDefaults: field(
    z.strictObject(settingsFields),
    "Settings of the flow's taskDefaults, a layer below the task's own. Written by the run that made the task.",
  ),
});
export type SparkTaskSpec = z.infer<typeof sparkTaskSpec>;
