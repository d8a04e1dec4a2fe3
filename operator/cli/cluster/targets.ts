// What a submission starts: which run of a flow, which task. A run that an edit doesn't start is asked for.
import { randomBytes } from "node:crypto";
import { askedRunName, editRunName } from "../../flow/names.ts";
import type { ParamValues } from "../../flow/params.ts";
import type { Client } from "../../kube/client.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { sparkFlowRuns } from "../../kube/resources.ts";
import { flowRunHash, isOtherScheme, taskRunHash } from "../../task/runHash.ts";
import { type Applied, fieldManager } from "./apply.ts";
import type { Target } from "./follow.ts";
import { type FlowObject, isFinished, type TaskObject } from "./views.ts";

/** What is said of the start, and what to follow. */
export type Started = { target: Target; sentence: string };

/** Whether the operator will start a run for the flow as it is now, because its run-relevant fields are new to it. */
export function startsByEdit({ spec, status }: Pick<FlowObject, "spec" | "status">): boolean {
  const seen = status?.runHash;
  return seen === undefined || (!isOtherScheme(seen) && seen !== flowRunHash(spec));
}

/** The run of a flow that was applied: its edit's, or one that is asked for here. */
export async function startFlow(client: Client, { prepared, after }: Applied, params: ParamValues): Promise<Started> {
  const { namespace } = prepared;
  const flow = after as unknown as FlowObject;
  const { name, uid, generation = 1 } = flow.metadata;
  if (startsByEdit(flow)) {
    const run = editRunName(name, generation);
    return { target: { kind: "SparkFlowRun", namespace, name: run, flow }, sentence: `the run ${run} starts` };
  }
  const run = askedRunName(name, `${new Date().toISOString()} ${randomBytes(8).toString("hex")}`);
  await client.create(
    sparkFlowRuns,
    namespace,
    {
      apiVersion: prepared.manifest.apiVersion,
      kind: "SparkFlowRun",
      metadata: {
        name: run,
        namespace,
        labels: { "sparkflow.dev/flow": name },
        ownerReferences: [{ apiVersion: prepared.manifest.apiVersion, kind: "SparkFlow", name, uid, controller: true }],
      },
      spec: { flow: name, ...(Object.keys(params).length > 0 ? { params } : {}) },
    },
    { fieldManager },
  );
  return { target: { kind: "SparkFlowRun", namespace, name: run, flow }, sentence: `the run ${run} was asked for` };
}

/** A task that was applied: it starts unless it has done this very work. */
export function startTask({ prepared, after }: Applied): Started {
  const task = after as unknown as TaskObject;
  const { name } = task.metadata;
  const target: Target = { kind: "SparkTask", namespace: prepared.namespace, name };
  const done = isFinished(task) && task.status?.runHash === taskRunHash(task.spec);
  const sentence = done
    ? `${name} has done this already (${task.status?.phase}); to do it again, delete it first: kubectl delete sparktask ${name} -n ${prepared.namespace}`
    : `the task ${name} starts`;
  return { target, sentence };
}

/** A SparkFlowRun among the manifests. */
export const startRun = ({ prepared, after }: Applied, flow: KubeObject | undefined): Started => ({
  target: {
    kind: "SparkFlowRun",
    namespace: prepared.namespace,
    name: after.metadata.name,
    ...(flow ? { flow: flow as unknown as FlowObject } : {}),
  },
  sentence: `the run ${after.metadata.name} starts`,
});
