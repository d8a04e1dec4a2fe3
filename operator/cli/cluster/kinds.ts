// The kinds in the words of a command line, as kubectl takes them: task, tasks, sparktask, sparktasks, sptask. Pure.
import { group, kinds, type SparkResource } from "../../api/kinds.ts";
import { nearest } from "../../api/problems.ts";
import { type Resource, sparkEngines, sparkFlowRuns, sparkFlows, sparkTasks } from "../../kube/resources.ts";

export type Kind = SparkResource["kind"];

/** In the order in which `get` lists them. */
export const kindOrder: readonly Kind[] = ["SparkEngine", "SparkFlow", "SparkFlowRun", "SparkTask"];

export const resources: Record<Kind, Resource> = {
  SparkEngine: sparkEngines,
  SparkFlow: sparkFlows,
  SparkFlowRun: sparkFlowRuns,
  SparkTask: sparkTasks,
};

/** The word that people use: engine, flow, run or task. */
export const kindWord: Record<Kind, string> = {
  SparkEngine: "engine",
  SparkFlow: "flow",
  SparkFlowRun: "run",
  SparkTask: "task",
};

const words = new Map<string, Kind>(
  kindOrder.flatMap((kind) => {
    const { plural, shortName } = kinds[kind];
    const word = kindWord[kind];
    return [word, `${word}s`, kind.toLowerCase(), plural, `${plural}.${group}`, shortName].map(
      (name): [string, Kind] => [name, kind],
    );
  }),
);

/** The kind that a word names, or a sentence about it. */
export function kindOf(word: string): { kind: Kind } | { problem: string } {
  const kind = words.get(word.toLowerCase());
  if (kind) return { kind };
  const near = nearest(word, [...words.keys()]);
  return {
    problem: `there is no kind "${word}"${near ? `; did you mean "${near}"?` : ": expected task, run, flow or engine"}`,
  };
}

/** `task/count` as kind and name; what stands before another slash is a run. */
export function splitName(text: string): { kind?: Kind; name: string } {
  const at = text.indexOf("/");
  const kind = at < 0 ? undefined : words.get(text.slice(0, at).toLowerCase());
  return kind ? { kind, name: text.slice(at + 1) } : { name: text };
}

/** An object as `-o name` prints it: `sparktask.sparkflow.dev/count`. */
export const qualifiedName = (kind: Kind, name: string): string => `${kind.toLowerCase()}.${group}/${name}`;
