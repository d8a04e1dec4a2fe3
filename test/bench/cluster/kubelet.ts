// The least that a kubelet does for a driver pod: two writes of its status, so that it is never what a benchmark waits for.
import type { Client } from "../../../operator/kube/client.ts";
import { isNotFound } from "../../../operator/kube/errors.ts";
import type { KubeObject } from "../../../operator/kube/objects.ts";
import { pods } from "../../../operator/kube/resources.ts";
import { Store } from "../../../operator/kube/store.ts";
import { sleep } from "../../cluster/command.ts";
import { ended, type RawPod, runs } from "../../faults/podStatus.ts";

type Pod = RawPod & KubeObject;
const result = JSON.stringify({ outcome: "Succeeded", values: { rows: 12 }, outputs: {} });
const address = "198.18.0.1";

export const runningStatus = (pod: RawPod): object => runs(pod, address);
export const endedStatus = (pod: RawPod): object =>
  ended(pod, { exitCode: 0, reason: "Completed", message: result }, { podIP: address });

export class QuickKubelet {
  readonly #client: Client;
  readonly #runMs: number;
  readonly #stop = new AbortController();
  readonly #begun = new Set<string>();
  readonly #store: Store<Pod>;
  #running: Promise<unknown> = Promise.resolve();
  readonly errors: string[] = [];

  /** Drivers run for `runMs` milliseconds, so that the operator sees and tells that they do. */
  constructor(client: Client, runMs: number) {
    this.#client = client;
    this.#runMs = runMs;
    this.#store = new Store<Pod>(client, {
      resource: pods,
      labelSelector: "app.kubernetes.io/managed-by=sparkflow,spark-role=driver",
      strip: (raw) => raw as Pod,
      onChange: (_key, _before, pod) => {
        if (!pod || this.#begun.has(pod.metadata.uid) || (pod.status?.phase ?? "Pending") !== "Pending") return;
        this.#begun.add(pod.metadata.uid);
        this.#live(pod).catch((error: unknown) => {
          if (!isNotFound(error)) this.errors.push((error as Error).message);
        });
      },
    });
  }

  async start(): Promise<void> {
    this.#running = this.#store.run(this.#stop.signal);
    await this.#store.synced;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    if (this.errors.length > 0) throw new Error(`the kubelet failed ${this.errors.length} times: ${this.errors[0]}`);
  }

  async #live(pod: Pod): Promise<void> {
    const running = await this.#patch(pod, runningStatus(pod));
    await sleep(this.#runMs);
    await this.#patch(running, endedStatus(running));
  }

  async #patch({ metadata: { namespace, name } }: Pod, status: object): Promise<Pod> {
    return (await this.#client.patch(pods, namespace, name, { status }, { subresource: "status" })) as Pod;
  }
}
