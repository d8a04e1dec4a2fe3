// List and watch of one resource in one namespace (or all), for ever: what the server has reaches the sink, in order,
// whatever happens to connections, revisions and servers in between.
import { backoffMs, sleep } from "./backoff.ts";
import type { Client, List } from "./client.ts";
import { ApiError, isGone } from "./errors.ts";
import type { Log } from "./log.ts";
import { type KubeObject, newer } from "./objects.ts";
import type { Resource } from "./resources.ts";
import type { WatchEvent } from "./watch.ts";

/** Where the objects go. All calls are synchronous and must not throw. */
export type Sink = {
  /** An object as a list has it. */
  listed(object: KubeObject): void;
  /** A list is complete: of this namespace, only `keys` existed at `version`. */
  complete(keys: ReadonlySet<string>, version: string): void;
  /** The server's storage went back in time (a restored backup): revisions known so far mean nothing any more. */
  reset(): void;
  event(event: WatchEvent): void;
};

/**
 * Times in seconds and milliseconds. A watch's own length (`timeoutSeconds`) is under the 45 s within which a silent,
 * half-open connection must be noticed: bookmarks come once a minute only, if at all, but the end of a watch is news
 * too, so that a healthy one is heard of within its length, and `silenceMs` without a byte means that it is dead.
 * Watching on from the last revision is one cheap request, on the same connection, without a list: 1.6 a minute. (The
 * API server sends a bookmark 2 s before a watch's end if anything happened, so that this revision stays young.)
 */
export const reflectorTiming = {
  pageSize: 100, // what a page leaves behind is as much memory as thousands of objects kept
  watchSeconds: { min: 34, max: 40 },
  silenceMs: 44_000,
  /** After failures: doubling. A watch that lived for `shortMs` or brought something starts over. */
  initialMs: 100,
  maxMs: 10_000,
  /** A watch that ends sooner than this and brought nothing counts as failed. */
  shortMs: 1000,
  /** Lists again this long after the last list (times 1 … 1.5), at a watch's end: nothing may stay wrong for ever. */
  relistMs: 30 * 60_000,
};
/** So many failures in a row are an outage. */
const outageFailures = 3;
export type ReflectorTiming = typeof reflectorTiming;

export type ReflectorOptions = {
  client: Client;
  resource: Resource;
  namespace: string | undefined;
  labelSelector?: string | undefined;
  sink: Sink;
  log: Log;
  timing?: Partial<ReflectorTiming> | undefined;
  keyOf: (object: KubeObject) => string;
  /** `listed`: a list is complete; `gone`: 410; `failed`: anything else that went wrong. */
  onEnd?: ((what: "listed" | "watched" | "gone" | "failed") => void) | undefined;
};

export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #timing: ReflectorTiming;
  readonly #what: string;
  /** The newest revision heard of; undefined when it must be listed again. */
  #version: string | undefined;
  /** The newest revision ever heard of, to notice a list from the past. */
  #newest = "0";
  #failures = 0;
  #pastLists = 0;
  #unreadable = 0;
  #unpaged = false;
  #said = "";
  /** When the watch that runs was opened, and when to list next, in `performance.now()`'s milliseconds. */
  #openedAt: number | undefined;
  #relistAt = 0;
  /** When anything was last heard, in `performance.now()`'s milliseconds; undefined before the first list. */
  heardAt: number | undefined;

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#timing = { ...reflectorTiming, ...options.timing };
    this.#what = `${options.resource.plural} in ${options.namespace ?? "all namespaces"}`;
  }

  /** Lists and watches until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let delayMs = 0;
      try {
        if (this.#version === undefined) await this.#list(signal);
        else delayMs = await this.#watch(this.#version, signal);
      } catch (error) {
        if (signal.aborted) return;
        delayMs = this.#failed(error);
      }
      if (delayMs > 0) await sleep(delayMs, signal);
    }
  }

  /** All pages of one revision. The first page asks for the newest state there is, so a restart never goes back. */
  async #list(signal: AbortSignal): Promise<void> {
    const { client, resource, namespace, labelSelector, sink, keyOf } = this.#options;
    const keys = new Set<string>();
    const { pageSize, relistMs } = this.#timing;
    const limit = this.#unpaged ? undefined : pageSize;
    this.#unpaged = false;
    let page: List | undefined;
    do {
      const query = {
        ...(labelSelector !== undefined && { labelSelector }),
        ...(limit !== undefined && { limit }),
        ...(page?.metadata.continue && { continue: page.metadata.continue }),
      };
      const next = await client.list(resource, namespace, query, { signal });
      if (!page && newer(this.#newest, next.metadata.resourceVersion)) this.#past(next.metadata.resourceVersion);
      page = next;
      this.#heard();
      for (const object of page.items) {
        keys.add(keyOf(object));
        sink.listed(object);
      }
    } while (page.metadata.continue);
    sink.complete(keys, page.metadata.resourceVersion);
    this.#version = page.metadata.resourceVersion;
    this.#newest = this.#version;
    this.#pastLists = 0;
    this.#relistAt = performance.now() + relistMs * (1 + Math.random() / 2);
    this.#options.onEnd?.("listed");
  }

  /** A list older than what was seen: a server that lags, tried again; the third time its storage did go back. */
  #past(version: string): void {
    this.#pastLists += 1;
    if (this.#pastLists < 3) {
      throw new ApiError(200, "OutOfDate", `the list is of ${version}, but ${this.#newest} was seen before`);
    }
    this.#options.log.warn({ version, seen: this.#newest }, `${this.#what}: the server's storage went back in time`);
    this.#options.sink.reset();
  }

  /** One watch, to its end. Answers how long to wait before the next, in milliseconds. */
  async #watch(version: string, signal: AbortSignal): Promise<number> {
    const { client, resource, namespace, labelSelector, sink } = this.#options;
    const { min, max } = this.#timing.watchSeconds;
    const query = {
      ...(labelSelector !== undefined && { labelSelector }),
      resourceVersion: version,
      timeoutSeconds: Math.round(min + Math.random() * (max - min)),
      allowWatchBookmarks: true,
    };
    let events = 0;
    this.#openedAt = undefined;
    const onOpen = () => {
      this.#openedAt = performance.now();
      this.#heard();
      if (this.#said) this.#options.log.info({}, `${this.#what}: heard again`);
      this.#said = "";
    };
    for await (const event of client.watch(resource, namespace, query, signal, {
      silenceMs: this.#timing.silenceMs,
      onOpen,
    })) {
      this.#heard();
      if (event.type !== "BOOKMARK") sink.event(event);
      this.#reached(event.object.metadata.resourceVersion);
      if (events++ === 0) this.#well();
    }
    if (signal.aborted) return 0;
    this.#heard();
    this.#options.onEnd?.("watched");
    if (performance.now() >= this.#relistAt) this.#version = undefined;
    if (events === 0 && !this.#lived()) return this.#delay();
    this.#well();
    return 0;
  }

  #heard(): void {
    this.heardAt = performance.now();
  }

  /** All events up to this revision are in; a repeated event of an older one changes nothing. */
  #reached(version: string): void {
    if (this.#version === undefined || newer(version, this.#version)) this.#version = version;
    if (newer(version, this.#newest)) this.#newest = version;
  }

  #lived(): boolean {
    return this.#openedAt !== undefined && performance.now() - this.#openedAt >= this.#timing.shortMs;
  }

  #well(): void {
    this.#failures = 0;
    this.#unreadable = 0;
  }

  #delay(): number {
    return backoffMs(this.#failures++, this.#timing);
  }

  /** Decides where to go on after an error, and when, in milliseconds. */
  #failed(error: unknown): number {
    const listing = this.#version === undefined;
    const gone = isGone(error);
    this.#options.onEnd?.(gone ? "gone" : "failed");
    if (!listing && this.#lived()) this.#failures = 0;
    // A line that can't be read may be the very next event of this revision for ever: a list gets past it.
    if (error instanceof ApiError && error.reason === "UnreadableAnswer") this.#unreadable += 1;
    if (gone && listing) this.#unpaged = true; // the pages' revision was compacted while they were read
    // After an outage the storage may be an older one, and a watch from its future would be silent without a word.
    const outage = this.#failures >= outageFailures;
    if (gone || outage || this.#unreadable >= 3) this.#version = undefined;
    this.#say(error, gone);
    const asked = error instanceof ApiError ? Math.min(error.retryAfterMs ?? 0, 60_000) : 0;
    const delayMs = this.#delay();
    return gone && this.#failures === 1 ? asked : Math.max(delayMs, asked);
  }

  /** A first lost connection and an old revision are daily fare; all else is told once, until it changes or is over. */
  #say(error: unknown, gone: boolean): void {
    const { message, status } = error as ApiError;
    const daily = gone || (status === 0 && this.#failures === 0);
    const write = daily || message === this.#said ? "debug" : "warn";
    this.#options.log[write]({ err: error }, `${this.#what}: ${message}`);
    if (!daily) this.#said = message;
  }
}
