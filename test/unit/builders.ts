// Objects that tests begin with: as little as a manifest can say.

import type { EngineSpec } from "../../operator/api/engine.ts";
import type { FlowSpec, FlowTask } from "../../operator/api/flow.ts";
import { apiVersion, type SparkEngine, type SparkFlow, type SparkTask } from "../../operator/api/kinds.ts";
import type { Problem } from "../../operator/api/problems.ts";
import { pathText } from "../../operator/api/problems.ts";
import type { SparkTaskSpec, TaskSpec } from "../../operator/api/task.ts";
import type { Place } from "../../operator/task/place.ts";

const program: TaskSpec = { python: { file: "local:///app/program.py" } };

export const sparkTask = (spec: SparkTaskSpec = {}, name = "count"): SparkTask => ({
  apiVersion,
  kind: "SparkTask",
  metadata: { name },
  spec: { ...(["python", "jar", "sql"].some((kind) => kind in spec) ? {} : program), ...spec },
});

export const sparkEngine = (spec: EngineSpec, name = "default"): SparkEngine => ({
  apiVersion,
  kind: "SparkEngine",
  metadata: { name },
  spec,
});

export const flowTask = (name: string, spec: Partial<FlowTask> = {}): FlowTask => ({ name, ...program, ...spec });

export const sparkFlow = (tasks: FlowTask[], spec: Partial<FlowSpec> = {}, name = "nightly"): SparkFlow => ({
  apiVersion,
  kind: "SparkFlow",
  metadata: { name },
  spec: { tasks, ...spec },
});

/** A place that leaves everything where the manifest says it is. */
export const place = (more: Partial<Place> = {}): Place => ({
  attemptDir: "/runs/r/count/1",
  outputsUri: "file:///storage/r/count",
  runUri: "file:///storage/r",
  owned: { source: "operator", conf: new Map([["spark.master", "local[4]"]]) },
  locate: (uri) => uri,
  env: [],
  jvmOptions: [],
  ...more,
});

/** Problems as a user reads them: `path: message`. */
export const said = (problems: readonly Problem[]): string[] =>
  problems.map(({ path, message }) => `${pathText(path)}: ${message}`);
