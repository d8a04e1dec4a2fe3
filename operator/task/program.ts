// The program of a task in one neutral form, and where each of its files is.
import { type Path, type Problem, problem } from "../api/problems.ts";
import { programKinds, pythonSources } from "../api/program.ts";
import type { TaskSpec } from "../api/task.ts";

export type Program =
  | { kind: "python"; source: PythonSource; function?: string }
  | { kind: "jar"; file: string; mainClass?: string }
  | { kind: "sql"; statements: string };
export type PythonSource =
  | { file: string }
  | { module: string }
  | { script: string }
  | { configMap: { name: string; key: string } };

/** The program of a checked spec. */
export function programOf(spec: TaskSpec): Program {
  const { python, jar, sql } = spec;
  if (jar) return { kind: "jar", file: jar.file, ...(jar.mainClass ? { mainClass: jar.mainClass } : {}) };
  if (sql) return { kind: "sql", statements: sql.statements };
  if (!python) throw new Error("a checked task has a program");
  const named = python.function ? { function: python.function } : {};
  if (python.file) return { kind: "python", source: { file: python.file }, ...named };
  if (python.module) return { kind: "python", source: { module: python.module }, ...named };
  if (python.script) return { kind: "python", source: { script: python.script }, ...named };
  return { kind: "python", source: { configMap: python.configMap! }, ...named };
}

/** Whether Python runs in this task: the memory overhead's factor is 0.4 then, not 0.1. */
export const isPython = (program: Program): boolean => program.kind === "python";

/** Problems of a spec's program: exactly one, from exactly one source. */
export function programProblems(spec: TaskSpec, path: Path): Problem[] {
  const given = programKinds.filter((kind) => spec[kind]);
  if (given.length === 0) return [problem(path, "a task needs a program: one of python, jar and sql")];
  if (given.length > 1)
    return [
      problem([...path, given[1]!], `a task has exactly one program, but here are ${given.join(" and ")}; keep one`),
    ];
  const { python } = spec;
  if (!python) return [];
  const sources = pythonSources.filter((source) => python[source]);
  if (sources.length === 1) return [];
  const at = [...path, "python"];
  if (sources.length === 0)
    return [problem(at, "python needs one of file, module, configMap and script: where is the program?")];
  return [
    problem([...at, sources[1]!], `python has exactly one source, but here are ${sources.join(" and ")}; keep one`),
  ];
}
