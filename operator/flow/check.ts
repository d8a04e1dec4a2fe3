// What must hold of a flow, beyond its schema: the rules of the graph, and every task's own.
import type { FlowSpec, FlowTask } from "../api/flow.ts";
import { type Path, type Problem, problem, suggestion } from "../api/problems.ts";
import { checkSettings, checkTask } from "../task/check.ts";
import { duplicates } from "../task/duplicates.ts";
import { checkReferences, runFields } from "../task/references.ts";
import { findCycle, type Graph, graphOf, sourcesOf, splitFrom } from "./graph.ts";
import { mergedTask, writtenAt } from "./merged.ts";
import { checkDeclarations } from "./params.ts";

/** Problems of a SparkFlow's spec, all of them. */
export function checkFlow(spec: FlowSpec, path: Path = ["spec"]): Problem[] {
  const graph = graphOf(spec.tasks, spec.taskDefaults);
  const cycle = findCycle(graph);
  const outputs = new Map(
    spec.tasks.map((task) => [task.name, (mergedTask(task, spec.taskDefaults).outputs ?? []).map(({ name }) => name)]),
  );
  return [
    ...duplicates(spec.tasks, [...path, "tasks"]),
    ...checkDeclarations(spec.params ?? {}, sampleRun, [...path, "params"]),
    ...(spec.taskDefaults ? checkSettings(spec.taskDefaults, [...path, "taskDefaults"]) : []),
    ...once(spec.tasks.flatMap((task, index) => checkFlowTask(spec, task, graph, outputs, [...path, "tasks", index]))),
    ...(cycle ? [problem([...path, "tasks"], `the tasks depend on each other in a cycle: ${cycle.join(" -> ")}`)] : []),
  ];
}

/** What a default may refer to, with values of the right form. */
const sampleRun = ([head, name, ...more]: readonly string[]) =>
  head === "run" && more.length === 0 && (runFields as readonly string[]).includes(name ?? "")
    ? "2026-01-01"
    : undefined;

function checkFlowTask(
  spec: FlowSpec,
  task: FlowTask,
  graph: Graph,
  outputs: ReadonlyMap<string, readonly string[]>,
  path: Path,
): Problem[] {
  const merged = mergedTask(task, spec.taskDefaults);
  const names = [...graph.keys()];
  const known = { params: Object.keys(spec.params ?? {}), tasks: outputs };
  const ofMerged = [
    ...checkTask(merged, []),
    ...(merged.inputs ?? []).flatMap((input, index) =>
      sourcesOf(input.from).flatMap((source, at) =>
        fromProblems(task.name, source, outputs, ["inputs", index, "from", ...(Array.isArray(input.from) ? [at] : [])]),
      ),
    ),
    ...checkReferences(merged, known, []),
  ];
  return [
    ...checkSettings(task, path),
    ...dependencyProblems(task, names, path),
    ...neverProblems(task, graph, path),
    ...ofMerged.map((one) => ({
      ...one,
      path: writtenAt(
        one.path,
        merged,
        { task, path },
        { task: spec.taskDefaults, path: [...path.slice(0, -2), "taskDefaults"] },
      ),
    })),
  ];
}

/** What is wrong in taskDefaults is wrong in every task, but said once. */
function once(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((one) => [JSON.stringify([one.path, one.message]), one])).values()];
}

function dependencyProblems(task: FlowTask, names: string[], path: Path): Problem[] {
  return (task.dependsOn ?? []).flatMap((entry, index) => {
    const name = typeof entry === "string" ? entry : entry.task;
    const at = [...path, "dependsOn", index];
    if (names.includes(name)) return [];
    const others = names.filter((other) => other !== task.name);
    return [problem(at, `the flow has no task "${name}"${suggestion(name, others)}`)];
  });
}

/** A task that waits for a failure and reads what only a success leaves can never start. */
function neverProblems(task: FlowTask, graph: Graph, path: Path): Problem[] {
  return (task.dependsOn ?? []).flatMap((entry, index) => {
    if (typeof entry === "string" || !entry.states) return [];
    const need = graph.get(task.name)!.needs.get(entry.task);
    if (!need || need.accepts.size > 0) return [];
    const why = need.data ? "reads what it leaves when it has succeeded" : "names other states elsewhere";
    const sentence = `waits for ${entry.task} to be ${entry.states.join(" or ")}, but ${why}, so it can never start`;
    return [problem([...path, "dependsOn", index, "states"], `"${task.name}" ${sentence}`)];
  });
}

function fromProblems(
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
