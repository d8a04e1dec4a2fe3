// Places that a driver tells of, as the user knows them: a program's file from the manifest's folder, and lines of a program
// that is written in the manifest as lines of that.
import { relative, resolve } from "node:path";
import type { SparkFlow, SparkTask } from "../../api/kinds.ts";
import type { Path } from "../../api/problems.ts";
import type { TaskSpec } from "../../api/task.ts";
import { splitKey } from "../../flow/fanOut.ts";
import { mergedTask, placedTasks, writtenAt } from "../../flow/merged.ts";
import type { Sourced } from "../../manifest/project.ts";
import type { SourceDocument } from "../../manifest/source.ts";

/** A place as a driver has it, of the task of a key: `/home/me/jobs/words.py:12` or `statements:3`. */
export type UserPlace = (key: string, at: string) => string;

/** What drivers call a program that is written in the manifest. */
const inline: Readonly<Record<string, Path>> = {
  statements: ["sql", "statements"],
  query: ["fugueSql", "query"],
  "script.py": ["python", "script"],
};

export const placeInFlow =
  ({ object: { spec }, source }: Sourced<SparkFlow>): UserPlace =>
  (key, at) => {
    const name = splitKey(key).task;
    const placed = placedTasks(spec).find(({ task }) => task.name === name);
    if (!placed) return fromFolder(at, source);
    const merged = mergedTask(placed.task, spec.taskDefaults);
    const defaults = { task: spec.taskDefaults, path: ["spec", "taskDefaults"] };
    return placeIn(source, merged, at, (place) => writtenAt(place, merged, placed, defaults));
  };

export const placeInTask =
  ({ object: { spec }, source }: Sourced<SparkTask>): UserPlace =>
  (_key, at) =>
    placeIn(source, spec, at, (place) => ["spec", ...place]);

function placeIn(source: SourceDocument, spec: TaskSpec, at: string, written: (place: Path) => Path): string {
  const [, name = "", line] = /^([\w.]+):(\d+)$/.exec(at) ?? [];
  const place = Object.hasOwn(inline, name) ? inline[name]! : undefined;
  const isInline = place?.reduce<unknown>(
    (value, step) => (value as Record<string, unknown> | undefined)?.[step],
    spec,
  );
  if (!place || !isInline || !source.positionOf) return fromFolder(at, source);
  const file = fromFolder(resolve(source.file), source);
  return `${file}:${source.positionOf(written(place), { line: Number(line) }).line}`;
}

function fromFolder(at: string, { folder }: SourceDocument): string {
  const below = relative(resolve(folder), at);
  return at.startsWith("/") && !below.startsWith("..") ? below : at;
}
