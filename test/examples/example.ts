// An example: where it is, and what must hold of every run of it, on a laptop or on a cluster.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { tool } from "./tools.ts";

export const root = resolve(import.meta.dirname, "../..");
export type Row = Record<string, unknown>;

/** What a run left. `rows` and `file` (a path on this machine) are of a task's output. */
export type Outcome = {
  phases: Record<string, string>;
  values: (task: string) => Record<string, unknown>;
  rows: (task: string, output: string) => Row[];
  file: (task: string, output: string) => string;
};

export type Example = {
  name: string;
  /** What is run and applied: the folder, or what a tool makes of it. */
  source: { folder: string } | { manifests: () => string };
  kind: "SparkTask" | "SparkFlow";
  /** Name of the task or flow. */
  object: string;
  /** Of a flow with a schedule: the day that it is run for, and params of that run as `name=value`. */
  night?: { day: string; params: string[] };
  /** Sentences, each with what it says about a run. */
  must: Record<string, (outcome: Outcome) => void>;
};

export const folderOf = (name: string): string => join(root, "examples", name);

/** Kubernetes' YAML of an example without a namespace of its own, as `kubectl apply -f -` takes it. */
export const manifestsOf = ({ source }: Example): string =>
  "folder" in source ? tool("kubectl", ["kustomize", source.folder]) : source.manifests();

/** Rows of a CSV file without quotes, below the folder of an example. */
export function csv(example: string, file: string, delimiter = ","): Record<string, string>[] {
  const [head = "", ...lines] = readFileSync(join(folderOf(example), file), "utf8")
    .trimEnd()
    .split("\n");
  const names = head.split(delimiter);
  return lines.map((line) =>
    Object.fromEntries(line.split(delimiter).map((value, index) => [names[index]!, value] as const)),
  );
}

export const groupSum = <T>(rows: readonly T[], key: (row: T) => string, value: (row: T) => number) => {
  const sums: Record<string, number> = {};
  for (const row of rows) sums[key(row)] = (sums[key(row)] ?? 0) + value(row);
  return sums;
};
