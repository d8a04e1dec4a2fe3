// A store over random interleavings of writes, answers to them (late ones too), lost connections, compaction and lists
// in pages: in the end it has what the server has, and all that it told on the way adds up.
import fc from "fast-check";
import { expect, test } from "vitest";
import { ApiError, type Client } from "../../../operator/kube/client.ts";
import { silent } from "../../../operator/kube/log.ts";
import { type KubeObject, keyOf, newer } from "../../../operator/kube/objects.ts";
import { pods } from "../../../operator/kube/resources.ts";
import { Store } from "../../../operator/kube/store.ts";
import type { WatchEvent } from "../../../operator/kube/watch.ts";
import { Storage } from "./storage.ts";

type Step =
  | { do: "write"; key: string; put: "now" | "late" | "never" }
  | { do: "delete"; key: string }
  | { do: "put late" | "cut" | "compact" | "bookmark" | "elsewhere" | "repeat" }
  | { do: "turn"; turns: number };

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A client that has a storage instead of a server. Every answer takes a turn of the event loop. */
class Wire {
  readonly storage = new Storage();
  readonly #open = new Set<{ queue: (WatchEvent | ApiError)[]; wake: () => void }>();
  readonly #sent: WatchEvent[] = [];

  readonly client = {
    list: async (
      _resource: unknown,
      namespace: string | undefined,
      query: { limit?: number; continue?: string } = {},
    ) => {
      await turn();
      return this.storage.list({ namespace }, query.limit, query.continue);
    },
    watch: (
      _resource: unknown,
      namespace: string | undefined,
      query: { resourceVersion: string },
      signal: AbortSignal,
    ) => this.#watch(namespace, query.resourceVersion, signal),
  } as unknown as Client;

  /** Something reaches every open watch: an event, or its end. */
  tell(what: WatchEvent | ApiError): void {
    for (const watch of this.#open) {
      watch.queue.push(what);
      watch.wake();
    }
  }

  cut(): void {
    this.tell(new ApiError(0, "ConnectionLost", "cut"));
  }

  repeat(): void {
    for (const event of this.#sent.slice(-3)) this.tell(event);
  }

  async *#watch(namespace: string | undefined, since: string, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    await turn();
    const watch = { queue: [] as (WatchEvent | ApiError)[], wake: () => {} };
    const end = this.storage.watch({ namespace }, since, (event) => {
      watch.queue.push(event);
      watch.wake();
    });
    this.#open.add(watch);
    signal.addEventListener("abort", () => watch.wake());
    try {
      while (!signal.aborted) {
        const next = watch.queue.shift();
        if (next instanceof ApiError) throw next;
        if (next) {
          this.#sent.push(next);
          yield next;
        } else await new Promise<void>((resolve) => (watch.wake = resolve));
      }
    } finally {
      this.#open.delete(watch);
      end();
    }
  }
}

const key = fc.constantFrom("one/a", "one/b", "two/a", "two/c");
const of = <K extends string>(...names: K[]) => fc.record({ do: fc.constantFrom(...names) });
const write = fc.record({
  do: fc.constant("write" as const),
  key,
  put: fc.constantFrom("now" as const, "late" as const, "never" as const),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: write },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("delete" as const), key }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("turn" as const), turns: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 4, arbitrary: of("put late", "cut", "compact") },
  { weight: 2, arbitrary: of("bookmark", "elsewhere", "repeat") },
);

type Told = { uid: string; version: string };

async function drive(steps: readonly Step[], namespaces: readonly string[] | undefined) {
  const wire = new Wire();
  const { storage } = wire;
  const told = new Map<string, Told>();
  const errors: unknown[] = [];
  const told1 = ({ metadata: { uid, resourceVersion } }: KubeObject): Told => ({ uid, version: resourceVersion });
  const store: Store = new Store(wire.client, {
    ...{ resource: pods, namespaces, strip: (raw: KubeObject) => raw },
    timing: { pageSize: 1, initialMs: 0, maxMs: 0 },
    log: { ...silent, error: (fields) => errors.push((fields as { err: unknown }).err) },
    onChange: (changed, before, after) => {
      const last = told.get(changed);
      expect(before && told1(before)).toEqual(last);
      if (before && after) expect(after.metadata.uid).toBe(before.metadata.uid);
      if (before && after) expect(newer(told1(after).version, last!.version)).toBe(true);
      const alive = [...storage.objects.values()].some(({ metadata }) => metadata.uid === before?.metadata.uid);
      if (!after) expect(alive).toBe(false); // nothing is told to be gone that never went
      if (after) told.set(changed, told1(after));
      else told.delete(changed);
    },
  });
  const stop = new AbortController();
  const running = store.run(stop.signal);
  const late: KubeObject[] = [];
  let serial = 0;
  for (const one of steps) {
    switch (one.do) {
      case "write": {
        const [namespace, name] = one.key.split("/") as [string, string];
        serial += 1;
        const made = storage.objects.has(one.key)
          ? storage.update(one.key, { serial })
          : storage.create(namespace, name, { serial });
        if (one.put === "late") late.push(made);
        if (one.put !== "now") break;
        store.put(made);
        expect(store.get(one.key)).toEqual(made); // what we wrote is what we read
        break;
      }
      case "delete":
        if (storage.objects.has(one.key)) storage.delete(one.key);
        break;
      case "put late":
        if (late.length > 0) store.put(late.splice(serial % late.length, 1)[0]!);
        break;
      case "cut":
        wire.cut();
        break;
      case "repeat":
        wire.repeat();
        break;
      case "compact":
        storage.compact();
        break;
      case "bookmark":
        wire.tell(storage.bookmark());
        break;
      case "elsewhere":
        storage.elsewhere();
        break;
      case "turn":
        for (let i = 0; i < one.turns; i += 1) await turn();
    }
  }
  const state = (objects: Iterable<KubeObject>) => new Map([...objects].map((o) => [keyOf(o.metadata), told1(o)]));
  const sorted = (map: Map<string, Told>) => JSON.stringify([...map].sort());
  const same = () => sorted(state(store.values())) === sorted(state(storage.objects.values()));
  for (let i = 0; i < 300 && !same(); i += 1) await turn();
  for (const answer of late) store.put(answer); // the latest of the late
  for (let i = 0; i < 20; i += 1) await turn();
  const end = { store: state(store.values()), told, truth: state(storage.objects.values()) };
  stop.abort();
  await running;
  if (errors.length > 0) throw errors[0];
  return end;
}

test("whatever happens in between, a store ends as the server's truth", async () => {
  const namespaces = fc.constantFrom(undefined, ["one", "two"]);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), namespaces, async (steps, where) => {
      const { store, told, truth } = await drive(steps, where);
      expect(store).toEqual(truth);
      expect(told).toEqual(truth);
    }),
    { numRuns: 1000 },
  );
});
