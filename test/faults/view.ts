// What is in the cluster, followed by the administrator: tests wait for states here, without asking again and again.
import type { Client } from "../../operator/kube/client.ts";
import type { KubeObject } from "../../operator/kube/objects.ts";
import {
  configMaps,
  controllerRevisions,
  pods,
  type Resource,
  sparkFlowRuns,
  sparkFlows,
  sparkTasks,
} from "../../operator/kube/resources.ts";
import { Store } from "../../operator/kube/store.ts";

/** Kinds that the operator makes or keeps a status of. */
export const kinds: readonly Resource[] = [
  sparkTasks,
  sparkFlowRuns,
  sparkFlows,
  pods,
  configMaps,
  controllerRevisions,
];
/** Every namespace has it. */
const rootCa = "kube-root-ca.crt";

type Change = { resource: string; before: KubeObject | undefined; after: KubeObject | undefined };

export class View {
  readonly #stores = new Map<string, Store>();
  readonly #waiting = new Set<() => void>();
  readonly #listeners = new Set<(change: Change) => void>();

  constructor(client: Client) {
    for (const resource of kinds) {
      const store = new Store(client, {
        resource,
        strip: (raw) => raw,
        onChange: (_key, before, after) => {
          for (const listener of this.#listeners) listener({ resource: resource.plural, before, after });
          for (const check of [...this.#waiting]) check();
        },
      });
      this.#stores.set(resource.plural, store);
    }
  }

  /** Follows until the signal aborts; resolves when all is known. */
  async follow(signal: AbortSignal): Promise<void> {
    const stores = [...this.#stores.values()];
    for (const store of stores) void store.run(signal);
    await Promise.all(stores.map(({ synced }) => synced));
  }

  /** Has every change told; answers how to stop that. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Objects of a namespace. */
  of(resource: Resource, namespace: string): KubeObject[] {
    return [...this.#stores.get(resource.plural)!.values()].filter(
      ({ metadata }) => metadata.namespace === namespace && metadata.name !== rootCa,
    );
  }

  get(resource: Resource, namespace: string, name: string): KubeObject | undefined {
    return this.#stores.get(resource.plural)!.get(`${namespace}/${name}`);
  }

  /** What there is in a namespace, in words. */
  left(namespace: string): string[] {
    return kinds.flatMap((resource) =>
      this.of(resource, namespace).map(({ metadata }) => {
        const { finalizers = [], deletionTimestamp } = metadata;
        const held = `${deletionTimestamp ? " being deleted" : ""}${finalizers.length > 0 ? `, held by ${finalizers}` : ""}`;
        return `${resource.plural}/${metadata.name}${held}`;
      }),
    );
  }

  /** Waits for a condition, looked at on every change. Throws an Error with `what` and what `state` says otherwise. */
  until(what: string, holds: () => boolean, timeoutMs: number, state: () => string = () => ""): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`${what}: not after ${timeoutMs / 1000} s${state() && `: ${state()}`}`));
      }, timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }
}
