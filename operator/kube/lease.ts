// One leader among several processes, by a Lease, with client-go's times and its care for clocks: another holder's
// lease has run out only when it was *seen* unchanged for its whole duration on our own clock; no two clocks are ever
// compared. As client-go's it isn't a fence: a stopped process may wake up and act before it notices. Names that are
// deterministic and preconditions keep that harmless; `valid` narrows it.
import { sleep } from "./backoff.ts";
import type { Client } from "./client.ts";
import { isAlreadyExists, isConflict, isNotFound } from "./errors.ts";
import type { Log } from "./log.ts";
import { type KubeObject, microTime } from "./objects.ts";
import { apiVersionOf, leases } from "./resources.ts";

/** In milliseconds: how long a lease holds, how long its holder tries to renew it, how often it does (jitter 1.2). */
export const leaseTiming = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2000 };

export type ElectOptions = {
  client: Client;
  namespace: string;
  name: string;
  /** Different for every process: the pod's name and something random. */
  identity: string;
  /** Ends it all: the leader's work is aborted, and once it has ended the lease is given back. */
  signal: AbortSignal;
  /**
   * The leader's work; `signal` aborts when leadership is lost or the process is to end, and the promise must then
   * settle soon. `valid()` is false as soon as another may lead by our own clock.
   */
  onLead: (signal: AbortSignal, valid: () => boolean) => Promise<void> | void;
  log: Log;
  timing?: Partial<typeof leaseTiming>;
  /** A monotonic clock in milliseconds. */
  clock?: () => number;
};

type LeaseSpec = {
  holderIdentity?: string | null;
  leaseDurationSeconds?: number | null;
  acquireTime?: string | null;
  renewTime?: string | null;
  leaseTransitions?: number | null;
};

/**
 * Waits for leadership, runs `onLead` while it lasts, and gives it back. Resolves with why it ended: `stopped` (the
 * signal, or onLead came to its end) or `lost`; whoever lost it should start anew. Rejects with what onLead rejects with.
 */
export async function elect(options: ElectOptions): Promise<"stopped" | "lost"> {
  const candidate = new Candidate(options);
  if (!(await candidate.acquire())) return "stopped";
  return candidate.lead();
}

/** The Lease as last seen, and when it was first seen so, by our clock. */
type Seen = { lease: KubeObject; at: number };

class Candidate {
  readonly #options: ElectOptions;
  readonly #timing: typeof leaseTiming;
  readonly #clock: () => number;
  #seen: Seen | undefined;
  /** Is what was seen certainly what is there, unless another took it? */
  #sure = false;
  /** When the last renewal that succeeded was begun, by our clock. */
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ElectOptions) {
    this.#options = options;
    this.#timing = { ...leaseTiming, ...options.timing };
    this.#clock = options.clock ?? (() => performance.now());
  }

  /** Resolves with true when the lease is ours, with false when the signal aborted before. */
  async acquire(): Promise<boolean> {
    const { signal, log, namespace, name, identity } = this.#options;
    while (!signal.aborted) {
      try {
        if (await this.#try()) {
          log.info({ identity }, `leading by Lease ${namespace}/${name}`);
          return true;
        }
      } catch (error) {
        const write = isConflict(error) || isAlreadyExists(error) ? "debug" : "warn"; // another was quicker
        if (!signal.aborted) log[write]({ err: error }, `Lease ${namespace}/${name}: ${(error as Error).message}`);
      }
      await sleep(this.#pause(), signal);
    }
    return false;
  }

  /** Runs the leader's work under renewals until one of them ends. */
  async lead(): Promise<"stopped" | "lost"> {
    const { signal, onLead, log } = this.#options;
    const stop = new AbortController();
    const done = new AbortController();
    const work = (async () => onLead(stop.signal, () => this.#clock() < this.#renewedAt + this.#timing.leaseMs))();
    const ended = work.then(
      () => "stopped" as const,
      (error: unknown) => ({ error }),
    );
    const over = ended.finally(() => done.abort());
    const asked = () => stop.abort(signal.reason);
    if (signal.aborted) asked();
    signal.addEventListener("abort", asked, { once: true });
    try {
      const kept = await this.#renew(done.signal);
      if (!kept) {
        log.error({}, "leadership was lost: the Lease wasn't renewed in time, or another took it");
        stop.abort(new Error("leadership was lost"));
      }
      const end = await over;
      if (kept) await this.#release();
      if (typeof end === "object") throw end.error;
      return kept ? "stopped" : "lost";
    } finally {
      signal.removeEventListener("abort", asked);
    }
  }

  /** Renews until `done` aborts (true: still ours) or the lease is lost (false). */
  async #renew(done: AbortSignal): Promise<boolean> {
    while (!done.aborted) {
      await sleep(this.#timing.retryMs, done);
      while (!done.aborted) {
        const left = this.#renewedAt + this.#timing.renewMs - this.#clock();
        if (left <= 0) return false;
        try {
          if (!(await this.#try(left))) return false;
          break;
        } catch (error) {
          this.#options.log.debug({ err: error }, `renewing the Lease: ${(error as Error).message}`);
          await sleep(Math.min(left, this.#timing.retryMs / 4), done);
        }
      }
    }
    return true;
  }

  /** Takes or renews the lease if that is allowed; false: another holds it. Throws what the API server answers else. */
  async #try(leftMs = this.#timing.renewMs): Promise<boolean> {
    const call = { timeoutMs: Math.max(1, Math.round(Math.min(leftMs, this.#timing.renewMs / 3))) };
    const began = this.#clock();
    if (!this.#ours()) {
      await this.#look(call);
      if (this.#seen && !this.#mayTake(this.#seen)) return false;
    }
    await this.#take(call);
    this.#renewedAt = began;
    return true;
  }

  /** Writes the lease as ours, if it still is as it was seen. */
  async #take(call: { timeoutMs: number }): Promise<void> {
    const { client, namespace, name, identity } = this.#options;
    const lease = this.#seen?.lease;
    const before = specOf(lease);
    const now = microTime(new Date());
    const renewing = before.holderIdentity === identity;
    const spec: LeaseSpec = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#timing.leaseMs / 1000),
      acquireTime: renewing ? (before.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (before.leaseTransitions ?? 0) + (renewing || !lease ? 0 : 1),
    };
    // Whatever goes wrong, someone else may have written it, or we ourselves with an answer that was lost: look first.
    this.#sure = false;
    const answer = lease
      ? await client.patch(leases, namespace, name, { metadata: preconditions(lease), spec }, call)
      : await client.create(leases, namespace, { ...blank, metadata: { name, namespace }, spec }, call);
    this.#see(answer);
    this.#sure = true;
  }

  async #look(call: { timeoutMs: number }): Promise<void> {
    const { client, namespace, name } = this.#options;
    try {
      this.#see(await client.get(leases, namespace, name, call));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#seen = undefined;
    }
  }

  #see(lease: KubeObject): void {
    const unchanged = this.#seen && this.#seen.lease.metadata.resourceVersion === lease.metadata.resourceVersion;
    if (!unchanged) this.#seen = { lease, at: this.#clock() };
  }

  #ours(): boolean {
    return this.#sure && specOf(this.#seen?.lease).holderIdentity === this.#options.identity;
  }

  /** Nobody's, ours, or seen unchanged for its whole duration. */
  #mayTake({ lease, at }: Seen): boolean {
    const { holderIdentity, leaseDurationSeconds } = specOf(lease);
    if (!holderIdentity || holderIdentity === this.#options.identity) return true;
    return this.#clock() >= at + (leaseDurationSeconds ?? this.#timing.leaseMs / 1000) * 1000;
  }

  /** Until the next look: every 2 s with jitter, and at the moment when the other's lease runs out. */
  #pause(): number {
    const spread = (this.#timing.retryMs * (1 + 0.2 * Math.random())) / 1.2;
    const { holderIdentity, leaseDurationSeconds } = specOf(this.#seen?.lease);
    if (!holderIdentity || !this.#seen) return spread;
    const outAt = this.#seen.at + (leaseDurationSeconds ?? 0) * 1000 - this.#clock();
    return outAt > 0 ? Math.min(spread, outAt + 1) : spread;
  }

  /** Gives the lease back, so that the next needn't wait; one try, since it runs out by itself. */
  async #release(): Promise<void> {
    const { client, namespace, name, log } = this.#options;
    if (!this.#seen || !this.#ours()) return;
    const now = microTime(new Date());
    const spec: LeaseSpec = { holderIdentity: "", leaseDurationSeconds: 1, renewTime: now, acquireTime: now };
    try {
      const patch = { metadata: preconditions(this.#seen.lease), spec };
      await client.patch(leases, namespace, name, patch, { timeoutMs: 2000 });
      log.info({}, `gave back Lease ${namespace}/${name}`);
    } catch (error) {
      log.warn({ err: error }, `Lease ${namespace}/${name} couldn't be given back: ${(error as Error).message}`);
    }
  }
}

const blank = { apiVersion: apiVersionOf(leases), kind: leases.kind };
const specOf = (lease: KubeObject | undefined): LeaseSpec => (lease?.spec as LeaseSpec | undefined) ?? {};
const preconditions = ({ metadata: { resourceVersion, uid } }: KubeObject) => ({ resourceVersion, uid });
