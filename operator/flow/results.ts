// What the tasks of a run have left: by task, from what its drivers left. Pure.
import type { Output } from "../api/data.ts";
import type { FlowSpec, FlowTask } from "../api/flow.ts";
import type { OutputStatus, TaskPhase } from "../api/status.ts";
import type { EndedTask } from "./condition.ts";
import { driverKey, drivers, type FanOut } from "./fanOut.ts";
import { fanOutOf } from "./items.ts";
import { mergedTask } from "./merged.ts";
import { noData, type ResultOutput, type ResultValue, type RunContext, type TaskResult } from "./runContext.ts";

/** What is known of a task, or of one driver of a forEach task, that was made. */
export type Made = {
  phase: TaskPhase;
  /** Number of its latest attempt. */
  attempt: number;
  values: Readonly<Record<string, ResultValue>>;
  outputs: readonly OutputStatus[];
};
/** Looks a key up: a task's name, or `name[3]` for a driver of a forEach task. */
export type MadeTasks = (key: string) => Made | undefined;

/** Results by task, gathered when they are asked for. Only for tasks that have succeeded. */
export function resultsOf(
  { taskDefaults }: Pick<FlowSpec, "taskDefaults">,
  tasks: ReadonlyMap<string, FlowTask>,
  params: RunContext["params"],
  made: MadeTasks,
): RunContext["results"] {
  const known = new Map<string, TaskResult | undefined>();
  const results = {
    get: (name: string): TaskResult | undefined => {
      if (!known.has(name)) known.set(name, find(name));
      return known.get(name);
    },
  };
  const find = (name: string): TaskResult | undefined => {
    const task = tasks.get(name);
    const forEach = task?.forEach;
    if (!forEach) {
      const one = made(name);
      return one?.phase === "Succeeded" ? { values: one.values, outputs: one.outputs } : undefined;
    }
    const fan = fanOutOf(forEach, { params, results });
    return "wrong" in fan ? undefined : gather(name, fan, mergedTask(task, taskDefaults).outputs ?? [], made);
  };
  return results;
}

/** A forEach task's result: lists of values and unions of outputs, in the order of items. Failed ones are left out. */
function gather(name: string, fan: FanOut, declared: readonly Output[], made: MadeTasks): TaskResult {
  const all = Array.from({ length: drivers(fan) }, (_, index) => {
    const one = made(driverKey(name, index));
    return one?.phase === "Succeeded" ? one : undefined;
  });
  const done = all.filter((one) => one !== undefined);
  const names = [...new Set(done.flatMap(({ values }) => Object.keys(values)))];
  const values = names.map((key) => {
    // A batch has a list of its own, one value an item.
    const own = done.flatMap(({ values: some }) => (Object.hasOwn(some, key) ? [some[key]!] : []));
    return [key, fan.batchSize > 1 ? own.flat() : own] as const;
  });
  const outputs = declared.flatMap((output) => union(output, fan, all) ?? []);
  return { values: Object.fromEntries(values) as TaskResult["values"], outputs };
}

/** The outputs of one name as one input reads them. */
function union(
  { name, format = "parquet", schema }: Output,
  fan: FanOut,
  all: readonly (Made | undefined)[],
): ResultOutput | undefined {
  const own = all.map((one) => one?.outputs.find((output) => output.name === name));
  const first = own.find((output) => output !== undefined);
  const items = {
    count: fan.items,
    batchSize: fan.batchSize,
    attempts: all.map((one, i) => (own[i] ? one!.attempt : 0)),
  };
  if (!first) {
    return { name, uri: noData, format, rows: 0, ...(schema ? { schema } : {}), items };
  }
  const counted = own.every((output) => output === undefined || output.rows !== undefined);
  const { rows: _rows, schemaHash: _hash, ...rest } = first;
  if (first.format === "table") return first; // all items are in the one
  return {
    ...rest,
    uri: pattern(first.uri, first.format, fan.batchSize),
    ...(counted ? { rows: own.reduce((sum, output) => sum + (output?.rows ?? 0), 0) } : {}),
    items,
  };
}

/** `…/each/0/1/part` as it is for every driver; in a batch each item has its own, `…/part/7` or `…/map/7.png`. */
function pattern(uri: string, format: string, batchSize: number): string {
  const drivers = uri.replace(/\/\d+\/\d+\/([^/]+)$/, "/{driver}/{attempt}/$1");
  if (batchSize === 1) return drivers;
  const extension = format === "file" ? (/\.[^./]+$/.exec(drivers)?.[0] ?? "") : "";
  return `${drivers.slice(0, drivers.length - extension.length)}/{item}${extension}`;
}

/** Tasks as a condition sees them: how they ended, and what they left. */
export function endedTasks(
  names: readonly string[],
  phases: ReadonlyMap<string, TaskPhase>,
  results: RunContext["results"],
): Record<string, EndedTask> {
  return Object.fromEntries(
    names.map((name) => {
      const { values, outputs = [] } = results.get(name) ?? {};
      const byName = outputs.map(({ name: output, uri, rows }) => [
        output,
        { uri, ...(rows === undefined ? {} : { rows }) },
      ]);
      const state = phases.get(name) as EndedTask["state"];
      return [name, { state, ...(values ? { values } : {}), outputs: Object.fromEntries(byName) } as EndedTask];
    }),
  );
}
