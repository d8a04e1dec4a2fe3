// The graph of a flow: who depends on whom, in what order, and how wide it gets.
import { type FlowSpec, type FlowTask, type TaskResultWord, taskResultWords } from "../api/flow.ts";
import type { TaskSpec } from "../api/task.ts";
import { templated } from "../task/references.ts";
import { references, TemplateError, texts } from "../task/template.ts";
import { ConditionError, parseCondition } from "./condition.ts";
import { mergedTask } from "./merged.ts";

/** What a task asks of one that it depends on. */
export type Need = {
  /** Results that let it start. */
  accepts: ReadonlySet<TaskResultWord>;
  /** It reads what the other one left: a value, or an output. */
  data: boolean;
  /** It was made for the other one's failure: `dependsOn` with the state Failed. */
  mends: boolean;
};
export type Node = {
  needs: ReadonlyMap<string, Need>;
  /** Of each of these groups one must have succeeded: the alternatives of an input. */
  anyOf: readonly (readonly string[])[];
  /** One of `finally`: it runs when all others have ended, whatever happened. */
  atEnd?: boolean;
};
/** A task that depends on none. */
export const alone: Node = { needs: new Map(), anyOf: [] };
/** The tasks of a flow with what each depends on, from `dependsOn` and from whatever it refers to. */
export type Graph = ReadonlyMap<string, Node>;

/** The graph of a flow. References to unknown tasks are in it too: the validator names them. */
export function graphOf({ tasks, finally: last = [], taskDefaults }: FlowTasks): Graph {
  return new Map([
    ...tasks.map((task) => [task.name, nodeOf(task, taskDefaults)] as const),
    ...last.map((task) => [task.name, { ...nodeOf(task, taskDefaults), atEnd: true }] as const),
  ]);
}
export type FlowTasks = Pick<FlowSpec, "tasks" | "finally" | "taskDefaults">;

/** A need for order alone: a skipped task lets others start, as in Argo. */
const order: Need = { accepts: new Set(["Succeeded", "Skipped"]), data: false, mends: false };
const data: Need = { accepts: new Set(["Succeeded"]), data: true, mends: false };
/** Its end, whatever that is. */
const end: Need = { accepts: new Set(taskResultWords), data: false, mends: false };
const stated = (states: readonly TaskResultWord[]): Need => ({
  accepts: new Set(states),
  data: false,
  mends: states.includes("Failed"),
});

function nodeOf(task: FlowTask, defaults: TaskSpec | undefined): Node {
  const spec = mergedTask(task, defaults);
  const needs = new Map<string, Need>();
  const add = (name: string, need: Need) => needs.set(name, both(needs.get(name), need));
  for (const entry of task.dependsOn ?? []) {
    if (typeof entry === "string") add(entry, order);
    else add(entry.task, entry.states ? stated(entry.states) : order);
  }
  const anyOf: string[][] = [];
  for (const { from, optional } of spec.inputs ?? []) {
    const tasks = sourcesOf(from).map((source) => splitFrom(source).task);
    const need = optional || tasks.length > 1 ? end : data;
    for (const name of tasks) add(name, need);
    if (tasks.length > 1 && !optional) anyOf.push(tasks);
  }
  for (const { text } of texts(templated(spec))) for (const name of taskReferences(text)) add(name, data);
  const { rows, value } = task.forEach ?? {};
  for (const source of [rows, value]) if (source !== undefined) add(splitFrom(source).task, data);
  for (const [name, need] of conditionNeeds(task.when)) add(name, need);
  return { needs, anyOf };
}

/** What a condition reads of other tasks: what they leave, or only how they ended. */
function conditionNeeds(when: string | undefined): (readonly [string, Need])[] {
  if (when === undefined) return [];
  try {
    return parseCondition(when).references.flatMap(([root, name, field]) =>
      root === "tasks" && name !== undefined ? [[name, field === "state" ? end : data] as const] : [],
    );
  } catch (error) {
    if (error instanceof ConditionError) return []; // the validator reports it
    throw error;
  }
}

/** What two places of a task ask of the same one. */
function both(a: Need | undefined, b: Need): Need {
  if (!a) return b;
  const accepts = new Set([...a.accepts].filter((word) => b.accepts.has(word)));
  return { accepts, data: a.data || b.data, mends: (a.mends || b.mends) && accepts.has("Failed") };
}

/** The outputs that an input may come from, in order: the first whose task succeeded is taken. */
export const sourcesOf = (from: string | readonly string[] | undefined): readonly string[] =>
  from === undefined ? [] : typeof from === "string" ? [from] : from;

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
    at = [...(graph.get(at)?.needs.keys() ?? [])].find((name) => graph.has(name) && !order.has(name));
  }
  return at === undefined ? undefined : [...path.slice(path.indexOf(at)), at];
}

const orders = new WeakMap<Graph, readonly string[]>();

/**
 * Tasks so that each comes after those it depends on, `finally` last; tasks on or behind a cycle are left out. Found once for a
 * graph, which doesn't change: each look at a run asks for it.
 */
export function topological(graph: Graph): readonly string[] {
  const order = orders.get(graph) ?? findOrder(graph);
  orders.set(graph, order);
  return order;
}

function findOrder(graph: Graph): string[] {
  const waiting = new Map(
    [...graph].map(([name, { needs }]) => [name, [...needs.keys()].filter((need) => graph.has(need)).length]),
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
  const atEnd = (name: string) => graph.get(name)!.atEnd === true;
  return [...ready.filter((name) => !atEnd(name)), ...ready.filter(atEnd)];
}

/** Who depends on each task directly. */
export function dependentsOf(graph: Graph): Map<string, string[]> {
  const dependents = new Map<string, string[]>([...graph.keys()].map((name) => [name, []]));
  for (const [name, { needs }] of graph) for (const need of needs.keys()) dependents.get(need)?.push(name);
  return dependents;
}
