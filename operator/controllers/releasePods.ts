// The last thing that the chart's removal does: driver pods are let go, since nobody is left who would do it when their
// tasks go. It takes the Lease first, so that no operator that still ends makes another pod meanwhile.
import { managedBySelector } from "../engines/kubernetes/labels.ts";
import { isTracked, releasePatch } from "../engines/kubernetes/pod.ts";
import type { Client } from "../kube/client.ts";
import { isNotFound } from "../kube/errors.ts";
import type { Log } from "../kube/log.ts";
import type { KubeObject } from "../kube/objects.ts";
import { pods } from "../kube/resources.ts";

/** Takes the tracking finalizer off every driver pod of the namespaces (undefined: all). Returns how many there were. */
export async function releasePods(
  client: Client,
  namespaces: readonly string[] | undefined,
  log: Log,
): Promise<number> {
  let released = 0;
  for (const namespace of namespaces ?? [undefined]) {
    let next: string | undefined;
    do {
      const query = {
        labelSelector: `${managedBySelector},spark-role=driver`,
        limit: 500,
        ...(next && { continue: next }),
      };
      const page = await client.list(pods, namespace, query);
      for (const pod of page.items) if (await release(client, pod)) released++;
      next = page.metadata.continue;
    } while (next);
  }
  log.info({ released }, `released ${released} driver pods`);
  return released;
}

async function release(client: Client, pod: KubeObject): Promise<boolean> {
  if (!isTracked(pod)) return false;
  const { namespace, name } = pod.metadata;
  try {
    await client.patch(pods, namespace, name, releasePatch(pod), { type: "json" });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
