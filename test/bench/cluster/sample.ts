// One life, recorded: the objects and patches of which the ceiling's loop makes its writes, byte for byte as the operator's.
import { setTimeout as delay } from "node:timers/promises";
import { statusPatch } from "../../../operator/controllers/task/status.ts";
import type { Client } from "../../../operator/kube/client.ts";
import type { KubeObject } from "../../../operator/kube/objects.ts";
import { configMaps, pods, sparkTasks } from "../../../operator/kube/resources.ts";
import type { RawPod } from "../../faults/podStatus.ts";
import { taskObject } from "./tasks.ts";

export type Sample = {
  /** Bodies of creates. */
  configMap: KubeObject;
  pod: KubeObject & RawPod;
  /** The operator's patches of the task's status, in their order. */
  statusPatches: object[];
  /** The task and its pod at their ends. */
  task: KubeObject;
  endedPod: KubeObject;
};

/** Has the operator run one task and records it. */
export async function recordSample(client: Client, namespace: string, more: object = {}): Promise<Sample> {
  const name = "sample";
  const stop = new AbortController();
  const versions: KubeObject[] = [await client.create(sparkTasks, namespace, taskObject(name, more))];
  const { resourceVersion } = versions[0]!.metadata;
  const query = { fieldSelector: `metadata.name=${name}`, resourceVersion };
  for await (const { object } of client.watch(sparkTasks, namespace, query, stop.signal)) {
    versions.push(object);
    if ((object.status as { phase?: string }).phase === "Succeeded") stop.abort();
  }
  const [pod] = (await client.list(pods, namespace)).items as (KubeObject & RawPod)[];
  const configMap = (await client.list(configMaps, namespace)).items.find(({ metadata }) =>
    metadata.name.startsWith(name),
  );
  if (!pod || !configMap) throw new Error("the sample has no pod or no ConfigMap");
  while ((await client.get(pods, namespace, pod.metadata.name)).metadata.finalizers) await delay(50);
  const statuses = versions.map(({ status }) => (status ?? {}) as object);
  return {
    configMap: created(configMap),
    pod: { ...created(pod), spec: asked(pod) } as Sample["pod"],
    statusPatches: statuses.slice(1).map((status, index) => ({ status: statusPatch(statuses[index]!, status) })),
    task: versions.at(-1)!,
    endedPod: await client.get(pods, namespace, pod.metadata.name),
  };
}

/** An object as it was asked for, without what the API server adds. */
function created({ apiVersion, kind, metadata, status: _, ...rest }: KubeObject): KubeObject {
  const { name, labels, annotations, ownerReferences, finalizers } = metadata;
  const kept = { name, labels, annotations, ownerReferences, finalizers };
  return { apiVersion, kind, metadata: kept, ...rest } as unknown as KubeObject;
}

/** A pod's spec without what admission adds to it. */
function asked({ spec }: RawPod): object {
  const { tolerations: _, priority: __, preemptionPolicy: ___, ...rest } = spec as Record<string, unknown>;
  return rest;
}
