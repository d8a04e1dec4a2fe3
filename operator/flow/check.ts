// What must hold of a flow, beyond its schema: the rules of the graph, and every task's own.
import type { FlowSpec, FlowTask } from "../api/flow.ts";
import { type Path, type Problem, problem, shown, suggestion } from "../api/problems.ts";
import { checkSettings, checkTask } from "../task/check.ts";
import { duplicates } from "../task/duplicates.ts";
import { checkReferences, endFields, runFields } from "../task/references.ts";
import { checkForEach, itemReference } from "./checkForEach.ts";
import { checkSchedule } from "./checkSchedule.ts";
import { ConditionError, type ConditionNames, nameProblems, parseCondition } from "./condition.ts";
import { typeProblems } from "./conditionTypes.ts";
import { findCycle, type Graph, graphOf, sourcesOf } from "./graph.ts";
import { mergedTask, placedTasks, writtenAt } from "./merged.ts";
import { checkDeclarations } from "./params.ts";
import { sourceProblems } from "./sources.ts";

/** Problems of a SparkFlow's spec, all of them. */
export function checkFlow(spec: FlowSpec, path: Path = ["spec"]): Problem[] {
  const graph = graphOf(spec);
  const cycle = findCycle(graph);
  const outputsOf = (tasks: readonly FlowTask[]) =>
    new Map(
      tasks.map((task) => [task.name, (mergedTask(task, spec.taskDefaults).outputs ?? []).map(({ name }) => name)]),
    );
  const all = placedTasks(spec, path);
  const outputs = { usual: outputsOf(spec.tasks), all: outputsOf(all.map(({ task }) => task)) };
  const names = [...duplicates(spec.tasks, [...path, "tasks"]), ...finallyNames(spec, [...path, "finally"])];
  const own = [
    ...names,
    ...checkSchedule(spec, path),
    ...checkDeclarations(spec.params ?? {}, sampleRun, [...path, "params"]),
    ...(spec.taskDefaults ? checkSettings(spec.taskDefaults, [...path, "taskDefaults"]) : []),
  ];
  // Of two tasks of one name nobody can say which is meant: what follows from that is no further mistake.
  if (names.length > 0) return own;
  return [
    ...own,
    ...once(
      all.flatMap(({ task, path: at }) => {
        const atEnd = graph.get(task.name)!.atEnd === true;
        return checkFlowTask(spec, task, graph, { atEnd, outputs: atEnd ? outputs.all : outputs.usual }, at);
      }),
    ),
    ...(cycle ? [problem([...path, "tasks"], `the tasks depend on each other in a cycle: ${cycle.join(" -> ")}`)] : []),
  ];
}

/** Tasks of `finally` share one set of names with the others. */
function finallyNames({ tasks, finally: last = [] }: FlowSpec, path: Path): Problem[] {
  const names = new Set(tasks.map(({ name }) => name));
  const shared = last.flatMap(({ name }, index) =>
    names.has(name) ? [problem([...path, index, "name"], `the flow has a task "${name}" already`)] : [],
  );
  return [...duplicates(last, path), ...shared];
}

/** What a default may refer to, with values of the right form. */
const sampleRun = ([head, name, ...more]: readonly string[]) =>
  head === "run" && more.length === 0 && (runFields as readonly string[]).includes(name ?? "")
    ? `2026-01-01${name === "scheduledAt" ? "T00:00:00Z" : ""}`
    : undefined;

function checkFlowTask(
  spec: FlowSpec,
  task: FlowTask,
  graph: Graph,
  { atEnd, outputs }: { atEnd: boolean; outputs: ReadonlyMap<string, readonly string[]> },
  path: Path,
): Problem[] {
  const merged = mergedTask(task, spec.taskDefaults);
  const names = [...outputs.keys()];
  const known = {
    params: Object.keys(spec.params ?? {}),
    tasks: outputs,
    run: atEnd ? [...runFields, ...endFields] : runFields,
    ...(task.forEach ? { item: itemReference(task.forEach) } : {}),
  };
  const ofMerged = [
    ...checkTask(merged, []),
    ...(merged.inputs ?? []).flatMap((input, index) =>
      sourcesOf(input.from).flatMap((source, at) =>
        sourceProblems(task.name, source, outputs, [
          "inputs",
          index,
          "from",
          ...(Array.isArray(input.from) ? [at] : []),
        ]),
      ),
    ),
    ...checkReferences(merged, known, []),
  ];
  return [
    ...checkSettings(task, path),
    ...dependencyProblems(task, names, path),
    ...neverProblems(task, graph, path),
    ...conditionProblems(task, known, spec.params ?? {}, path),
    ...(task.forEach
      ? checkForEach(task.forEach, merged, { declared: spec.params ?? {}, outputs, self: task.name }, [
          ...path,
          "forEach",
        ])
      : []),
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

function conditionProblems(
  { when }: FlowTask,
  known: ConditionNames,
  params: NonNullable<FlowSpec["params"]>,
  path: Path,
): Problem[] {
  if (when === undefined) return [];
  const at = [...path, "when"];
  try {
    const condition = parseCondition(when);
    const names = nameProblems(when, condition, known).map((message) => ({ message, place: { line: 1 } }));
    const found = names.length > 0 ? names : typeProblems(when, condition, params);
    return found.map(({ message, place }) => problem(at, `${shown(when)} ${message}`, place));
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    const { line, column } = error.place ?? { line: 1 };
    return [problem(at, `${shown(when)} ${error.message}`, { line, ...(column ? { column } : {}) })];
  }
}
