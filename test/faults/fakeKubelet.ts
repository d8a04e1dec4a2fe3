// Scheduler and kubelet of a light cluster in one: every pod there is gets a node and lives as its script says. It looks at
// what is there, as a real one does, so it can be started at any time, and nothing that it does is done twice.
import { ApiError, type Client } from "../../operator/kube/client.ts";
import { isNotFound } from "../../operator/kube/errors.ts";
import { type KubeObject, keyOf } from "../../operator/kube/objects.ts";
import { type Handled, WorkQueue } from "../../operator/kube/queue.ts";
import { configMaps, pods } from "../../operator/kube/resources.ts";
import { Store } from "../../operator/kube/store.ts";
import { makeExecutors, removeExecutors } from "./executors.ts";
import { keepNode } from "./node.ts";
import { ended, failedUnstarted, type RawPod, runs, stamp, unscheduled, waits } from "./podStatus.ts";
import { messageOf, type Script, scriptOf } from "./script.ts";

export type KubeletOptions = {
  /** The administrator's. */
  client: Client;
  node?: string;
  /** What a pod does. Default: its annotation. */
  script?: (pod: RawPod) => Script;
  /** Only the two writes that every pod needs: no node is bound, no ConfigMap looked for. For measuring. */
  fast?: boolean;
  /** Pods handled at once. Default: 16. */
  workers?: number;
};

type Pod = RawPod & KubeObject;
/** A ConfigMap that isn't there is looked for this often. */
const mountAgainMs = 300;
/** What a driver says at SIGTERM, as our entry point does. */
const terminated = JSON.stringify({ outcome: "Failed", error: { class: "Terminated", message: "told to end" } });

export class FakeKubelet {
  readonly pods: Store<Pod>;
  readonly #client: Client;
  readonly #options: Required<KubeletOptions>;
  readonly #queue: WorkQueue;
  readonly #stop = new AbortController();
  readonly #drivers = new Map<string, string>(); // keys by uid
  #address = 0;
  #ended: Promise<unknown> = Promise.resolve();
  /** Errors that no kubelet should see. */
  readonly errors: string[] = [];

  constructor(options: KubeletOptions) {
    this.#options = { node: "fake-node", script: scriptOf, fast: false, workers: 16, ...options };
    this.#client = options.client;
    this.#queue = new WorkQueue({
      maxMs: 500,
      onError: (key, error, failures) => {
        if (failures === 5) this.errors.push(`${key}: ${(error as Error).message}`);
      },
    });
    this.pods = new Store<Pod>(options.client, {
      resource: pods,
      strip: (raw) => raw as Pod,
      onChange: (key, before, after) => this.#changed(key, (after ?? before)!, after === undefined),
    });
  }

  async start(): Promise<void> {
    const { signal } = this.#stop;
    await keepNode(this.#client, this.#options.node, signal);
    const running = [this.pods.run(signal), this.#queue.run(this.#options.workers, (key) => this.#handle(key), signal)];
    this.#ended = Promise.all(running);
    await this.pods.synced;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  /** Writes a pod's status as a kubelet or a controller would: evicted, lost and the like. */
  async setStatus({ metadata }: Pod, status: object): Promise<Pod> {
    const { namespace, name } = metadata;
    const patched = await this.#client.patch(pods, namespace, name, { status }, { subresource: "status" });
    this.pods.put(patched);
    return patched as Pod;
  }

  /** Looks at a pod, for one: after its script has changed. */
  look({ metadata }: Pod): void {
    this.#queue.add(keyOf(metadata));
  }

  #changed(key: string, { metadata }: Pod, gone: boolean): void {
    if (gone) {
      this.#drivers.delete(metadata.uid);
      this.#seenRunning.delete(metadata.uid);
    } else {
      this.#queue.add(key);
      if (metadata.labels?.["spark-role"] === "driver") this.#drivers.set(metadata.uid, key);
    }
    const [owner] = (metadata as KubeObject["metadata"]).ownerReferences ?? [];
    const driver = owner?.kind === "Pod" ? this.#drivers.get(owner.uid) : undefined;
    if (driver) this.#queue.add(driver);
  }

  async #handle(key: string): Promise<Handled> {
    const pod = this.pods.get(key);
    if (!pod) return undefined;
    try {
      return await this.#step(pod);
    } catch (error) {
      if (isNotFound(error)) this.pods.remove(key, pod.metadata.uid);
      else if (!(error instanceof ApiError && error.status === 409)) throw error;
      return undefined;
    }
  }

  async #step(pod: Pod): Promise<Handled> {
    const { phase } = pod.status ?? {};
    const over = phase === "Succeeded" || phase === "Failed";
    if (pod.metadata.deletionTimestamp) return this.#terminate(pod, over);
    if (over) return undefined;
    const script = this.#options.script(pod);
    if (!pod.spec.nodeName && !this.#options.fast) return this.#schedule(pod, script);
    const left = deadlineMs(pod);
    if (left !== undefined && left <= 0) return this.#exceeded(pod, script);
    const running = pod.status?.containerStatuses?.some(({ state }) => state?.running);
    const next = running ? await this.#whileRunning(pod, script) : await this.#begin(pod, script);
    const times = [left, next?.afterMs].filter((ms) => ms !== undefined);
    return times.length > 0 ? { afterMs: Math.min(...times) } : undefined;
  }

  async #schedule(pod: Pod, { unschedulable }: Script): Promise<Handled> {
    const { namespace, name, uid } = pod.metadata;
    if (unschedulable !== undefined) {
      if (pod.status?.conditions?.some(({ type, status }) => type === "PodScheduled" && status === "False")) return;
      await this.setStatus(pod, unscheduled(unschedulable));
      return undefined;
    }
    const target = { apiVersion: "v1", kind: "Node", name: this.#options.node };
    const binding = { apiVersion: "v1", kind: "Binding", metadata: { name, namespace, uid }, target };
    await this.#client.raw("POST", `/api/v1/namespaces/${namespace}/pods/${name}/binding`, {}, binding);
    return undefined; // the watch brings it with its node
  }

  async #begin(pod: Pod, script: Script): Promise<Handled> {
    const early = Date.parse(pod.metadata.creationTimestamp) + 1000 + (script.setupMs ?? 0) - Date.now();
    if (script.setupMs !== undefined && early > 0) return { afterMs: early };
    const state = pod.status?.containerStatuses?.[0]?.state as { waiting?: { reason: string } } | undefined;
    if (script.waiting) {
      if (state?.waiting?.reason !== script.waiting.reason) await this.setStatus(pod, waits(pod, script.waiting));
      return undefined;
    }
    if (!(await this.#canMount(pod))) {
      if (!state) await this.setStatus(pod, waits(pod, { reason: "ContainerCreating" }, false));
      return { afterMs: mountAgainMs };
    }
    if (script.skipRunning) return this.#end(pod, script);
    const started = await this.setStatus(pod, runs(pod, this.#nextAddress()));
    return this.#whileRunning(started, script);
  }

  async #canMount({ metadata, spec }: Pod): Promise<boolean> {
    if (this.#options.fast) return true;
    for (const { configMap } of spec.volumes ?? []) {
      if (!configMap || configMap.optional) continue;
      try {
        await this.#client.get(configMaps, metadata.namespace, configMap.name);
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    }
    return true;
  }

  async #whileRunning(pod: Pod, script: Script): Promise<Handled> {
    if (script.executors && !(await makeExecutors(this.#client, this.pods, pod, script.executors))) return undefined;
    const { runMs = 0 } = script;
    if (runMs === "never") return undefined;
    const left = this.#startedMs(pod) + runMs - Date.now();
    return left > 0 ? { afterMs: left } : this.#end(pod, script);
  }

  /** Times of a status are in whole seconds, runs of tests are shorter. */
  readonly #seenRunning = new Map<string, number>();
  #startedMs({ metadata: { uid } }: Pod): number {
    const since = this.#seenRunning.get(uid) ?? Date.now();
    this.#seenRunning.set(uid, since);
    return since;
  }

  async #end(pod: Pod, script: Script): Promise<Handled> {
    const { exitCode = 0, executors } = script;
    if (executors && exitCode === 0) await removeExecutors(this.#client, this.pods, pod);
    const reason = script.reason ?? (exitCode === 0 ? "Completed" : "Error");
    await this.setStatus(pod, ended(pod, { exitCode, reason, message: messageOf(script) }));
    this.#seenRunning.delete(pod.metadata.uid);
    return undefined;
  }

  async #exceeded(pod: Pod, { termExitCode = 143 }: Script): Promise<Handled> {
    const message = "Pod was active on the node longer than the specified deadline";
    const more = { phase: "Failed", reason: "DeadlineExceeded", message };
    const started = pod.status?.containerStatuses?.some(({ state }) => state?.running);
    const end = { exitCode: termExitCode, reason: "Error", ...(termExitCode === 143 ? { message: terminated } : {}) };
    await this.setStatus(pod, started ? ended(pod, end, more) : failedUnstarted(pod, more));
    return undefined;
  }

  /** SIGTERM, the last status, and the pod is let go: it disappears, unless a finalizer holds it. */
  async #terminate(pod: Pod, over: boolean): Promise<Handled> {
    const { namespace, name, uid, deletionGracePeriodSeconds } = pod.metadata;
    if (!pod.spec.nodeName) return undefined; // the API server lets it go by itself
    const { termExitCode = 143 } = this.#options.script(pod);
    if (!over) {
      const started = pod.status?.containerStatuses?.some(({ state }) => state?.running);
      const end = { exitCode: termExitCode, reason: "Error", ...(termExitCode === 143 ? { message: terminated } : {}) };
      await this.setStatus(pod, started ? ended(pod, end) : failedUnstarted(pod, {}));
    }
    if (deletionGracePeriodSeconds !== 0)
      await this.#client.delete(pods, namespace, name, { uid, gracePeriodSeconds: 0 });
    return undefined;
  }

  #nextAddress(): string {
    this.#address = (this.#address + 1) % 60_000;
    return `198.18.${this.#address >> 8}.${this.#address & 255}`;
  }
}

/** Milliseconds until the pod's deadline, counted from its start as a kubelet does; undefined without one. */
function deadlineMs({ spec, status }: RawPod): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || !status?.startTime) return undefined;
  return Date.parse(status.startTime) + spec.activeDeadlineSeconds * 1000 - Date.parse(stamp());
}
