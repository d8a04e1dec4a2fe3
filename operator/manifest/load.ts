// Reads manifests: files, folders (with or without a kustomization) and standard input.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Path, Problem } from "../api/problems.ts";
import { localConfigName } from "../engines/local/config.ts";
import { kustomizationFile, kustomize } from "./kustomize.ts";
import { type Position, parseYaml } from "./yaml.ts";

/** A document of a manifest, and where it is from. `folder` is what its relative paths start from. */
export type SourceDocument = { file: string; folder: string; value: unknown; positionOf?: (path: Path) => Position };
/** A problem with its place: a file as the user would name it, and line and column where they are known. */
export type LocatedProblem = Problem & { file: string; position?: Position };
export type Loaded = { documents: SourceDocument[]; problems: LocatedProblem[] };

export const fileProblem = (file: string, message: string): LocatedProblem => ({
  file,
  path: [],
  message,
  severity: "error",
});

/** Reads what the command line names. `-` is standard input. */
export function loadManifests(targets: readonly string[]): Loaded {
  const all: Loaded = { documents: [], problems: [] };
  for (const target of targets) append(all, loadTarget(target));
  if (all.documents.length === 0 && all.problems.length === 0) {
    all.problems.push(fileProblem(targets.join(" "), "there is no manifest here: it is empty"));
  }
  return all;
}

function loadTarget(target: string): Loaded {
  if (target === "-") return loadText("standard input", process.cwd(), readFileSync(0, "utf8"));
  if (!existsSync(target)) return { documents: [], problems: [fileProblem(target, "there is no such file or folder")] };
  return statSync(target).isDirectory() ? loadFolder(target) : loadFile(target);
}

function loadFolder(folder: string): Loaded {
  if (kustomizationFile(folder)) return kustomize(folder);
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name) && name !== localConfigName);
  if (names.length === 0) return { documents: [], problems: [fileProblem(folder, "this folder has no .yaml file")] };
  const all: Loaded = { documents: [], problems: [] };
  for (const name of names.sort()) append(all, loadFile(join(folder, name)));
  return all;
}

export function loadFile(path: string): Loaded {
  const file = relative(process.cwd(), path) || path;
  try {
    return loadText(
      file.startsWith("..") ? path : file,
      dirname(path),
      new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path)),
    );
  } catch (error) {
    const why =
      error instanceof TypeError
        ? "this is not text in UTF-8, so it can't be YAML"
        : `it can't be read: ${(error as Error).message}`;
    return { documents: [], problems: [fileProblem(file, why)] };
  }
}

export function loadText(file: string, folder: string, text: string): Loaded {
  const parsed = parseYaml(text);
  if ("problems" in parsed)
    return { documents: [], problems: parsed.problems.map((problem) => ({ ...problem, file })) };
  return { documents: parsed.documents.map((document) => ({ file, folder, ...document })), problems: [] };
}

export function append(all: Loaded, more: Loaded): void {
  all.documents.push(...more.documents);
  all.problems.push(...more.problems);
}
