// A flow's task as it runs, and where each part of it is written.
import type { FlowSpec, FlowTask } from "../api/flow.ts";
import type { Path } from "../api/problems.ts";
import type { TaskSpec } from "../api/task.ts";
import { mergeTaskSpecs } from "../task/merge.ts";

/** A flow task as it runs: taskDefaults merged in, without the fields that only a flow has. */
export function mergedTask(task: FlowTask, defaults: TaskSpec | undefined): TaskSpec {
  const { name: _name, dependsOn: _dependsOn, when: _when, forEach: _forEach, ...spec } = task;
  return mergeTaskSpecs(defaults, spec);
}

/** All tasks of a flow, those of `finally` last, each with where it stands. */
export const placedTasks = (
  { tasks, finally: last = [] }: Pick<FlowSpec, "tasks" | "finally">,
  path: Path = ["spec"],
) => [
  ...tasks.map((task, index) => ({ task, path: [...path, "tasks", index] as Path })),
  ...last.map((task, index) => ({ task, path: [...path, "finally", index] as Path })),
];

type Written = { task: TaskSpec | undefined; path: Path };

/** Where a place of the merged task is written: in the task itself, else in the defaults, else nowhere yet: the task. */
export function writtenAt(place: Path, merged: TaskSpec, task: Written, defaults: Written): Path {
  for (const { task: spec, path } of [task, defaults]) {
    const found = placeIn(place, merged, spec);
    if (found) return [...path, ...found];
  }
  return [...task.path, ...place];
}

/** Fields that tell items of lists apart; a mount has a name too, but that is its volume's. */
const itemKeys = ["mountPath", "containerPort", "name"];

/** The place within one of the specs that were merged, if it is there. Items of lists are told apart by their keys. */
export function placeIn(place: Path, merged: unknown, spec: unknown): Path | undefined {
  const [step, ...rest] = place;
  if (step === undefined) return [];
  if (typeof merged !== "object" || merged === null || typeof spec !== "object" || spec === null) return undefined;
  const child = (merged as Record<string | number, unknown>)[step];
  const at = typeof step === "number" ? indexIn(spec, child, step) : step;
  if (!Object.hasOwn(spec, at)) return undefined;
  const below = placeIn(rest, child, (spec as Record<string | number, unknown>)[at]);
  return below && [at, ...below];
}

function indexIn(list: object, item: unknown, otherwise: number): number {
  const keyed = (item ?? {}) as Record<string, unknown>;
  const key = itemKeys.find((name) => keyed[name] !== undefined);
  if (key === undefined || !Array.isArray(list)) return otherwise;
  return list.findIndex((one) => (one as Record<string, unknown> | null)?.[key] === keyed[key]);
}
