// What validate, run, plan and render share: manifests and this machine's configuration, checked, with the problems as text.
import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathText } from "../api/problems.ts";
import { isRelative } from "../api/uri.ts";
import { policyProblems } from "../engines/kubernetes/checkProject.ts";
import { checkLocally, checkSqlFiles } from "../engines/local/check.ts";
import { checkPrograms } from "../engines/local/checkPrograms.ts";
import { type LoadedConfig, loadConfig } from "../engines/local/config.ts";
import { localSources } from "../engines/local/machine.ts";
import { findToolchain, ToolchainError } from "../engines/local/toolchain.ts";
import { lintProject } from "../manifest/lint.ts";
import { loadProject, type Project } from "../manifest/project.ts";
import type { LocatedProblem } from "../manifest/source.ts";
import type { EngineOption } from "./engine.ts";
import { UserError } from "./exit.ts";

export type Checked = { project: Project; config: LoadedConfig; warnings: LocatedProblem[] };

/** Loads and checks what a command was given. Throws UserError with a line per problem. */
export function checkedProject(targets: readonly string[], { engine }: EngineOption): Checked {
  const config = loadConfig(folderOf(targets[0] ?? "."));
  if ("problems" in config) throw problemsError(config.problems);
  const { project, problems } = loadProject(targets, { engine });
  // What is on this machine is asked of a sound project only: one mistake gets one sentence.
  const here =
    problems.length > 0 ? [] : checkLocally(project, localSources(config, project, sparkHomeFor(project, config)));
  stopAt([...problems, ...policyProblems(project), ...here]);
  return { project, config, warnings: lintProject(project) };
}

/** That this machine has the tools to run a project, whose programs its Python looks at. Throws UserError as above. */
export function checkTools({ project, config }: Checked): void {
  const { python, sparkHome } = orUserError(() => findToolchain(config));
  stopAt(checkPrograms(project, localSources(config, project, sparkHome), python));
}

/** Programs that stand beside manifests for a cluster, as far as this machine can judge them. Throws UserError as above. */
export function checkForElsewhere(targets: readonly string[], project: Project): void {
  const config = loadConfig(folderOf(targets[0] ?? "."));
  if ("problems" in config) return; // it is about this machine
  // Only what goes with the manifest: a file of this machine that is called as one of the image may be another.
  const locator = (folder: string) => (uri: string) => (isRelative(uri) ? resolve(folder, uri) : "local:");
  const sources = { ...localSources(config, project), locator };
  stopAt(checkSqlFiles(project, sources));
  try {
    stopAt(checkPrograms(project, sources, findToolchain(config).python, { elsewhere: true }));
  } catch (error) {
    if (!(error instanceof ToolchainError)) throw error;
  }
}

/** Throws UserError with a line for each error. */
export function stopAt(problems: readonly LocatedProblem[]): void {
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw problemsError(errors);
}

/** Where `local:///opt/spark` is, if a manifest speaks of it: finding Spark costs time that others needn't spend. */
function sparkHomeFor(project: Project, config: LoadedConfig): string | undefined {
  if (!JSON.stringify([project.tasks, project.flows]).includes("local:///opt/spark")) return undefined;
  return orUserError(() => findToolchain(config).sparkHome);
}

/** What an action finds on this machine; what the machine lacks is told to the user. */
export function orUserError<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof ToolchainError) throw new UserError([error.message]);
    throw error;
  }
}

const folderOf = (target: string) =>
  target !== "-" && existsSync(target) && !statSync(target).isDirectory()
    ? dirname(target)
    : target === "-"
      ? "."
      : target;

export function problemsError(problems: readonly LocatedProblem[]): UserError {
  const lines = problems.map(problemText);
  return new UserError(lines.length > 1 ? [...lines, `${lines.length} problems; nothing was started`] : lines);
}

/** `flow.yaml:12:5: spec.tasks[1].pyhton: unknown field "pyhton"; did you mean "python"?` */
export function problemText({ file, position, path, message }: LocatedProblem): string {
  const place = position ? `${file}:${position.line}:${position.column}` : file;
  const where = pathText(path);
  return `${place}: ${where === "" ? "" : `${where}: `}${message}`;
}
