// Another engine for every task than the manifests say: the option --engine.
import type { SourceDocument } from "./source.ts";

type Fields = Record<string, unknown>;

/** What problems with the option itself point at. */
export const engineOption: SourceDocument = { file: "--engine", folder: ".", value: undefined };

/** A document whose tasks use this engine; one that isn't a SparkTask or SparkFlow, or isn't sound, stays as it is. */
export function withEngine(source: SourceDocument, engine: string): SourceDocument {
  const { kind, spec } = (source.value ?? {}) as { kind?: unknown; spec?: unknown };
  if (!isMap(spec)) return source;
  const changed = (fields: Fields) => ({ ...source, value: { ...(source.value as Fields), spec: fields } });
  if (kind === "SparkTask") return changed({ ...spec, engine });
  if (kind !== "SparkFlow") return source;
  const { taskDefaults = {}, tasks, finally: last } = spec;
  if (!isMap(taskDefaults)) return source;
  return changed({
    ...spec,
    taskDefaults: { ...taskDefaults, engine },
    ...(tasks === undefined ? {} : { tasks: withoutEngines(tasks) }),
    ...(last === undefined ? {} : { finally: withoutEngines(last) }),
  });
}

const isMap = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** Tasks that leave their engine to the flow's taskDefaults. */
const withoutEngines = (tasks: unknown): unknown =>
  Array.isArray(tasks)
    ? tasks.map((task) => {
        if (!isMap(task)) return task;
        const { engine: _engine, ...rest } = task;
        return rest;
      })
    : tasks;
