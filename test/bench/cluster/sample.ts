// One life, recorded: the objects and patches of which the ceiling's loop makes its writes, byte for byte as the operator's.
import { statusPatch } from "../../../operator/controllers/task/status.ts";
import type { Client } from "../../../operator/kube/client.ts";
import type { KubeObject } from "../../../operator/kube/objects.ts";
import { configMaps, pods, type Resource, sparkTasks } from "../../../operator/kube/resources.ts";
import { sleep, until } from "../../cluster/command.ts";
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

/** What is written of a task after its create. */
export type DriverSample = Pick<Sample, "configMap" | "pod" | "statusPatches">;

/** Has the operator run one task and records it. */
export async function recordSample(client: Client, namespace: string, more: object = {}): Promise<Sample> {
  const name = "sample";
  const stop = new AbortController();
  const versions = await follow(client, sparkTasks, namespace, stop.signal);
  await client.create(sparkTasks, namespace, taskObject(name, more));
  const phase = () => (versions.at(-1)?.status as { phase?: string } | undefined)?.phase;
  await until("the sample's end", () => phase() === "Succeeded");
  stop.abort();
  const driver = await recordDriver(client, namespace, name);
  return { ...driver, statusPatches: statusPatches(versions), task: versions.at(-1)! };
}

/** Every version of a resource's one object in a namespace that is empty yet, as they come. */
export async function follow(
  client: Client,
  resource: Resource,
  namespace: string,
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const versions: KubeObject[] = [];
  const { resourceVersion } = (await client.list(resource, namespace)).metadata;
  const watch = async () => {
    for await (const { type, object } of client.watch(resource, namespace, { resourceVersion }, signal))
      if (type === "ADDED" || type === "MODIFIED") versions.push(object);
  };
  watch().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return versions;
}

/** The driver's pod and ConfigMap of a task that has ended, once the pod was let go. */
export async function recordDriver(client: Client, namespace: string, task: string) {
  const [pod] = (await client.list(pods, namespace)).items as (KubeObject & RawPod)[];
  const configMap = (await client.list(configMaps, namespace)).items.find(({ metadata }) =>
    metadata.name.startsWith(task),
  );
  if (!pod || !configMap) throw new Error("the sample has no pod or no ConfigMap");
  while ((await client.get(pods, namespace, pod.metadata.name)).metadata.finalizers) await sleep(50);
  return {
    configMap: created(configMap),
    pod: { ...created(pod), spec: asked(pod) } as Sample["pod"],
    endedPod: await client.get(pods, namespace, pod.metadata.name),
  };
}

/** The patches of the status that made each version of the one before. */
export function statusPatches(versions: readonly KubeObject[]): object[] {
  const statuses = versions.map(({ status }) => (status ?? {}) as object);
  const patches = statuses.slice(1).map((status, index) => statusPatch(statuses[index]!, status));
  return patches.flatMap((status) => (status ? [{ status }] : []));
}

/** An object as it was asked for, without what the API server adds. */
export function created({ apiVersion, kind, metadata, status: _, ...rest }: KubeObject): KubeObject {
  const { name, labels, annotations, ownerReferences, finalizers } = metadata;
  const kept = { name, labels, annotations, ownerReferences, finalizers };
  return { apiVersion, kind, metadata: kept, ...rest } as unknown as KubeObject;
}

/** A pod's spec without what admission adds to it. */
function asked({ spec }: RawPod): object {
  const { tolerations: _, priority: __, preemptionPolicy: ___, ...rest } = spec as Record<string, unknown>;
  return rest;
}
