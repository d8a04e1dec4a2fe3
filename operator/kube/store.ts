// The objects of one resource as the server has them, kept by list and watch, and by the answers to our own writes.
import type { Client } from "./client.ts";
import { type Log, silent } from "./log.ts";
import { type KubeObject, keyOf, newer } from "./objects.ts";
import { Reflector, type ReflectorTiming } from "./reflector.ts";
import type { Resource } from "./resources.ts";
import type { WatchEvent } from "./watch.ts";

export type StoreOptions<T extends KubeObject> = {
  resource: Resource;
  /** The namespaces to watch, each on its own; all of them when undefined. */
  namespaces?: readonly string[] | undefined;
  labelSelector?: string | undefined;
  /** What to keep of an object; `metadata` must keep name, namespace, uid and resourceVersion. */
  strip: (raw: KubeObject) => T;
  /**
   * A key's object changed, came (`before` undefined) or went (`after` undefined); an object that was replaced by
   * another of its name goes and comes. `first` says that it is from the first list. Must only note it and return.
   */
  onChange: (key: string, before: T | undefined, after: T | undefined, first: boolean) => void;
  log?: Log;
  timing?: Partial<ReflectorTiming>;
  onEnd?: (what: "listed" | "watched" | "gone" | "failed") => void;
};

type Entry<T> = { object: T; uid: string; version: string };
/** A dead uid: nothing of it up to `version` counts any more; undefined: nothing at all. */
type Grave = { version: string | undefined; until: number };

/** How long the dead are remembered: longer than any answer to a write of ours may take. */
const graveMs = 120_000;

export class Store<T extends KubeObject = KubeObject> {
  readonly #options: StoreOptions<T>;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #graves = new Map<string, Grave>();
  /** The revision of the last list by namespace ("" for all): what it didn't have then is dead up to there. */
  readonly #listed = new Map<string, string>();
  readonly #reflectors: Reflector[];
  readonly #unlisted: Set<Reflector>;
  #sync!: () => void;
  /** Resolves when the first list of every namespace is complete. */
  readonly synced: Promise<void>;

  constructor(client: Client, options: StoreOptions<T>) {
    this.#options = options;
    this.#log = options.log ?? silent;
    this.synced = new Promise((resolve) => {
      this.#sync = resolve;
    });
    const namespaces = options.namespaces === undefined ? [undefined] : [...new Set(options.namespaces)];
    this.#reflectors = namespaces.map((namespace) => this.#reflector(client, namespace));
    this.#unlisted = new Set(this.#reflectors);
    if (this.#reflectors.length === 0) this.#sync();
  }

  /** Lists and watches until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.run(signal)));
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.object;
  }

  *values(): Generator<T, void, undefined> {
    for (const { object } of this.#entries.values()) yield object;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The answer to a write of ours, so that what we read next has it. Older than what is here, or dead: ignored. */
  put(raw: KubeObject): void {
    const listed = this.#listed.get("") ?? this.#listed.get(raw.metadata.namespace ?? "");
    if (listed === undefined || newer(raw.metadata.resourceVersion, listed)) this.#upsert(raw, false);
  }

  /** A live read said that this object isn't there (any more). */
  remove(key: string, uid: string): void {
    this.#bury(uid, undefined);
    if (this.#entries.get(key)?.uid === uid) this.#drop(key);
  }

  /** Milliseconds since anything was heard of the namespace heard of least; infinite before the first list. */
  freshMs(now: number = performance.now()): number {
    return Math.max(0, ...this.#reflectors.map(({ heardAt }) => now - (heardAt ?? Number.NEGATIVE_INFINITY)));
  }

  #reflector(client: Client, namespace: string | undefined): Reflector {
    const { resource, labelSelector, timing, onEnd } = this.#options;
    let first = true;
    const here = (entry: Entry<T>) => namespace === undefined || entry.object.metadata.namespace === namespace;
    const reflector: Reflector = new Reflector({
      ...{ client, resource, namespace, labelSelector, timing, onEnd, log: this.#log },
      keyOf: ({ metadata }) => keyOf(metadata),
      sink: {
        listed: (object) => this.#upsert(object, first),
        complete: (keys, version) => {
          for (const [key, entry] of this.#entries) {
            if (keys.has(key) || !here(entry) || newer(entry.version, version)) continue;
            this.#bury(entry.uid, version);
            this.#drop(key);
          }
          first = false;
          this.#listed.set(namespace ?? "", version);
          this.#unlisted.delete(reflector);
          if (this.#unlisted.size === 0) this.#sync();
        },
        reset: () => {
          this.#graves.clear();
          this.#listed.delete(namespace ?? "");
          for (const entry of this.#entries.values()) if (here(entry)) entry.version = "0";
        },
        event: (event) => this.#event(event),
      },
    });
    return reflector;
  }

  #event({ type, object }: WatchEvent): void {
    if (type !== "DELETED") {
      this.#upsert(object, false);
      return;
    }
    const { uid, resourceVersion } = object.metadata;
    this.#bury(uid, resourceVersion);
    const key = keyOf(object.metadata);
    const held = this.#entries.get(key);
    // Older than what is held means that the name was taken again since, which an answer to our own write has told.
    if (held && (held.uid === uid || newer(resourceVersion, held.version))) this.#drop(key);
  }

  #upsert(raw: KubeObject, first: boolean): void {
    const { uid, resourceVersion: version } = raw.metadata;
    const key = keyOf(raw.metadata);
    const grave = this.#graves.get(uid);
    if (grave && (grave.version === undefined || !newer(version, grave.version))) return;
    const held = this.#entries.get(key);
    if (held && !newer(version, held.version)) return;
    let entry: Entry<T>;
    try {
      entry = { object: this.#options.strip(raw), uid, version };
    } catch (error) {
      // Not the whole store's end, and not what it was before either: an object that can't be read isn't there.
      this.#log.error({ err: error, key }, `${this.#options.resource.kind} ${key} can't be read, so it is passed over`);
      if (held) this.#drop(key);
      return;
    }
    if (held && held.uid !== uid) {
      this.#bury(held.uid, version);
      this.#drop(key);
    }
    this.#entries.set(key, entry);
    this.#notify(key, held?.uid === uid ? held.object : undefined, entry.object, first);
  }

  #drop(key: string): void {
    const before = this.#entries.get(key);
    if (!before) return;
    this.#entries.delete(key);
    this.#notify(key, before.object, undefined, false);
  }

  #bury(uid: string, version: string | undefined): void {
    const now = performance.now();
    for (const [old, { until }] of this.#graves) {
      if (until > now) break; // in the order of their burial
      this.#graves.delete(old);
    }
    this.#graves.delete(uid);
    this.#graves.set(uid, { version, until: now + graveMs });
  }

  #notify(key: string, before: T | undefined, after: T | undefined, first: boolean): void {
    try {
      this.#options.onChange(key, before, after, first);
    } catch (error) {
      this.#log.error({ err: error, key }, "a store's onChange threw");
    }
  }
}
