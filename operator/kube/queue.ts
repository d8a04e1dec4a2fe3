// A work queue of keys as client-go's: a key that is added twice is handled once, never twice at once, and again if it
// was added while it was handled. What fails comes back after a delay that doubles, so a poison key hinders nobody.
import { backoffMs } from "./backoff.ts";

/** The priority of keys that come from a store's first list: they wait until all live ones are handled. */
export const firstListPriority = -100;

/** What a handler answers: nothing (done until something changes), or when to look again, in milliseconds. */
export type Handled = { afterMs: number } | undefined;
export type Handler = (key: string) => Promise<Handled>;

export type QueueOptions = {
  /** The first delay of a failed key and the longest one, in milliseconds (5 ms and 60 s). */
  initialMs?: number;
  maxMs?: number;
  random?: () => number;
  /** Hooks must not throw. A handler failed for the `failures`th time in a row; it is tried again in `delayMs`. */
  onError?: (key: string, error: unknown, failures: number, delayMs: number) => void;
  /** A handler ended: how long its key had waited and how long the handler took, in milliseconds. */
  onHandled?: (key: string, waitedMs: number, tookMs: number, outcome: "done" | "later" | "failed") => void;
};

type Waiting = { priority: number; since: number };
/** Keys of one priority in the order of their coming; an entry counts only while `waiting` names it. */
type Lane = { entries: { key: string; ticket: Waiting }[]; head: number };

/** The longest delay that a timer can hold; a longer one comes early, and the handler asks again. */
const longestMs = 2 ** 31 - 1;

export class WorkQueue {
  readonly #options: QueueOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #lanes = new Map<number, Lane>();
  #priorities: number[] = []; // of the lanes, highest first
  readonly #working = new Map<string, Waiting | undefined>(); // with the ticket of a key to be handled again
  readonly #timers = new Map<string, { at: number; timer: NodeJS.Timeout }>();
  readonly #failures = new Map<string, number>();
  #handler: Handler | undefined;
  #workers = 0;
  #closed = false;
  #turn: NodeJS.Immediate | undefined;
  #idle: (() => void)[] = [];

  constructor(options: QueueOptions = {}) {
    this.#options = options;
  }

  /** Keys that wait to be handled now; those of `addAfter` don't count. */
  get depth(): number {
    return this.#waiting.size;
  }

  /** Keys that are being handled. */
  get working(): number {
    return this.#working.size;
  }

  /** Keys that wait for their time. */
  get delayed(): number {
    return this.#timers.size;
  }

  /** Asks for a key to be handled; of several askings the highest priority counts (0 is that of live keys). */
  add(key: string, priority = 0): void {
    if (this.#closed) return;
    if (this.#working.has(key)) {
      const again = this.#working.get(key);
      if (!again || again.priority < priority) {
        this.#working.set(key, { priority, since: again?.since ?? performance.now() });
      }
      return;
    }
    const waiting = this.#waiting.get(key);
    if (waiting && waiting.priority >= priority) return;
    this.#enqueue(key, { priority, since: waiting?.since ?? performance.now() });
  }

  /** Asks for a key to be handled in `ms` milliseconds; of several times the earliest counts. */
  addAfter(key: string, ms: number): void {
    if (this.#closed) return;
    if (!(ms > 0)) {
      this.add(key);
      return;
    }
    const delay = Math.min(ms, longestMs);
    const at = performance.now() + delay;
    const set = this.#timers.get(key);
    if (set && set.at <= at) return;
    clearTimeout(set?.timer);
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      this.add(key);
    }, delay);
    this.#timers.set(key, { at, timer });
  }

  /**
   * Handles keys, at most `workers` at once, until `signal` aborts; resolves when the handlers that run then have
   * ended, or after `drainMs` more milliseconds. Keys that still wait are left: whoever comes next lists everything.
   */
  async run(workers: number, handler: Handler, signal: AbortSignal, drainMs = longestMs): Promise<void> {
    if (this.#handler) throw new Error("the queue runs already");
    this.#handler = handler;
    this.#workers = workers;
    this.#schedule();
    if (!signal.aborted) {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    }
    await this.drain(drainMs);
  }

  /** Takes no more keys and waits for the handlers that run, at most `ms` milliseconds. Did all of them end? */
  async drain(ms: number): Promise<boolean> {
    this.#close();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
    });
    const ended = this.#untilIdle().then(() => true);
    const drained = await Promise.race([ended, late]);
    clearTimeout(timer);
    return drained;
  }

  #close(): void {
    this.#closed = true;
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#waiting.clear();
    this.#lanes.clear();
    this.#priorities = [];
  }

  #untilIdle(): Promise<void> {
    return this.#working.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  #enqueue(key: string, ticket: Waiting): void {
    this.#waiting.set(key, ticket);
    let lane = this.#lanes.get(ticket.priority);
    if (!lane) {
      lane = { entries: [], head: 0 };
      this.#lanes.set(ticket.priority, lane);
      this.#priorities = [...this.#lanes.keys()].sort((a, b) => b - a);
    }
    lane.entries.push({ key, ticket });
    this.#schedule();
  }

  #next(): { key: string; ticket: Waiting } | undefined {
    for (const priority of this.#priorities) {
      const lane = this.#lanes.get(priority)!;
      while (lane.head < lane.entries.length) {
        const entry = lane.entries[lane.head++]!;
        if (this.#waiting.get(entry.key) !== entry.ticket) continue; // moved to a higher lane since
        if (lane.head > 1024 && lane.head * 2 > lane.entries.length) {
          lane.entries.splice(0, lane.head);
          lane.head = 0;
        }
        this.#waiting.delete(entry.key);
        return entry;
      }
      lane.entries = [];
      lane.head = 0;
    }
    return undefined;
  }

  /** Starts handlers in a turn of the event loop of their own, so that a long queue never keeps sockets waiting. */
  #schedule(): void {
    if (!this.#handler || this.#closed || this.#turn) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      while (!this.#closed && this.#working.size < this.#workers) {
        const next = this.#next();
        if (!next) return;
        void this.#work(next.key, next.ticket);
      }
    });
  }

  async #work(key: string, ticket: Waiting): Promise<void> {
    this.#working.set(key, undefined);
    const started = performance.now();
    let outcome: "done" | "later" | "failed" = "done";
    try {
      const handled = await this.#handler!(key);
      this.#failures.delete(key);
      if (handled) {
        outcome = "later";
        this.addAfter(key, handled.afterMs);
      }
    } catch (error) {
      outcome = "failed";
      this.#retry(key, error);
    }
    const again = this.#working.get(key);
    this.#working.delete(key);
    if (again && !this.#closed) this.#enqueue(key, again);
    this.#options.onHandled?.(key, started - ticket.since, performance.now() - started, outcome);
    this.#schedule();
    if (this.#working.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Back after 5 ms · 2ⁿ with jitter, or later if the server asked for it. */
  #retry(key: string, error: unknown): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const { initialMs = 5, maxMs = 60_000, random = Math.random } = this.#options;
    const asked = (error as { retryAfterMs?: number } | undefined)?.retryAfterMs ?? 0;
    const delayMs = Math.max(backoffMs(failures - 1, { initialMs, maxMs, random }), Math.min(asked, maxMs));
    this.addAfter(key, delayMs);
    this.#options.onError?.(key, error, failures, delayMs);
  }
}
