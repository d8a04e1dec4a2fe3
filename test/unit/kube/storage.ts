// A model of the API server's storage: one counter of revisions, a history, pages of one revision, compaction.
import { ApiError } from "../../../operator/kube/errors.ts";
import { type KubeObject, keyOf } from "../../../operator/kube/objects.ts";
import type { WatchEvent } from "../../../operator/kube/watch.ts";

type Change = { version: number; type: "ADDED" | "MODIFIED" | "DELETED"; object: KubeObject; before?: KubeObject };
export type Selection = { namespace?: string | undefined; labels?: string | undefined };

const expired = (what: string) => new ApiError(410, "Expired", `${what} is too old`);
const copy = <T>(value: T): T => structuredClone(value);

/** Objects of one resource. */
export class Storage {
  revision = 100;
  /** Revisions up to here are no longer kept. */
  compacted = 0;
  readonly objects = new Map<string, KubeObject>();
  readonly #history: Change[] = [];
  readonly #snapshots = new Map<number, KubeObject[]>();
  readonly #watches = new Set<(change: Change) => void>();
  #uids = 0;

  create(namespace: string, name: string, more: { labels?: Record<string, string>; [field: string]: unknown } = {}) {
    const { labels, ...fields } = more;
    const key = keyOf({ namespace, name });
    if (this.objects.has(key)) throw new ApiError(409, "AlreadyExists", `${key} already exists`);
    this.#uids += 1;
    const metadata = { name, namespace, uid: `uid-${this.#uids}`, resourceVersion: "", ...(labels && { labels }) };
    return this.#change("ADDED", { apiVersion: "v1", kind: "Pod", ...fields, metadata });
  }

  update(key: string, more: { labels?: Record<string, string>; [field: string]: unknown } = {}) {
    const before = this.objects.get(key);
    if (!before) throw new ApiError(404, "NotFound", `${key} not found`);
    const { labels, ...fields } = more;
    return this.#change("MODIFIED", {
      ...before,
      ...fields,
      metadata: { ...before.metadata, ...(labels && { labels }) },
    });
  }

  delete(key: string) {
    const before = this.objects.get(key);
    if (!before) throw new ApiError(404, "NotFound", `${key} not found`);
    return this.#change("DELETED", before);
  }

  /** Forgets the history up to now: older watches and continue tokens are answered with 410. */
  compact(): void {
    this.compacted = this.revision;
    this.#history.length = 0;
    this.#snapshots.clear();
  }

  /** Something else was written, so that the revision goes on without an event here. */
  elsewhere(): void {
    this.revision += 1;
  }

  /** A backup from which the storage is restored: the state and the revision of then. */
  backup(): () => void {
    const objects = copy([...this.objects]);
    const { revision } = this;
    return () => {
      this.objects.clear();
      for (const [key, object] of objects) this.objects.set(key, object);
      this.revision = revision;
      this.compact();
      this.compacted = 0;
    };
  }

  list({ namespace, labels }: Selection = {}, limit = Number.POSITIVE_INFINITY, token?: string) {
    const { version, from } = token ? (JSON.parse(token) as { version: number; from: number }) : this.#first();
    const snapshot = this.#snapshots.get(version);
    if (!snapshot) throw expired("the continue parameter");
    const all = snapshot.filter((object) => matches(object, { namespace, labels }));
    const items = copy(all.slice(from, from + limit));
    const more = from + limit < all.length && { continue: JSON.stringify({ version, from: from + limit }) };
    return { metadata: { resourceVersion: String(version), ...more }, items };
  }

  /** Calls back for every event after a revision, those of the history at once. Answers how to end it. */
  watch(selection: Selection, since: string, tell: (event: WatchEvent) => void): () => void {
    const version = Number(since);
    if (version < this.compacted) throw expired(`resource version ${since} (oldest: ${this.compacted})`);
    const seen = (change: Change) => {
      if (change.version <= version) return; // a watch from the future is silent until then, as the real one's
      const event = eventOf(change, selection);
      if (event) tell(event);
    };
    for (const change of this.#history) seen(change);
    this.#watches.add(seen);
    return () => void this.#watches.delete(seen);
  }

  bookmark(): WatchEvent {
    const metadata = { resourceVersion: String(this.revision), name: "", uid: "", creationTimestamp: null };
    return { type: "BOOKMARK", object: { apiVersion: "v1", kind: "Pod", metadata: metadata as never } };
  }

  #first() {
    this.#snapshots.set(this.revision, copy([...this.objects.values()]));
    return { version: this.revision, from: 0 };
  }

  #change(type: Change["type"], object: KubeObject): KubeObject {
    this.revision += 1;
    const next = copy(object);
    next.metadata.resourceVersion = String(this.revision);
    const key = keyOf(next.metadata);
    const before = this.objects.get(key);
    if (type === "DELETED") this.objects.delete(key);
    else this.objects.set(key, next);
    const change: Change = { version: this.revision, type, object: next, ...(before && { before }) };
    this.#history.push(change);
    for (const tell of this.#watches) tell(change);
    return copy(next);
  }
}

function matches({ metadata }: KubeObject, { namespace, labels }: Selection): boolean {
  if (namespace !== undefined && metadata.namespace !== namespace) return false;
  return (labels ?? "").split(",").every((term) => {
    const [label, value] = term.split("=");
    return !label || metadata.labels?.[label] === value;
  });
}

/** What a watch with a selection sees of a change: an object that begins or ceases to match comes or goes. */
function eventOf({ type, object, before, version }: Change, selection: Selection): WatchEvent | undefined {
  const now = type !== "DELETED" && matches(object, selection);
  const then = before !== undefined && matches(before, selection);
  if (now) return { type: then ? "MODIFIED" : "ADDED", object: copy(object) };
  if (!then) return undefined;
  const last = copy(before);
  last.metadata.resourceVersion = String(version);
  return { type: "DELETED", object: last };
}
