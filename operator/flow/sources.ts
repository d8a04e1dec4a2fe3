// Where a task takes something of another one from: TASK.OUTPUT.
import { type Path, type Problem, problem, suggestion } from "../api/problems.ts";
import { splitFrom } from "./graph.ts";

/** Problems of TASK.OUTPUT: a task that isn't there, or has no such output. `self` is the task that reads it. */
export function sourceProblems(
  self: string,
  from: string,
  outputs: ReadonlyMap<string, readonly string[]>,
  path: Path,
): Problem[] {
  const { task, output } = splitFrom(from);
  const has = outputs.get(task);
  if (output === "") return [problem(path, `"${from}" is not complete: expected TASK.OUTPUT, such as load.words`)];
  if (!has)
    return [
      problem(
        path,
        `the flow has no task "${task}"${suggestion(
          task,
          [...outputs.keys()].filter((name) => name !== self),
        )}`,
      ),
    ];
  if (has.includes(output)) return [];
  return [
    problem(
      path,
      has.length === 0
        ? `the task "${task}" has no outputs`
        : `the task "${task}" has no output "${output}"${suggestion(output, has)}`,
    ),
  ];
}
