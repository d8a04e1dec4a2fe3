// What the command line names: files, folders (with or without a kustomization) and standard input.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { kustomizationFile, kustomize } from "./kustomize.ts";
import { append, fileProblem, type Loaded, loadFile, loadText } from "./source.ts";
import { readStandardInput } from "./standardInput.ts";

const standardInput = "standard input";
/** A machine's configuration may stand beside manifests; it is none. */
export const localConfigName = "sparkflow.local.yaml";

/** Reads what the command line names. `-` is standard input, whose relative paths start at the working directory. */
export function loadManifests(targets: readonly string[]): Loaded {
  const all: Loaded = { documents: [], problems: [] };
  for (const target of targets) append(all, loadTarget(target));
  if (all.documents.length === 0 && all.problems.length === 0) {
    const names = targets.map((target) => (target === "-" ? standardInput : target));
    all.problems.push(fileProblem(names.join(" "), "there is no manifest here: it is empty"));
  }
  return all;
}

function loadTarget(target: string): Loaded {
  if (target === "-") return loadText(standardInput, process.cwd(), readStandardInput());
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
