// A case: a flow, what its tasks do, and how it must end on a laptop and on a cluster.
import { stringify } from "yaml";
import type { ParamValue } from "../../operator/api/common.ts";
import type { RunPhase, TaskPhase } from "../../operator/api/status.ts";
import type { TaskEnd } from "./end.ts";

export type Case = {
  /** What must hold, in a sentence. Its flow is named by its key in the table. */
  it: string;
  /** The flow's spec; tasks are made by `task` of acts.ts. */
  flow: { tasks: object[] } & Record<string, unknown>;
  /** Params of the run. */
  given?: Record<string, ParamValue>;
  /** Once this task is in this phase the run is cancelled. */
  cancel?: { task: string; phase: TaskPhase };
  phase: RunPhase;
  message: string;
  /** Each task's end: see `words` of end.ts. */
  tasks: Record<string, string>;
  /** What else must be there of a task. */
  details?: Record<string, Partial<TaskEnd>>;
};
export type Cases = Record<string, Case>;

const apiVersion = "sparkflow.dev/v1alpha1";
export const engine = {
  apiVersion,
  kind: "SparkEngine",
  metadata: { name: "scripted" },
  spec: { local: { cores: 2 }, storage: { uri: "s3a://lake/flows" } },
};
/** A task's own fields win over these. */
const defaults = { engine: "scripted", python: { script: "pass\n" } };

export const flowObject = (
  name: string,
  { flow }: Case,
): { apiVersion: string; kind: string; metadata: object; spec: object } => ({
  apiVersion,
  kind: "SparkFlow",
  metadata: { name },
  spec: { ...flow, taskDefaults: { ...defaults, ...(flow.taskDefaults as object | undefined) } },
});

export const runObject = (name: string, flow: string, params: object): object => ({
  apiVersion,
  kind: "SparkFlowRun",
  metadata: { name },
  spec: { flow, params },
});

/** The manifest, as a laptop reads it. */
export function manifest(name: string, one: Case): string {
  const run = one.given ? [runObject(`${name}-given`, name, one.given)] : [];
  return [engine, flowObject(name, one), ...run].map((object) => stringify(object, { version: "1.1" })).join("---\n");
}
