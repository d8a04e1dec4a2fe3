// What a SparkTask asks for: checked once per version of it, with its engine. The answers are kept while the task lives.
import type { SparkEngine, SparkTask } from "../../api/kinds.ts";
import { type Problem, pathText } from "../../api/problems.ts";
import { checkObject } from "../../flow/checkObject.ts";
import { type ResolvedTask, resolveTask } from "../../task/resolve.ts";
import { taskRunHash } from "../../task/runHash.ts";
import type { Context, StoredEngine, StoredTask } from "../context.ts";

export type Described = {
  hash: string;
  /** The checked object, or undefined with problems. */
  task?: SparkTask;
  problems: Problem[];
};
type Kept = { generation: number; described: Described };

/** Checked tasks by uid. */
export class Descriptions {
  readonly #kept = new Map<string, Kept>();

  of(stored: StoredTask): Described {
    const { uid, generation = 0 } = stored.metadata;
    const kept = this.#kept.get(uid);
    if (kept?.generation === generation) return kept.described;
    const described = describe(stored);
    this.#kept.set(uid, { generation, described });
    return described;
  }

  forget(uid: string): void {
    this.#kept.delete(uid);
  }
}

function describe(stored: StoredTask): Described {
  const { object, problems } = checkObject("SparkTask", plain(stored, "SparkTask"));
  const hash = taskRunHash((stored.spec ?? {}) as SparkTask["spec"]);
  const errors = problems.filter(({ severity }) => severity === "error");
  return object && errors.length === 0 ? { hash, task: object as SparkTask, problems: [] } : { hash, problems: errors };
}

/** An object as a manifest would hold it: without its status, which anybody may have written anything into. */
const plain = ({ metadata, spec }: StoredTask | StoredEngine, kind: string) => ({
  apiVersion: "sparkflow.dev/v1alpha1",
  kind,
  metadata,
  spec,
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
  const { object, problems } = checkObject("SparkEngine", plain(stored, "SparkEngine"));
  const errors = problems.filter(({ severity }) => severity === "error");
  return object && errors.length === 0 ? { engine: object as SparkEngine, name } : { problems: errors, name };
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
