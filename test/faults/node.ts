// The one node of a light cluster: an object and its Lease, so that the controller-manager takes it for alive.
import type { Client } from "../../operator/kube/client.ts";
import { isAlreadyExists } from "../../operator/kube/errors.ts";
import { microTime } from "../../operator/kube/objects.ts";
import { leases, type Resource } from "../../operator/kube/resources.ts";
import { stamp } from "./podStatus.ts";

const nodes: Resource = { group: "", version: "v1", plural: "nodes", kind: "Node" };
const leaseNamespace = "kube-node-lease";
/** As a kubelet does; the controller-manager waits four times as long. */
const renewMs = 10_000;

/** Makes the node and renews its Lease until the signal aborts. */
export async function keepNode(client: Client, name: string, signal: AbortSignal): Promise<void> {
  await made(client.create(nodes, undefined, { apiVersion: "v1", kind: "Node", metadata: { name } }));
  const condition = { type: "Ready", status: "True", reason: "KubeletReady", message: "as ever" };
  const times = { lastHeartbeatTime: stamp(), lastTransitionTime: stamp() };
  const status = { conditions: [{ ...condition, ...times }] };
  await client.patch(nodes, undefined, name, { status }, { subresource: "status" });
  const lease = (): object => ({
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microTime(new Date()) },
  });
  const whole = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name }, ...lease() };
  await made(client.create(leases, leaseNamespace, whole));
  const timer = setInterval(() => {
    client.patch(leases, leaseNamespace, name, lease()).catch(() => {}); // the next one may succeed
  }, renewMs);
  timer.unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

async function made(creating: Promise<unknown>): Promise<void> {
  try {
    await creating;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}
