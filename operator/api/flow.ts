// SparkFlow: a graph of tasks that pass typed data to each other.
import { z } from "zod";
import { dnsLabel, field, identifier, paramValue, required, timestamp } from "./common.ts";
import { forEach } from "./forEach.ts";
import { runOn, schedule } from "./schedule.ts";
import { taskFields, taskSpec } from "./task.ts";

export const paramTypes = ["string", "integer", "number", "boolean", "date", "timestamp"] as const;

export const paramDeclaration = z.strictObject({
  type: required(
    z.enum([...paramTypes, "list"], { error: `expected one of ${paramTypes.join(", ")}, list` }),
    "Type: string, integer, number, boolean, date (2026-10-01), timestamp (2026-10-01T03:00:00Z) or list. Example: integer.",
  ),
  items: field(
    z.enum(paramTypes, { error: `expected one of ${paramTypes.join(", ")}` }),
    "Type of a list's items. Default: string.",
  ),
  default: field(paramValue, "Value when none is given; without it, the param must be given. Example: 10."),
  description: field(z.string().max(1024), "What the param is for."),
  min: field(z.number(), "Smallest number, or the least length of a list. Example: 1."),
  max: field(z.number(), "Largest number, or the greatest length of a list. Example: 100."),
  pattern: field(z.string().max(512), "Regular expression that the whole text must match. Example: [A-Z]{2}."),
  enum: field(z.array(paramValue).min(1).max(100), "The only values allowed. Example: [FR, DE]."),
});
export type ParamDeclaration = z.infer<typeof paramDeclaration>;

/** How a task can end, in Argo's words. */
export const taskResultWords = ["Succeeded", "Failed", "Skipped", "Omitted"] as const;
export type TaskResultWord = (typeof taskResultWords)[number];

const dependency = z.union(
  [
    dnsLabel,
    z.strictObject({
      task: required(dnsLabel, "Name of the task."),
      states: field(
        z
          .array(z.enum(taskResultWords, { error: `expected one of ${taskResultWords.join(", ")}` }))
          .min(1)
          .max(4),
        "Results that let this task start: Succeeded, Failed, Skipped, Omitted. With Failed, this task takes care of the other one's failure. Default: [Succeeded, Skipped]. Example: [Failed].",
      ),
    }),
  ],
  { error: "expected a task's name" },
);

export const flowTask = z.strictObject({
  name: required(dnsLabel, "Name of the task in the flow. Example: load-cities."),
  dependsOn: field(
    z.array(dependency).max(200),
    "Tasks that must have ended before, well or skipped unless `states` says otherwise. Whatever a task refers to, it depends on anyway. Example: [load, {task: check, states: [Failed]}].",
  ),
  when: field(
    z.string().min(1).max(4096),
    "CEL condition over params, run and tasks, asked when all that the task depends on has ended; false skips the task. Reading another task's values makes this one depend on it. Example: tasks['load'].values.n > 0 && params.top > 1.",
  ),
  forEach: field(
    forEach,
    "Makes a driver for each item of a list, a param, an upstream value, or for each row of an output.",
  ),
  ...taskFields,
});
export type FlowTask = z.infer<typeof flowTask>;

export const flowSpec = z.strictObject({
  params: field(z.record(identifier, paramDeclaration), "Params of a run, with type, default and limits."),
  runOn: field(
    runOn,
    "What starts a run by itself: Edit (the flow is new, or what it runs was edited), Schedule. An empty list: nothing does. Default: [Edit], with a schedule [Schedule]. Example: [Edit, Schedule].",
  ),
  schedule: field(schedule, "When the flow runs. Editing it starts nothing; it counts from the edit on."),
  maxParallelTasks: field(z.int().min(1).max(2000), "Most tasks at once. Default: no limit. Example: 10."),
  failFast: field(
    z.boolean(),
    "Whether a failure that no other task waits for keeps tasks that haven't begun from starting; running ones end. Default: true.",
  ),
  history: field(
    z.strictObject({
      succeeded: field(z.int().min(0).max(1000), "Succeeded runs to keep. Default: 10."),
      failed: field(z.int().min(0).max(1000), "Failed runs to keep. Default: 10."),
    }),
    "How many finished runs stay on a cluster.",
  ),
  taskDefaults: field(
    taskSpec.meta({ looseInCrd: true }),
    "Fields that every task has unless it says otherwise: any of spec.tasks but name, dependsOn, when and forEach.",
  ),
  tasks: required(
    z
      .array(flowTask)
      .min(1, { error: "expected at least one task" })
      .max(2000, { error: "expected at most 2000 tasks" })
      .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] }),
    "The tasks, in any order.",
  ),
  finally: field(
    z
      // A CRD's size counts: the fields of a task stand in it once, below `tasks`.
      .array(flowTask.meta({ looseInCrd: true }))
      .max(100, { error: "expected at most 100 tasks" })
      .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] }),
    "Tasks that run when all others have ended, whatever happened; they see $(run.state) and $(run.failedTasks), and the run fails if one of them does.",
  ),
});
export type FlowSpec = z.infer<typeof flowSpec>;

export const flowRunSpec = z.strictObject({
  flow: required(dnsLabel, "The SparkFlow to run. Example: nightly.", { names: "SparkFlow" }),
  params: field(z.record(identifier, paramValue), "Values of the flow's params. Example: {top: 20}."),
  scheduledAt: field(
    timestamp,
    "Tick of the schedule that this run is for; it makes $(run.date), and can't be changed. Example: 2026-10-01T01:00:00Z.",
  ),
  suspend: field(
    z.boolean(),
    "True suspends the run's tasks and starts no others; false again goes on with them. Tasks that somebody else suspended stay so. Default: false.",
  ),
  cancel: field(z.boolean(), "Ends the run for good: running tasks are stopped, others never begin. Default: false."),
});
export type FlowRunSpec = z.infer<typeof flowRunSpec>;
