// Texts of programs that are at hand: inline, files of this machine, keys of ConfigMaps among the manifests; and where in them a
// problem is, as the user would name it.
import { readFileSync, statSync } from "node:fs";
import { basename, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Path, problem, type TextPlace } from "../../api/problems.ts";
import type { TaskSpec } from "../../api/task.ts";
import { mergedTask, placedTasks, writtenAt } from "../../flow/merged.ts";
import { locate, type Project } from "../../manifest/project.ts";
import type { LocatedProblem, SourceDocument } from "../../manifest/source.ts";
import { type Program, programOf } from "../../task/program.ts";
import type { Sources } from "./machine.ts";

/** A task as it runs. `written` is where a place of it stands in its document. */
export type PlacedSpec = { spec: TaskSpec; source: SourceDocument; path: Path; written: (place: Path) => Path };
export type ProgramText = {
  /** File or key: what errors call it. */
  name: string;
  content: Buffer;
  /** A problem in the text, at a place of it. */
  locate: (message: string, place: TextPlace) => LocatedProblem;
};

/** Every task of a checked project, those made by hand first. */
export function placedSpecs(project: Project): PlacedSpec[] {
  return [
    ...project.tasks.map(({ object: { spec }, source }) => {
      const path: Path = ["spec"];
      return { spec, source, path, written: (place: Path) => [...path, ...place] };
    }),
    ...project.flows.flatMap(({ object: { spec: flow }, source }) =>
      placedTasks(flow).map(({ task, path }) => {
        const spec = mergedTask(task, flow.taskDefaults);
        const defaults = { task: flow.taskDefaults, path: ["spec", "taskDefaults"] };
        return { spec, source, path, written: (place: Path) => writtenAt(place, spec, { task, path }, defaults) };
      }),
    ),
  ];
}

/** The text of a task's Python or SQL program, if it is at hand. */
export function programText(task: PlacedSpec, project: Project, sources: Sources): ProgramText | undefined {
  const program = programOf(task.spec);
  const { kind, source } = program;
  if ("script" in source || "text" in source) {
    const [field, text] = "script" in source ? ["script", source.script] : [textField[kind]!, source.text];
    const path = task.written([kind, field]);
    const place = (message: string, within: TextPlace) => locate(problem(path, message, within), task.source);
    return { name: "script.py", content: Buffer.from(text), locate: place };
  }
  if ("file" in source) {
    const file = localFile(sources.locator(task.source.folder)(source.file));
    const content = file === undefined ? undefined : contentOf(file);
    if (file === undefined || content === undefined) return undefined;
    return { name: basename(file), content, locate: inFile(file, task.written([kind, "file"])) };
  }
  return "configMap" in source ? ofConfigMap(task, program, source.configMap, project) : undefined;
}

const textField: Partial<Record<Program["kind"], string>> = { sql: "statements", fugueSql: "query" };

/** The path of a location that is a file of this machine. */
function localFile(place: string): string | undefined {
  if (!place.startsWith("file:")) return /^[a-z][a-z0-9+.-]+:/i.test(place) ? undefined : place;
  try {
    return fileURLToPath(place);
  } catch {
    return undefined;
  }
}

/** Larger ones are no programs that somebody wrote. */
const largest = 1 << 20;

function contentOf(file: string): Buffer | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() && found.size <= largest ? readFileSync(file) : undefined;
}

const inFile =
  (file: string, path: Path) =>
  (message: string, { line, column = 1 }: TextPlace): LocatedProblem => {
    const near = relative(process.cwd(), file);
    return { file: near.startsWith("..") ? file : near, position: { line, column }, ...problem(path, message) };
  };

function ofConfigMap(
  task: PlacedSpec,
  { kind }: Program,
  { name, key }: { name: string; key: string },
  project: Project,
): ProgramText | undefined {
  const content = project.configMaps.get(name)?.get(key);
  const document = project.configMapSources.get(name);
  if (!content || !document) return undefined;
  const file = document.files?.[key];
  const path = task.written([kind, "configMap", "key"]);
  const within = (message: string, place: TextPlace): LocatedProblem => ({
    ...locate(problem(["data", key], message, place), document),
    path,
  });
  return { name: key, content, locate: file === undefined ? within : inFile(file, path) };
}
