// A Lease on a server in memory, and the processes that want it: what the tests of leader election share.
import { afterEach, beforeEach, vi } from "vitest";
import { ApiError, type Client } from "../../../operator/kube/client.ts";
import { type ElectOptions, elect } from "../../../operator/kube/lease.ts";
import { silent } from "../../../operator/kube/log.ts";
import type { KubeObject } from "../../../operator/kube/objects.ts";

type Spec = Record<string, unknown>;

/** One Lease behind a client, as the API server keeps it, and what may go wrong with a call. */
export class Server {
  lease: (KubeObject & { spec: Spec }) | undefined;
  readonly writes: { by: string; spec: Spec; at: number }[] = [];
  gets = 0;
  /** Called with each call; may throw, or answer when the call is to be late. */
  fault: (by: string, what: "get" | "create" | "patch") => Promise<void> | void = () => {};
  /** Called after each write was done; may throw, as a lost answer. */
  lost: (by: string) => void = () => {};
  #version = 0;

  client(by: string): Client {
    const call = async (what: "get" | "create" | "patch", timeoutMs: number | undefined, act: () => KubeObject) => {
      const late = this.fault(by, what);
      if (late) {
        const timeout = new Promise<void>((_resolve, reject) => {
          setTimeout(() => reject(new ApiError(0, "TimedOut", "late")), timeoutMs ?? 30_000);
        });
        await Promise.race([late, timeout]);
      }
      return act();
    };
    return {
      get: (_r: unknown, _ns: string, _name: string, options?: { timeoutMs?: number }) =>
        call("get", options?.timeoutMs, () => {
          this.gets += 1;
          if (!this.lease) throw new ApiError(404, "NotFound", "no lease");
          return structuredClone(this.lease);
        }),
      create: (_r: unknown, _ns: string, body: { metadata: object; spec: Spec }, options?: { timeoutMs?: number }) =>
        call("create", options?.timeoutMs, () => {
          if (this.lease) throw new ApiError(409, "AlreadyExists", "there is one");
          return this.#write(by, body.spec);
        }),
      patch: (
        _r: unknown,
        _ns: string,
        _name: string,
        patch: { metadata: { resourceVersion: string; uid: string }; spec: Spec },
        options?: { timeoutMs?: number },
      ) =>
        call("patch", options?.timeoutMs, () => {
          if (!this.lease) throw new ApiError(404, "NotFound", "no lease");
          if (patch.metadata.resourceVersion !== this.lease.metadata.resourceVersion)
            throw new ApiError(409, "Conflict", "another version");
          return this.#write(by, { ...this.lease.spec, ...patch.spec });
        }),
    } as unknown as Client;
  }

  #write(by: string, spec: Spec): KubeObject {
    this.#version += 1;
    const metadata = { name: "op", namespace: "ns", uid: "u", resourceVersion: String(this.#version) };
    this.lease = { metadata, spec };
    this.writes.push({ by, spec, at: Date.now() });
    this.lost(by);
    return structuredClone(this.lease);
  }
}

export let server: Server;
/** Another server, without a Lease. */
export const anew = () => {
  server = new Server();
};
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  anew();
});
afterEach(() => void vi.useRealTimers());

type Leader = { signal: AbortSignal; at: number; valid: () => boolean; finish: (error?: Error) => void };

/** A process that stands for election; its work goes on until told to finish, or a while after it is aborted. */
export function candidate(identity: string, options: Partial<ElectOptions> & { drainMs?: number } = {}) {
  const stop = new AbortController();
  const leads: Leader[] = [];
  const ended = elect({
    ...{ client: server.client(identity), namespace: "ns", name: "op", identity, signal: stop.signal, log: silent },
    onLead: (signal, valid) =>
      new Promise<void>((resolve, reject) => {
        leads.push({ signal, valid, at: Date.now(), finish: (error) => (error ? reject(error) : resolve()) });
        signal.addEventListener("abort", () => setTimeout(resolve, options.drainMs ?? 0));
      }),
    ...options,
  });
  let end: unknown;
  ended.then(
    (how) => (end = how),
    (error) => (end = error),
  );
  return { stop, leads, ended, end: () => end };
}

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
/** What the Lease says now. */
export const spec = () => server.lease!.spec;
