// What happened to an object, told as events.k8s.io/v1 Events: never awaited, bounded in number, the same thing once.
import { createHash, randomBytes } from "node:crypto";
import { backoffMs, sleep } from "./backoff.ts";
import type { Client } from "./client.ts";
import { ApiError, isNotFound } from "./errors.ts";
import type { Log } from "./log.ts";
import { type KubeObject, microTime } from "./objects.ts";
import { apiVersionOf, events } from "./resources.ts";

export type Happening = {
  regarding: KubeObject;
  type: "Normal" | "Warning";
  /** One word in UpperCamelCase, at most 128 characters: why. */
  reason: string;
  /** A sentence for people; cut at 1,024 bytes. */
  note: string;
  /** One word in UpperCamelCase, at most 128 characters: what was done. */
  action: string;
};

export type RecorderOptions = {
  client: Client;
  /** Who reports: a qualified name (`sparkflow.dev/operator`), and the process. */
  controller: string;
  instance: string;
  log: Log;
  /** The most that wait to be sent (1,000); beyond it the new ones are dropped. */
  capacity?: number;
  /** How long the same happening counts as one, and how often its count is written, in milliseconds (6 min, 1 min). */
  seriesMs?: number;
  flushMs?: number;
  onDropped?: () => void;
};

type Series = {
  key: string;
  name: string;
  namespace: string;
  happening: Happening;
  at: number;
  lastAt: Date;
  /** How often it happened, and what of that is written; 0 written: not yet made. */
  count: number;
  written: number;
  flush: NodeJS.Timeout | undefined;
};

/** Events of one object: this many at once, then one in five minutes, as client-go's spam filter. */
const burst = 25;
const refillMs = 300_000;
const most = 4096; // series and objects remembered

export class EventRecorder {
  readonly #options: Required<Omit<RecorderOptions, "onDropped">> & Pick<RecorderOptions, "onDropped">;
  readonly #series = new Map<string, Series>();
  readonly #allowances = new Map<string, { left: number; at: number }>();
  readonly #waiting = new Set<Series>();
  #sending = 0;
  readonly #stop = new AbortController();
  #idle: (() => void)[] = [];

  constructor(options: RecorderOptions) {
    this.#options = { capacity: 1000, seriesMs: 360_000, flushMs: 60_000, ...options };
  }

  /** Notes a happening and returns at once. */
  record(happening: Happening): void {
    if (this.#stop.signal.aborted) return;
    const { uid, namespace = "default", name } = happening.regarding.metadata;
    const key = digest([uid, happening.type, happening.reason, happening.action, happening.note]);
    const now = performance.now();
    const known = this.#series.get(key);
    if (known && now - known.at < this.#options.seriesMs) {
      known.count += 1;
      known.at = now;
      known.lastAt = new Date();
      known.flush ??= this.#flushLater(known);
      return;
    }
    if (this.#waiting.size >= this.#options.capacity || !this.#allowed(uid, now)) {
      this.#options.onDropped?.();
      return;
    }
    const unique = `${Date.now().toString(16)}${randomBytes(4).toString("hex")}`;
    const series: Series = {
      ...{ key, name: `${name.slice(0, 220)}.${unique}`, namespace, happening, at: now, lastAt: new Date() },
      ...{ count: 1, written: 0, flush: undefined },
    };
    remember(this.#series, key, series);
    this.#send(series);
  }

  /** Sends what waits, at most `ms` milliseconds long, and takes no more. */
  async drain(ms: number): Promise<void> {
    for (const series of this.#series.values()) {
      if (!series.flush) continue;
      clearTimeout(series.flush);
      this.#send(series);
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    const sent = this.#waiting.size + this.#sending === 0 ? undefined : new Promise<void>((r) => this.#idle.push(r));
    await Promise.race([sent, late]);
    clearTimeout(timer);
    this.#stop.abort();
    this.#waiting.clear();
  }

  #allowed(uid: string, now: number): boolean {
    const before = this.#allowances.get(uid) ?? { left: burst, at: now };
    const left = Math.min(burst, before.left + (now - before.at) / refillMs);
    remember(this.#allowances, uid, { left: left >= 1 ? left - 1 : left, at: now });
    return left >= 1;
  }

  #flushLater(series: Series): NodeJS.Timeout {
    return setTimeout(() => {
      series.flush = undefined;
      this.#send(series);
    }, this.#options.flushMs).unref();
  }

  #send(series: Series): void {
    this.#waiting.add(series);
    while (this.#sending < 2) {
      const next = this.#waiting.values().next().value;
      if (!next) return;
      this.#waiting.delete(next);
      this.#sending += 1;
      void this.#write(next).finally(() => {
        this.#sending -= 1;
        const [more] = this.#waiting;
        if (more) this.#send(more);
        else if (this.#sending === 0) for (const resolve of this.#idle.splice(0)) resolve();
      });
    }
  }

  /** Up to three tries; a failure is only logged. */
  async #write(series: Series): Promise<void> {
    const { client, log } = this.#options;
    const { signal } = this.#stop;
    for (let tries = 0; ; tries += 1) {
      const { count } = series;
      try {
        const created = { ...this.#body(series), ...(count > 1 && { series: seriesOf(series) }) };
        if (series.written === 0) await client.create(events, series.namespace, created, { signal });
        else await client.patch(events, series.namespace, series.name, { series: seriesOf(series) }, { signal });
        series.written = count;
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiError && error.status === 409) {
          series.written = count; // made by a try whose answer was lost
          return;
        }
        if (isNotFound(error)) this.#series.delete(series.key); // its hour is over, or the namespace is
        const again = error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
        if (!again || tries >= 2) {
          log.debug({ err: error }, `Event ${series.namespace}/${series.name}: ${(error as Error).message}`);
          this.#options.onDropped?.();
          return;
        }
        await sleep(Math.max(error.retryAfterMs ?? 0, backoffMs(tries, { initialMs: 500, maxMs: 10_000 })), signal);
      }
    }
  }

  #body({ name, namespace, happening, lastAt }: Series): object {
    const { regarding, type, reason, note, action } = happening;
    const { metadata, apiVersion, kind } = regarding;
    return {
      ...{ apiVersion: apiVersionOf(events), kind: events.kind, metadata: { name, namespace } },
      ...{ type, reason: reason.slice(0, 128), action: action.slice(0, 128), note: cut(note, 1024) },
      eventTime: microTime(lastAt),
      reportingController: this.#options.controller,
      reportingInstance: this.#options.instance.slice(0, 128),
      regarding: {
        ...{ apiVersion, kind, name: metadata.name, uid: metadata.uid, resourceVersion: metadata.resourceVersion },
        ...(metadata.namespace && { namespace: metadata.namespace }),
      },
    };
  }
}

const seriesOf = ({ count, lastAt }: Series) => ({ count, lastObservedTime: microTime(lastAt) });
const digest = (parts: string[]) => createHash("sha256").update(JSON.stringify(parts)).digest("base64url");

/** Sets an entry as the newest, and forgets the oldest beyond a number. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value!);
}

/** The longest start of a text that has at most so many bytes of UTF-8. */
function cut(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  return encoded
    .subarray(0, bytes - 3)
    .toString("utf8")
    .replace(/\uFFFD+$/, "")
    .concat("…");
}
