// The program of a task in one neutral form, and where each of its files is.
import { type Path, type Problem, problem } from "../api/problems.ts";
import { programKinds, programSources, type SqlProgram } from "../api/program.ts";
import type { MapSpec, TaskSpec } from "../api/task.ts";

export type Program =
  | { kind: "python"; source: PythonSource; function?: string; map?: MapSpec }
  | { kind: "jar"; source: JarSource; mainClass?: string }
  | { kind: "sql"; source: SqlSource }
  | { kind: "fugueSql"; source: SqlSource };
type ConfigMapKey = { name: string; key: string };
export type PythonSource = { file: string } | { module: string } | { script: string } | { configMap: ConfigMapKey };
export type JarSource = { file: string } | { configMap: ConfigMapKey };
export type SqlSource = { text: string } | { file: string } | { configMap: ConfigMapKey };

/** The program of a checked spec. */
export function programOf(spec: TaskSpec): Program {
  const { python, jar, sql, fugueSql } = spec;
  if (jar) {
    const source = jar.file ? { file: jar.file } : { configMap: jar.configMap! };
    return { kind: "jar", source, ...(jar.mainClass ? { mainClass: jar.mainClass } : {}) };
  }
  if (sql) return { kind: "sql", source: sqlSource(sql.statements, sql) };
  if (fugueSql) return { kind: "fugueSql", source: sqlSource(fugueSql.query, fugueSql) };
  if (!python) throw new Error("a checked task has a program");
  const named = {
    ...(python.function ? { function: python.function } : {}),
    ...(spec.map ? { map: spec.map } : {}),
  };
  if (python.file) return { kind: "python", source: { file: python.file }, ...named };
  if (python.module) return { kind: "python", source: { module: python.module }, ...named };
  if (python.script) return { kind: "python", source: { script: python.script }, ...named };
  return { kind: "python", source: { configMap: python.configMap! }, ...named };
}

function sqlSource(text: string | undefined, { file, configMap }: Pick<SqlProgram, "file" | "configMap">): SqlSource {
  if (file) return { file };
  return configMap ? { configMap } : { text: text! };
}

/** The file of a program that is one: a path beside the manifest, in the image or at a URL. */
export const programFile = ({ source }: Program): string | undefined => ("file" in source ? source.file : undefined);

/** The ConfigMap that holds a program. */
export const programConfigMap = ({ source }: Program): ConfigMapKey | undefined =>
  "configMap" in source ? source.configMap : undefined;

/** Whether Python may run on executors: the memory overhead's factor is 0.4 then, not 0.1. */
export const isPython = ({ kind }: Program): boolean => kind === "python" || kind === "fugueSql";

/** Problems of a spec's program: exactly one, from exactly one source. */
export function programProblems(spec: TaskSpec, path: Path): Problem[] {
  const given = programKinds.filter((kind) => spec[kind]);
  if (given.length === 0) return [problem(path, "a task needs a program: one of python, jar, sql and fugueSql")];
  if (given.length > 1)
    return [
      problem([...path, given[1]!], `a task has exactly one program, but here are ${given.join(" and ")}; keep one`),
    ];
  const kind = given[0]!;
  return Object.hasOwn(programSources, kind) ? sourceProblems(kind as Kind, spec[kind]!, [...path, kind]) : [];
}

type Kind = keyof typeof programSources;

function sourceProblems(kind: Kind, program: object, path: Path): Problem[] {
  const known = programSources[kind];
  const given = known.filter((source) => (program as Record<string, unknown>)[source] !== undefined);
  if (given.length === 1) return [];
  if (given.length === 0) {
    const all = `${known.slice(0, -1).join(", ")} and ${known.at(-1)}`;
    return [problem(path, `${kind} needs one of ${all}: where is the program?`)];
  }
  return [
    problem([...path, given[1]!], `${kind} has exactly one source, but here are ${given.join(" and ")}; keep one`),
  ];
}
