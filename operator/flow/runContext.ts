// A run as its tasks see it: its own fields, its params, and what the tasks before have left.
import type { ParamValue } from "../api/common.ts";
import type { Input } from "../api/data.ts";
import type { ForEachItem } from "../api/forEach.ts";
import type { OutputStatus } from "../api/status.ts";
import type { Scope } from "../task/template.ts";
import type { Outcome } from "./decide.ts";

/** Where the output is that no item of a forEach left: nowhere. */
export const noData = "none:";

/** What a task left behind when it succeeded. */
export type TaskResult = { values: Readonly<Record<string, ResultValue>>; outputs: readonly ResultOutput[] };
/** A value that a program published: what a param may hold, or a list of maps for a forEach. */
export type ResultValue = ParamValue | readonly ForEachItem[];
/** An output; one of a forEach task is the union of its drivers'. */
export type ResultOutput = OutputStatus & { items?: NonNullable<Input["items"]> };
/** A run as its tasks see it. `date` is the calendar day it is for, as 2026-10-01, `scheduledAt` the moment in UTC. */
export type RunContext = {
  name: string;
  id: string;
  date: string;
  scheduledAt: string;
  params: Readonly<Record<string, ParamValue>>;
  /** Results of tasks that have succeeded, by name. */
  results: Pick<ReadonlyMap<string, TaskResult>, "get">;
  /** How the tasks ended, for those of `finally`. */
  outcome?: Outcome;
};

/** What a default of a param, and every template of a task, may refer to of the run itself. */
export const runScope = (run: Pick<RunContext, "name" | "id" | "date" | "scheduledAt" | "outcome">): Scope => {
  const fields = runVariables(run);
  return ([head, field, ...more]) =>
    head === "run" && field !== undefined && more.length === 0 && Object.hasOwn(fields, field)
      ? fields[field]
      : undefined;
};

/** The run's own fields, as templates and conditions see them. */
export const runVariables = ({
  name,
  id,
  date,
  scheduledAt,
  outcome,
}: Pick<RunContext, "name" | "id" | "date" | "scheduledAt" | "outcome">): Record<string, ParamValue> => ({
  name,
  id,
  date,
  scheduledAt,
  ...(outcome ? { state: outcome.state, failedTasks: outcome.failedTasks } : {}),
});
