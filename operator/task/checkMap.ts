// What must hold of a task with `map`.
import { hasRows } from "../api/data.ts";
import { type Path, type Problem, problem, shown, suggestion } from "../api/problems.ts";
import type { TaskSpec } from "../api/task.ts";
import { schemaProblem } from "./fugueSchema.ts";

/** A map's function runs on executors: all that it can get are the rows of one input, and params. */
export function checkMap({ map, python, inputs = [], outputs = [] }: TaskSpec, path: Path): Problem[] {
  if (!map) return [];
  const at = [...path, "map"];
  const schema = schemaProblem(map.schema);
  const names = inputs.map(({ name }) => name);
  const index = names.indexOf(map.input);
  const { format } = inputs[index] ?? {};
  const other = names.findIndex((name) => name !== map.input);
  const unnamed =
    map.partition !== undefined && map.partition !== "perRow" && !map.partition.by && !map.partition.count;
  return [
    ...(python?.function ? [] : [problem(at, "map needs a Python function to call: python.function")]),
    ...(index < 0
      ? [problem([...at, "input"], `"${map.input}" is no input of the task${suggestion(map.input, names)}`)]
      : []),
    ...(index >= 0 && other >= 0
      ? [
          problem(
            [...path, "inputs", other],
            `the input "${names[other]}" can't be read beside map.input: the function runs on executors and gets the rows of "${map.input}" and params`,
          ),
        ]
      : []),
    ...(format && !hasRows(format)
      ? [problem([...path, "inputs", index, "format"], `format ${format} has no rows that map could go over`)]
      : []),
    ...(outputs.length === 1
      ? []
      : [problem(outputs.length > 1 ? [...path, "outputs", 1] : at, "a task with map has exactly one output")]),
    ...(unnamed ? [problem([...at, "partition"], "partition needs by, count or both")] : []),
    ...(schema ? [problem([...at, "schema"], `${shown(map.schema)} ${schema}`)] : []),
  ];
}
