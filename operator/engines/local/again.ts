// A run that has ended here, or was killed, taken up again from its record: what counts of it, and where numbers go on.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { splitKey } from "../../flow/fanOut.ts";
import type { Graph } from "../../flow/graph.ts";
import { outdatedTasks, type Tried } from "../../flow/retry.ts";
import type { TaskResult } from "../../flow/runContext.ts";
import type { Earlier } from "./plan.ts";
import type { AttemptState, Former, TaskState } from "./state.ts";
import { type AttemptRecord, attemptsFolder, type TaskRecord } from "./store.ts";

/** Tasks of the earlier run that keep their results; the others run anew. */
export function keptTasks(graph: Graph, { record, from }: Earlier): Map<string, TaskState> {
  const ended = record.tasks.filter(
    ({ name, phase }) => graph.has(splitKey(name).task) && (phase === "Succeeded" || phase === "Failed"),
  );
  const tried = new Map(ended.map(({ name, phase }): [string, Tried] => [name, { phase, inTry: 0 }]));
  const outdated = outdatedTasks(graph, tried, { number: 1, from });
  const kept = ended.filter(({ name }) => !outdated.has(name));
  return new Map(kept.map((task) => [task.name, asItEnded(record.name, task)]));
}

function asItEnded(
  run: string,
  { name, phase, message, attempts = [], values, outputs = [], cause }: TaskRecord,
): TaskState {
  return {
    name,
    phase,
    message,
    attempts: attempts.map((attempt) => fromRecord(run, name, attempt)),
    ...(cause ? { cause } : {}),
    ...(phase === "Succeeded" ? { result: { values: (values ?? {}) as TaskResult["values"], outputs } } : {}),
  };
}

function fromRecord(
  run: string,
  task: string,
  { number, state, startedAt, finishedAt, cause }: AttemptRecord,
): AttemptState {
  return {
    number,
    state,
    dir: join(attemptsFolder(run, task), String(number)),
    createdAt: Date.parse(startedAt),
    startedAt: Date.parse(startedAt),
    ...(finishedAt === undefined ? {} : { endedAt: Date.parse(finishedAt) }),
    ...(cause ? { cause } : {}),
  };
}

/** What of the earlier run a task that runs anew goes on from, by key. */
export const formerTasks = ({ record }: Earlier): Map<string, Former> =>
  new Map(
    record.tasks.map(({ name, attempt, attempts = [] }) => [
      name,
      { attempts, lastNumber: Math.max(attempt, ...numbersIn(attemptsFolder(record.name, name))) },
    ]),
  );

const numbersIn = (folder: string): number[] =>
  existsSync(folder) ? readdirSync(folder).map(Number).filter(Number.isInteger) : [];
