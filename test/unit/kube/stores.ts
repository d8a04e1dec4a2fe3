// Stores against the fake server, one server to a test: what the tests of stores share.
import { afterEach, beforeEach } from "vitest";
import type { Client } from "../../../operator/kube/client.ts";
import type { KubeObject } from "../../../operator/kube/objects.ts";
import { pods } from "../../../operator/kube/resources.ts";
import { Store, type StoreOptions } from "../../../operator/kube/store.ts";
import { FakeServer, until } from "./server.ts";

export let server: FakeServer;
export let client: Client;
let stop: AbortController;
let running: Promise<void>[];
beforeEach(async () => {
  server = await FakeServer.start();
  client = server.client({ timeoutMs: 1000 });
  stop = new AbortController();
  running = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  client.close();
  await server.stop();
});

export type Kept = KubeObject & { n?: unknown };
const quick = { initialMs: 5, maxMs: 50, shortMs: 200, watchSeconds: { min: 60, max: 60 } };

/** A store that runs, with what it told in the order of telling. */
export function start(options: Partial<StoreOptions<Kept>> = {}) {
  const changes: string[] = [];
  const logged: string[] = [];
  const ends: string[] = [];
  const say = (level: string) => (_fields: object, message: string) => void logged.push(`${level}: ${message}`);
  const store: Store<Kept> = new Store<Kept>(client, {
    resource: pods,
    strip: (raw) => ({ metadata: raw.metadata, n: raw.n }),
    onChange: (key, before, after, first) =>
      changes.push(`${key} ${before?.n ?? "-"}>${after?.n ?? "-"}${first ? " first" : ""}`),
    log: { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") },
    onEnd: (what) => ends.push(what),
    ...options,
    timing: { ...quick, ...options.timing },
  });
  running.push(store.run(stop.signal));
  return { store, changes, logged, ends };
}

/** A store that has listed and watches. */
export async function watching(options: Partial<StoreOptions<Kept>> = {}) {
  const started = start(options);
  await started.store.synced;
  await until(() => server.watches.size > 0);
  return started;
}

export const contents = (store: Store<Kept>) =>
  new Map([...store.values()].map((o) => [`${o.metadata.namespace}/${o.metadata.name}`, o.n]));
const truth = () => new Map([...server.storage.objects].map(([key, object]) => [key, object.n]));
/** Has the store what the server has? */
export const same = (store: Store<Kept>) =>
  JSON.stringify([...contents(store)].sort()) === JSON.stringify([...truth()].sort());
/** How many lists (or pages of them) were asked for. */
export const lists = () => server.count(({ query, path }) => path.endsWith("/pods") && !query.has("watch"));
export const watches = () => server.seen.filter(({ query }) => query.has("watch"));
