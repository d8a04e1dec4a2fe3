// The lives that are disturbed: a task with executors, a task in local mode, a flow of three tasks that pass values and
// outputs on, a task whose first attempt is lost; and two in which a person does something on the way: a task that is
// suspended and resumed, and a flow with conditions, items and an end, that is tried again. What their drivers do stands on
// their pods.
import { retryAnnotation } from "../../operator/api/retry.ts";
import type { Client } from "../../operator/kube/client.ts";
import type { KubeObject } from "../../operator/kube/objects.ts";
import { type Resource, sparkEngines, sparkFlowRuns, sparkFlows, sparkTasks } from "../../operator/kube/resources.ts";
import { type Script, scriptAnnotation } from "./script.ts";

const apiVersion = "sparkflow.dev/v1alpha1";
/** Long enough that Running is seen and told before the end, as with any real driver. */
const runMs = 150;

export type Life = {
  name: string;
  /** The one object that a person applies. */
  resource: Resource;
  object: object;
  /** What the person does then, one after the other, each when an object has come to a phase. */
  steps?: readonly Step[];
};
export type Step = { resource: Resource; name: string; at: string; patch: object };

const driver = (script: Script) => ({
  podTemplate: { metadata: { annotations: { [scriptAnnotation]: JSON.stringify({ runMs, ...script }) } } },
});
const success = (values: object, outputs: object = {}) => ({ outcome: "Succeeded", values, outputs });

/** A SparkTask that does what a script says. */
export const task = (name: string, script: Script, spec: object = {}): object => ({
  apiVersion,
  kind: "SparkTask",
  metadata: { name },
  spec: { engine: "one-pod", python: { script: "print(1)" }, driver: driver(script), ...spec },
});

export const executorsLife: Life = {
  name: "executors",
  resource: sparkTasks,
  object: task(
    "joins",
    { executors: 2, result: success({ rows: 12 }, { joined: { rows: 12, schemaHash: "9f86d081" } }) },
    { engine: "cluster", outputs: [{ name: "joined", format: "parquet" }] },
  ),
};

/** Its first driver is killed and leaves an executor behind, its second one does the work. */
export const retriedLife: Life = {
  name: "retried",
  resource: sparkTasks,
  object: task(
    "second-try",
    {
      attempts: [{ runMs, executors: 1, exitCode: 137 }],
      executors: 1,
      result: success({ rows: 12 }),
    },
    { engine: "cluster", retry: { backoff: { initial: "1s" } } },
  ),
};

export const localLife: Life = {
  name: "local",
  resource: sparkTasks,
  object: task("words", { result: success({ distinct: 7 }) }),
};

const flowTask = (name: string, script: Script, more: object): object => ({
  name,
  python: { script: "print(1)" },
  driver: driver(script),
  ...more,
});

export const flowLife: Life = {
  name: "flow",
  resource: sparkFlows,
  object: {
    apiVersion,
    kind: "SparkFlow",
    metadata: { name: "nightly" },
    spec: {
      params: { top: { type: "integer", default: 10 } },
      taskDefaults: { engine: "one-pod" },
      tasks: [
        flowTask(
          "load",
          { result: success({ n: 3 }, { raw: { rows: 3, schemaHash: "0a1b2c3d" } }) },
          { outputs: [{ name: "raw", format: "parquet" }] },
        ),
        flowTask(
          "count",
          { result: success({ words: 42 }, { counts: { rows: 42, schemaHash: "4d3c2b1a" } }) },
          {
            inputs: [{ name: "raw", from: "load.raw" }],
            outputs: [{ name: "counts", format: "parquet" }],
            params: { top: "$(params.top)", n: "$(tasks.load.values.n)" },
          },
        ),
        flowTask(
          "report",
          { result: success({ sent: true }) },
          { inputs: [{ name: "counts", from: "count.counts" }], args: ["--words", "$(tasks.count.values.words)"] },
        ),
      ],
    },
  },
};

/** Its driver is stopped in the middle of its work; the second one does it. */
export const suspendedLife: Life = {
  name: "suspended",
  resource: sparkTasks,
  object: task("paused", { attempts: [{ runMs: "never" }], result: success({ rows: 12 }) }),
  steps: [
    { resource: sparkTasks, name: "paused", at: "Running", patch: { spec: { suspend: true } } },
    { resource: sparkTasks, name: "paused", at: "Suspended", patch: { spec: { suspend: false } } },
  ],
};

const crash: Script = {
  runMs,
  exitCode: 1,
  result: { outcome: "Failed", error: { class: "ValueError", message: "no rows" } },
};

/** Both of its items fail at first; the retry of the run has them succeed, and tells the end anew. */
export const forkedLife: Life = {
  name: "forked",
  resource: sparkFlows,
  object: {
    apiVersion,
    kind: "SparkFlow",
    metadata: { name: "forked" },
    spec: {
      taskDefaults: { engine: "one-pod" },
      tasks: [
        flowTask("load", { result: success({ days: [1, 2], weekend: false }) }, {}),
        flowTask("rest", {}, { when: "tasks.load.values.weekend" }),
        flowTask(
          "each",
          { attempts: [crash], result: success({ rows: 1 }) },
          { forEach: { value: "load.days", onItemFailure: { limit: 1 } }, params: { day: "$(item)" } },
        ),
      ],
      finally: [flowTask("tell", { result: success({ told: true }) }, { args: ["$(run.state)"] })],
    },
  },
  steps: [
    {
      resource: sparkFlowRuns,
      name: "forked-g1",
      at: "Failed",
      patch: { metadata: { annotations: { [retryAnnotation]: "mended" } } },
    },
  ],
};

export const lives: readonly Life[] = [executorsLife, localLife, flowLife, retriedLife];
/** Lives with steps. */
export const steeredLives: readonly Life[] = [suspendedLife, forkedLife];

/** The engines that the lives name. */
export async function makeEngines(client: Client, namespace: string): Promise<void> {
  const storage = { uri: "s3a://lake/flows" };
  for (const [name, spec] of [
    ["cluster", { kubernetes: {}, storage, executor: { instances: 2 } }],
    ["one-pod", { local: { cores: 2 }, storage }],
  ] as const)
    await client.create(sparkEngines, namespace, { apiVersion, kind: "SparkEngine", metadata: { name }, spec });
}

export const begin = ({ resource, object }: Life, client: Client, namespace: string): Promise<KubeObject> =>
  client.create(resource, namespace, object);
