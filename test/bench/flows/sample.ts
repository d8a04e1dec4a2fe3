// A flow of one task, recorded: the objects and patches of which the bare loop makes its writes, byte for byte the operator's.
import type { Client } from "../../../operator/kube/client.ts";
import type { KubeObject } from "../../../operator/kube/objects.ts";
import {
  controllerRevisions,
  type Resource,
  sparkFlowRuns,
  sparkFlows,
  sparkTasks,
} from "../../../operator/kube/resources.ts";
import { until } from "../../cluster/command.ts";
import { created, type DriverSample, follow, recordDriver, statusPatches } from "../cluster/sample.ts";
import { taskDefaults } from "./shapes.ts";

export type FlowSample = {
  revision: KubeObject;
  run: KubeObject;
  runPatches: object[];
  flowPatches: object[];
  task: KubeObject;
  /** What follows the task's create. */
  driver: DriverSample;
};

export const flowObject = (name: string, tasks: readonly object[]) => ({
  apiVersion: "sparkflow.dev/v1alpha1",
  kind: "SparkFlow",
  metadata: { name },
  spec: { taskDefaults, tasks },
});

/** Has the operator run a flow of one task and records it. */
export async function recordFlow(client: Client, namespace: string): Promise<FlowSample> {
  const name = "sample";
  const stop = new AbortController();
  const followed = (resource: Resource) => follow(client, resource, namespace, stop.signal);
  const kinds = [sparkFlows, sparkFlowRuns, sparkTasks].map(followed);
  const [flows, runs, tasks] = (await Promise.all(kinds)) as [KubeObject[], KubeObject[], KubeObject[]];
  await client.create(sparkFlows, namespace, flowObject(name, [{ name: "t0" }]));
  const phase = (versions: KubeObject[]) => (versions.at(-1)?.status as { phase?: string } | undefined)?.phase;
  await until("the sample's end", () => [flows, runs, tasks].every((versions) => phase(versions) === "Succeeded"));
  stop.abort();
  const [revision] = (await client.list(controllerRevisions, namespace)).items;
  const task = tasks[0]!;
  return {
    revision: created({ ...revision!, apiVersion: "apps/v1", kind: "ControllerRevision" }),
    run: created(runs[0]!),
    runPatches: statusPatches(runs),
    flowPatches: statusPatches(flows),
    task: created(task),
    driver: { ...(await recordDriver(client, namespace, task.metadata.name)), statusPatches: statusPatches(tasks) },
  };
}
