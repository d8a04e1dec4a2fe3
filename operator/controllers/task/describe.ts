// What a SparkTask asks for: checked once per version of it, with its engine. The answers are kept while the task lives.
import type { SparkEngine, SparkTask } from "../../api/kinds.ts";
import { type Problem, pathText } from "../../api/problems.ts";
import { type ResolvedTask, resolveTask } from "../../task/resolve.ts";
import { taskRunHash } from "../../task/runHash.ts";
import { type Checked, checkStored, PerGeneration } from "../checked.ts";
import type { Context, StoredEngine, StoredTask } from "../context.ts";

export type Described = Checked<SparkTask> & { hash: string };

/** Checked tasks by uid. */
export type Descriptions = PerGeneration<Described, StoredTask>;
export const descriptions = (): Descriptions => new PerGeneration(describe);

const describe = (stored: StoredTask): Described => ({
  ...checkStored("SparkTask", stored),
  hash: taskRunHash((stored.spec ?? {}) as SparkTask["spec"]),
});

export type Engine =
  | { engine: SparkEngine | undefined; name: string }
  | { missing: string; name: string }
  | { problems: Problem[]; name: string };

/** A task's engine: the one it names, else the default one, else (undefined) the built-in one. */
export function engineFor(ctx: Context, task: SparkTask, namespace: string): Engine {
  const name = task.spec.engine ?? ctx.settings.defaultEngine;
  const stored = ctx.engines.get(`${namespace}/${name}`);
  if (!stored) {
    return task.spec.engine === undefined || name === ctx.settings.defaultEngine
      ? { engine: undefined, name }
      : {
          missing: `there is no SparkEngine "${name}" in namespace ${namespace}: create it, or correct spec.engine`,
          name,
        };
  }
  const engine = engines.get(stored) ?? checkEngine(stored, name);
  engines.set(stored, engine);
  return engine;
}

/** Checked engines by the version of them that the store has. */
const engines = new WeakMap<StoredEngine, Engine>();

function checkEngine(stored: StoredEngine, name: string): Engine {
  const checked = checkStored("SparkEngine", stored);
  return "object" in checked ? { engine: checked.object, name } : { problems: checked.problems, name };
}

/** The task with its engine; the operator's own image stands in where neither names one, and brings the entry point to others. */
export function resolveFor(ctx: Context, task: SparkTask, engine: SparkEngine | undefined): ResolvedTask {
  const resolved = resolveTask(task, engine);
  const named = [task.spec.image, task.spec.flowDefaults?.image, engine?.spec.image].some(
    (image) => image !== undefined,
  );
  const { driverImage } = ctx.settings;
  if (driverImage === undefined) return resolved;
  return { ...resolved, runtimeImage: driverImage, ...(named ? {} : { image: driverImage }) };
}

/** Problems in one line for a status: the first in full, the number of others. */
export function problemsText(problems: readonly Problem[], kind = ""): string {
  const [first] = problems;
  if (!first) return "";
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return `${kind}${pathText(first.path)}: ${first.message}${more}`;
}
