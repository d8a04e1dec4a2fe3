// What must hold of a forEach, and of the task that it makes many of.
import type { ParamDeclaration } from "../api/flow.ts";
import type { ForEach } from "../api/forEach.ts";
import { type Path, type Problem, problem, shown, suggestion } from "../api/problems.ts";
import type { TaskSpec } from "../api/task.ts";
import { type ItemReference, templateRoots } from "../task/references.ts";
import { splitFrom } from "./graph.ts";
import { defaultItemName, readByDriver } from "./items.ts";
import { sourceProblems } from "./sources.ts";

type Known = {
  declared: Readonly<Record<string, ParamDeclaration>>;
  /** Tasks with their outputs. */
  outputs: ReadonlyMap<string, readonly string[]>;
  self: string;
};

const sources = ["items", "param", "value", "rows"] as const;

/** What a task's templates may say of its item. */
export const itemReference = (forEach: ForEach): ItemReference => ({
  name: forEach.as ?? defaultItemName,
  ofDriver: readByDriver(forEach),
});

/** Problems of a forEach; `path` leads to it. `merged` is its task with taskDefaults. */
export function checkForEach(forEach: ForEach, merged: TaskSpec, known: Known, path: Path): Problem[] {
  const given = sources.filter((source) => forEach[source] !== undefined);
  const name = forEach.as ?? defaultItemName;
  return [
    ...(given.length === 0 ? [problem(path, "forEach needs one of items, param, value and rows")] : []),
    ...(given.length > 1
      ? [problem([...path, given[1]!], `a forEach has one list of items, but here are ${given.join(" and ")}`)]
      : []),
    ...(templateRoots.includes(name)
      ? [problem([...path, "as"], `$(${name}) means something else already; choose another name, such as country`)]
      : []),
    ...paramProblems(forEach, known, path),
    ...valueProblems(forEach, known, path),
    ...(forEach.rows === undefined ? [] : sourceProblems(known.self, forEach.rows, known.outputs, [...path, "rows"])),
    ...driverProblems(forEach, merged, path),
  ];
}

function paramProblems({ param }: ForEach, { declared }: Known, path: Path): Problem[] {
  if (param === undefined) return [];
  const at = [...path, "param"];
  const names = Object.keys(declared);
  if (!Object.hasOwn(declared, param))
    return [problem(at, `the flow has no param "${param}"${suggestion(param, names)}`)];
  const { type } = declared[param]!;
  return type === "list" ? [] : [problem(at, `the param "${param}" is of type ${type}, expected a list`)];
}

function valueProblems({ value }: ForEach, { outputs, self }: Known, path: Path): Problem[] {
  if (value === undefined) return [];
  const at = [...path, "value"];
  const { task, output: name } = splitFrom(value);
  if (name === "") return [problem(at, `${shown(value)} is not complete: expected TASK.VALUE, such as load.countries`)];
  if (outputs.has(task)) return [];
  const others = [...outputs.keys()].filter((other) => other !== self);
  return [problem(at, `the flow has no task "${task}"${suggestion(task, others)}`)];
}

/** A driver that puts items in itself calls a function, or binds SQL's params, for each; others know nothing of items. */
function driverProblems(forEach: ForEach, { python, sql, jar }: TaskSpec, path: Path): Problem[] {
  if (!readByDriver(forEach) || python?.function !== undefined || sql) return [];
  if (!python && !jar) return []; // no program, or one that isn't served yet: said elsewhere
  const which = forEach.rows === undefined ? "batchSize" : "rows";
  const why = which === "rows" ? "reads its row" : "takes several items";
  const fix = which === "rows" ? "publish a value and use forEach.value" : "leave batchSize out";
  return [
    problem([...path, which], `the driver ${why}, which only sql or a Python function can; ${fix}, or name a function`),
  ];
}
