// The graph of a flow: who depends on whom, in what order, and how wide it gets.
import type { FlowTask } from "../api/flow.ts";
import type { TaskSpec } from "../api/task.ts";
import { templated } from "../task/references.ts";
import { references, TemplateError, texts } from "../task/template.ts";
import { mergedTask } from "./merged.ts";

/** Names of the tasks that each task depends on, from `dependsOn` and from whatever it refers to. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** The graph of a flow's tasks. References to unknown tasks are in it too: the validator names them. */
export function graphOf(tasks: readonly FlowTask[], defaults?: TaskSpec): Graph {
  return new Map(tasks.map((task) => [task.name, dependencies(task, defaults)]));
}

function dependencies(task: FlowTask, defaults: TaskSpec | undefined): Set<string> {
  const spec = mergedTask(task, defaults);
  const named = (task.dependsOn ?? []).map((entry) => (typeof entry === "string" ? entry : entry.task));
  const from = (spec.inputs ?? []).flatMap((input) =>
    typeof input.from === "string" ? [splitFrom(input.from).task] : [],
  );
  const referred = [...texts(templated(spec))].flatMap(({ text }) => taskReferences(text));
  return new Set([...named, ...from, ...referred]);
}

/** `load.words` → the task `load` and its output `words`. */
export function splitFrom(from: string): { task: string; output: string } {
  const dot = from.lastIndexOf(".");
  return { task: dot < 0 ? from : from.slice(0, dot), output: dot < 0 ? "" : from.slice(dot + 1) };
}

function taskReferences(text: string): string[] {
  try {
    return references(text).flatMap(([head, name]) => (head === "tasks" && name !== undefined ? [name] : []));
  } catch (error) {
    if (error instanceof TemplateError) return []; // the validator reports it
    throw error;
  }
}

/** A cycle, spelled from a task back to itself (`["a", "b", "a"]`), or undefined. Works on graphs of any depth. */
export function findCycle(graph: Graph): string[] | undefined {
  const order = new Set(topological(graph));
  const start = [...graph.keys()].find((name) => !order.has(name));
  if (start === undefined) return undefined;
  // Every task that isn't in the order depends on another such task: following them must come back.
  const path: string[] = [];
  let at: string | undefined = start;
  while (at !== undefined && !path.includes(at)) {
    path.push(at);
    at = [...(graph.get(at) ?? [])].find((name) => graph.has(name) && !order.has(name));
  }
  return at === undefined ? undefined : [...path.slice(path.indexOf(at)), at];
}

/** Tasks so that each comes after those it depends on; tasks on or behind a cycle are left out. */
export function topological(graph: Graph): string[] {
  const waiting = new Map(
    [...graph].map(([name, needs]) => [name, [...needs].filter((need) => graph.has(need)).length]),
  );
  const dependents = dependentsOf(graph);
  const ready = [...waiting].filter(([, count]) => count === 0).map(([name]) => name);
  for (let i = 0; i < ready.length; i++) {
    for (const dependent of dependents.get(ready[i]!) ?? []) {
      const left = waiting.get(dependent)! - 1;
      waiting.set(dependent, left);
      if (left === 0) ready.push(dependent);
    }
  }
  return ready;
}

/** Who depends on each task directly. */
export function dependentsOf(graph: Graph): Map<string, string[]> {
  const dependents = new Map<string, string[]>([...graph.keys()].map((name) => [name, []]));
  for (const [name, needs] of graph) for (const need of needs) dependents.get(need)?.push(name);
  return dependents;
}
