// What must hold of a task's inputs and outputs, beyond their schema.
import { hasRows, type Output } from "../api/data.ts";
import { type Path, type Problem, problem, shown } from "../api/problems.ts";
import type { TaskSpec } from "../api/task.ts";
import { isWeb } from "../api/uri.ts";
import { variableName } from "./attempt.ts";
import { ddlProblem } from "./ddl.ts";
import { duplicates } from "./duplicates.ts";
import { hasTemplate } from "./template.ts";

/** Problems of a task's inputs and outputs. */
export function checkData(spec: TaskSpec, path: Path): Problem[] {
  const problems: Problem[] = [
    ...duplicates(spec.inputs, [...path, "inputs"]),
    ...duplicates(spec.outputs, [...path, "outputs"]),
  ];
  for (const [index, input] of (spec.inputs ?? []).entries()) {
    const at = [...path, "inputs", index];
    const sources = (["from", "uri", "configMap", "table"] as const).filter((source) => input[source] !== undefined);
    // What a run makes of an optional input that no task left has no source any more.
    if (sources.length === 0 && !input.optional)
      problems.push(problem(at, `the input "${input.name}" needs one of from, uri, configMap and table`));
    if (input.table && input.format)
      problems.push(problem([...at, "format"], "a table has no format of ours: leave format out"));
    if ((spec.sql || spec.fugueSql || spec.map) && input.optional && !input.schema && input.format !== "text")
      problems.push(
        problem(
          at,
          `the input "${input.name}" is optional, and SQL and map need columns where there are no rows: give its schema`,
        ),
      );
    if (sources.length > 1)
      problems.push(
        problem(
          [...at, sources[1]!],
          `the input "${input.name}" has exactly one source, but here are ${sources.join(" and ")}`,
        ),
      );
  }
  for (const [index, output] of (spec.outputs ?? []).entries()) {
    const at = [...path, "outputs", index];
    if (!output.table && output.crs && output.format !== "geoparquet")
      problems.push(
        problem([...at, "crs"], `only format geoparquet keeps a crs; the format here is ${output.format ?? "parquet"}`),
      );
    problems.push(...(output.table ? tableProblems(output, at) : fileProblems(output, at)));
    const format = output.format ?? "parquet";
    if (!output.table && output.schema && (format === "text" || !hasRows(format)))
      problems.push(problem([...at, "schema"], `format ${format} has no schema to check`));
  }
  return [
    ...problems,
    ...schemaProblems(spec, "inputs", path),
    ...schemaProblems(spec, "outputs", path),
    ...formatProblems(spec, "inputs", path),
    ...formatProblems(spec, "outputs", path),
    ...names(spec, path),
  ];
}

/** Columns of files, and in brackets a transform of one, as a table may have. */
const transform = /^(?:(?:years|months|days|hours)\([^(),]+\)|bucket\(\s*\d+\s*,[^(),]+\))$/;
const partitionable = ["parquet", "geoparquet", "csv", "json"];

function tableProblems({ format, crs, partitionBy = [] }: Output, at: Path): Problem[] {
  const wrong = partitionBy.findIndex((one) => /[()]/.test(one) && !transform.test(one));
  return [
    ...(format ? [problem([...at, "format"], "a table has no format of ours: leave format out")] : []),
    ...(crs ? [problem([...at, "crs"], "a table keeps no crs")] : []),
    ...(wrong < 0
      ? []
      : [
          problem(
            [...at, "partitionBy", wrong],
            `${shown(partitionBy[wrong])} is not valid: expected a column, years(…), months(…), days(…), hours(…) or bucket(16, …)`,
          ),
        ]),
  ];
}

function fileProblems({ mode, partitionBy, format = "parquet" }: Output, at: Path): Problem[] {
  return [
    ...(mode ? [problem([...at, "mode"], "only a table has a mode: files are new with every attempt")] : []),
    ...(partitionBy && !partitionable.includes(format)
      ? [
          problem(
            [...at, "partitionBy"],
            `format ${format} can't be partitioned; possible are ${partitionable.join(", ")}`,
          ),
        ]
      : []),
  ];
}

/** Schemas that the driver would refuse; one that is a template is known when the task starts. */
function schemaProblems(spec: TaskSpec, list: "inputs" | "outputs", path: Path): Problem[] {
  return (spec[list] ?? []).flatMap(({ schema }, index) => {
    if (schema === undefined || hasTemplate(schema)) return [];
    const wrong = ddlProblem(schema);
    return wrong ? [problem([...path, list, index, "schema"], `${shown(schema)} ${wrong.message}`, wrong.place)] : [];
  });
}

/** What a format has no use for, and formats that SQL can't see as a view. */
function formatProblems(spec: TaskSpec, list: "inputs" | "outputs", path: Path): Problem[] {
  return (spec[list] ?? []).flatMap((data, index) => {
    const { format = "parquet", options } = data;
    if (hasRows(format)) return [];
    const unused = Object.keys(options ?? {}).filter(
      (name) => list === "inputs" || format !== "file" || name !== "extension",
    );
    const at = [...path, list, index];
    const web = "uri" in data && data.uri !== undefined && isWeb(data.uri) && format !== "file";
    return [
      ...(web ? [problem([...at, "format"], `what is at a URL is one file, which format ${format} can't be`)] : []),
      ...unused.map((name) => problem([...at, "options", name], `format ${format} has no option ${name}`)),
      ...(spec.sql || spec.fugueSql
        ? [problem([...at, "format"], `format ${format} has no rows, so SQL can't see it as a view`)]
        : []),
    ];
  });
}

/** Inputs and params share one set of names: they become arguments, and `-` and `_` mean the same there. */
function names(spec: TaskSpec, path: Path): Problem[] {
  const seen = new Map<string, string>([["spark", "the session"]]);
  const named = [
    ...(spec.inputs ?? []).map(({ name }, index) => ({
      name,
      what: `the input "${name}"`,
      at: [...path, "inputs", index, "name"],
    })),
    ...Object.keys(spec.params ?? {}).map((name) => ({
      name,
      what: `the param "${name}"`,
      at: [...path, "params", name],
    })),
  ];
  const bound = named.flatMap(({ name, what, at }) => {
    const argument = name.replaceAll("-", "_");
    const other = seen.get(argument);
    seen.set(argument, what);
    return other && other !== what ? [problem(at, `"${name}" is ${other} already: arguments are bound by name`)] : [];
  });
  return [...bound, ...variables(spec, "inputs", path), ...variables(spec, "outputs", path)];
}

/** Inputs, and outputs, that would have one environment variable (and one SQL view) between them. */
function variables(spec: TaskSpec, list: "inputs" | "outputs", path: Path): Problem[] {
  const seen = new Map<string, string>();
  return (spec[list] ?? []).flatMap(({ name }, index) => {
    const variable = variableName(list === "inputs" ? "SPARKFLOW_INPUT" : "SPARKFLOW_OUTPUT", name);
    const other = seen.get(variable);
    seen.set(variable, name);
    return other === undefined || other === name || (list === "inputs" && sameArgument(other, name))
      ? []
      : [problem([...path, list, index, "name"], `"${name}" and "${other}" would both be ${variable}: rename one`)];
  });
}

const sameArgument = (a: string, b: string) => a.replaceAll("-", "_") === b.replaceAll("-", "_");
