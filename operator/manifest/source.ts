// One manifest's text as documents, each with where it is from.
import { readFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import type { Path, Problem, TextPlace } from "../api/problems.ts";
import { type Position, parseYaml } from "./yaml.ts";

/** A document of a manifest, and where it is from. `folder` is what its relative paths start from. */
export type SourceDocument = {
  file: string;
  folder: string;
  value: unknown;
  positionOf?: (path: Path, within?: TextPlace) => Position;
  /** Of what a kustomization generates: the name with the hash of its content, which a cluster is to get. */
  suffixedName?: string;
  /** Files that its keys were made from. */
  files?: Readonly<Record<string, string>>;
};
/** A problem with its place: a file as the user would name it, and line and column where they are known. */
export type LocatedProblem = Problem & { file: string; position?: Position };
export type Loaded = { documents: SourceDocument[]; problems: LocatedProblem[] };

export const fileProblem = (file: string, message: string): LocatedProblem => ({
  file,
  path: [],
  message,
  severity: "error",
});

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
