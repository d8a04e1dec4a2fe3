// Objects as a cluster answers them, for tests.
import type { SparkFlow } from "../../../../operator/api/kinds.ts";
import type { Condition, FlowRunStatus, TaskStatus } from "../../../../operator/api/status.ts";
import type { FlowObject, RunObject, TaskObject } from "../../../../operator/cli/cluster/views.ts";

export const now = Date.parse("2026-11-21T08:00:00Z");
export const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString();

const metadata = (name: string, labels: Record<string, string> = {}) => ({
  name,
  namespace: "spark",
  uid: `uid-of-${name}`,
  resourceVersion: "7",
  generation: 2,
  creationTimestamp: ago(300),
  labels,
});

export const condition = (type: string, status: Condition["status"], observedGeneration = 2): Condition => ({
  type,
  status,
  reason: "Because",
  message: "",
  lastTransitionTime: ago(1),
  observedGeneration,
});
export const ended = (well: boolean, generation = 2): Condition[] => [
  condition("Finished", "True", generation),
  condition("Succeeded", well ? "True" : "False", generation),
];

const apiVersion = "sparkflow.dev/v1alpha1";
export const task = (name: string, status?: TaskStatus, labels: Record<string, string> = {}): TaskObject => ({
  apiVersion,
  kind: "SparkTask",
  metadata: metadata(name, labels),
  spec: { sql: { statements: "SELECT 1" } },
  ...(status ? { status } : {}),
});
export const run = (name: string, flow: string, status?: FlowRunStatus): RunObject => ({
  apiVersion,
  kind: "SparkFlowRun",
  metadata: metadata(name),
  spec: { flow },
  ...(status ? { status } : {}),
});
export const flow = (name: string, spec: SparkFlow["spec"], status?: FlowObject["status"]): FlowObject => ({
  apiVersion,
  kind: "SparkFlow",
  metadata: metadata(name),
  spec,
  ...(status ? { status } : {}),
});

/** A task of the run `nightly-g2`. */
export const madeTask = (name: string, status?: TaskStatus): TaskObject =>
  task(`nightly-g2-${name}-abc123`, status, { "sparkflow.dev/task": name, "sparkflow.dev/run": "nightly-g2" });
