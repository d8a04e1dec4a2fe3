// A flow as a picture shows it: its tasks, and what flows or orders between them. Pure.
import { type FlowSpec, type FlowTask, taskResultWords } from "../api/flow.ts";
import type { ForEach } from "../api/forEach.ts";
import type { SparkFlow, SparkTask } from "../api/kinds.ts";
import { graphOf, type Need, sourcesOf, splitFrom } from "./graph.ts";
import { mergedTask } from "./merged.ts";

/** `each`: a driver for each item; `map`: a function over rows in one session; `last`: one of `finally`. */
export type DrawnTask = { name: string; shape: "task" | "each" | "map" | "last"; notes: string[] };
/** `data`: the label is what is read; `failure`: the second runs when the first has failed; `order`: nothing is passed. */
export type DrawnEdge = { from: string; to: string; kind: "data" | "order" | "failure"; label: string };
export type Drawing = { name: string; tasks: DrawnTask[]; edges: DrawnEdge[] };

export const drawingOfTask = ({ metadata, spec }: SparkTask): Drawing => ({
  name: metadata.name,
  tasks: [drawn({ name: metadata.name, ...spec }, spec, false)],
  edges: [],
});

/** Edges to tasks that aren't there are left out: the validator names them. */
export function drawingOf({ metadata, spec }: Pick<SparkFlow, "spec"> & { metadata: { name: string } }): Drawing {
  const { tasks, finally: last = [], taskDefaults } = spec;
  const all = [...tasks, ...last];
  const graph = graphOf(spec);
  return {
    name: metadata.name,
    tasks: all.map((task) => drawn(task, mergedTask(task, taskDefaults), last.includes(task))),
    edges: all.flatMap((task) =>
      [...graph.get(task.name)!.needs].flatMap(([from, need]) =>
        graph.has(from) ? [edge(from, task, need, taskDefaults)] : [],
      ),
    ),
  };
}

type MergedTask = ReturnType<typeof mergedTask>;

function drawn(task: FlowTask, { map }: MergedTask, last: boolean): DrawnTask {
  const { name, when, forEach } = task;
  const notes = [
    ...(forEach ? [eachNote(forEach)] : []),
    ...(map ? [mapNote(map)] : []),
    ...(when ? [`when ${when}`] : []),
  ];
  return { name, shape: last ? "last" : forEach ? "each" : map ? "map" : "task", notes };
}

function eachNote({ param, value, rows, items = [], as = "item" }: ForEach): string {
  const of = param ?? value ?? rows ?? `${items.length} items`;
  return `for each ${as} of ${of}`;
}

function mapNote(map: Readonly<Record<string, unknown>>): string {
  const { input, by } = map;
  return `map over ${input ?? "rows"}${Array.isArray(by) ? ` by ${by.join(", ")}` : ""}`;
}

function edge(from: string, task: FlowTask, need: Need, defaults: FlowSpec["taskDefaults"]): DrawnEdge {
  const read = outputsRead(from, task, defaults);
  const states = [...need.accepts].join(" or ");
  if (need.mends) return { from, to: task.name, kind: "failure", label: states };
  if (read.length > 0) return { from, to: task.name, kind: "data", label: read.join(", ") };
  if (need.data) return { from, to: task.name, kind: "data", label: "values" };
  const usual = need.accepts.size === 2 && need.accepts.has("Succeeded") && need.accepts.has("Skipped");
  const any = need.accepts.size === taskResultWords.length;
  return { from, to: task.name, kind: "order", label: usual ? "" : any ? "however it ends" : states };
}

/** Outputs of a task that another reads. `?` marks one that needn't be there: an alternative, or optional. */
function outputsRead(from: string, task: FlowTask, defaults: FlowSpec["taskDefaults"]): string[] {
  const found = (mergedTask(task, defaults).inputs ?? []).flatMap((input) => {
    const sources = sourcesOf(input.from).map(splitFrom);
    const mark = sources.length > 1 || input.optional ? "?" : "";
    return sources.filter((source) => source.task === from).map(({ output }) => `${output}${mark}`);
  });
  const items = task.forEach?.rows === undefined ? undefined : splitFrom(task.forEach.rows);
  return [...new Set([...found, ...(items?.task === from ? [items.output] : [])])];
}
