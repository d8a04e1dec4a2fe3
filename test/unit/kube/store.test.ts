import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Client } from "../../../operator/kube/client.ts";
import type { KubeObject } from "../../../operator/kube/objects.ts";
import { pods } from "../../../operator/kube/resources.ts";
import { Store, type StoreOptions } from "../../../operator/kube/store.ts";
import { answer, FakeServer, statusBody, until } from "./server.ts";

let server: FakeServer;
let client: Client;
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

type Kept = KubeObject & { n?: unknown };
const quick = { initialMs: 5, maxMs: 50, shortMs: 200, watchSeconds: { min: 60, max: 60 } };

function start(options: Partial<StoreOptions<Kept>> = {}) {
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
async function watching(options: Partial<StoreOptions<Kept>> = {}) {
  const started = start(options);
  await started.store.synced;
  await until(() => server.watches.size > 0);
  return started;
}

const contents = (store: Store<Kept>) =>
  new Map([...store.values()].map((o) => [`${o.metadata.namespace}/${o.metadata.name}`, o.n]));
const truth = () => new Map([...server.storage.objects].map(([key, object]) => [key, object.n]));
const same = (store: Store<Kept>) =>
  JSON.stringify([...contents(store)].sort()) === JSON.stringify([...truth()].sort());
const lists = () => server.count(({ query, path }) => path.endsWith("/pods") && !query.has("watch"));
const watches = () => server.seen.filter(({ query }) => query.has("watch"));

describe("a store", () => {
  test("lists, and follows what is created, changed and deleted", async () => {
    server.storage.create("ns", "a", { n: 1 });
    const { store, changes } = await watching();
    server.storage.create("ns", "b", { n: 1 });
    server.storage.update("ns/a", { n: 2 });
    server.storage.delete("ns/a");
    await until(() => changes.length === 4);
    expect(changes).toEqual(["ns/a ->1 first", "ns/b ->1", "ns/a 1>2", "ns/a 2>-"]);
    expect([store.size, store.get("ns/b")?.n, store.get("ns/a")]).toEqual([1, 1, undefined]);
  });

  test("keeps only what strip keeps", async () => {
    server.storage.create("ns", "a", { n: 1, secret: "x" });
    const { store } = await watching();
    expect(Object.keys(store.get("ns/a")!)).toEqual(["metadata", "n"]);
  });

  test("lists in pages of the newest revision, and watches from there with bookmarks and an end", async () => {
    for (let i = 0; i < 25; i += 1) server.storage.create("ns", `p${i}`, { n: i });
    const { store } = await watching({
      timing: { pageSize: 10, watchSeconds: { min: 34, max: 40 } },
      labelSelector: "",
    });
    expect(store.size).toBe(25);
    const queries = server.seen
      .filter(({ query }) => !query.has("watch"))
      .map(({ query }) => Object.fromEntries(query));
    expect(queries.map(({ limit, resourceVersion }) => [limit, resourceVersion])).toEqual(
      Array(3).fill(["10", undefined]),
    );
    const watch = Object.fromEntries(watches()[0]!.query);
    expect(watch).toMatchObject({ allowWatchBookmarks: "true", resourceVersion: "125" });
    expect(Number(watch.timeoutSeconds)).toBeGreaterThanOrEqual(34);
    expect(Number(watch.timeoutSeconds)).toBeLessThanOrEqual(40);
  });

  test("selects by label, and lets go what ceases to match", async () => {
    server.storage.create("ns", "a", { n: 1, labels: { app: "x" } });
    server.storage.create("ns", "b", { n: 1, labels: { app: "y" } });
    const { store, changes } = await watching({ labelSelector: "app=x" });
    server.storage.update("ns/a", { n: 2, labels: { app: "y" } });
    server.storage.update("ns/b", { n: 2, labels: { app: "x" } });
    server.storage.update("ns/a", { n: 3, labels: { app: "x" } });
    await until(() => changes.length === 4);
    expect(changes).toEqual(["ns/a ->1 first", "ns/a 1>-", "ns/b ->2", "ns/a ->3"]);
    expect(store.size).toBe(2);
  });

  test("watches several namespaces, each on its own, and no other", async () => {
    for (const namespace of ["one", "two", "three"]) server.storage.create(namespace, "a", { n: namespace });
    const { store } = await watching({ namespaces: ["one", "two", "one"] });
    await until(() => server.watches.size === 2);
    server.storage.create("two", "b", { n: "two" });
    server.storage.create("three", "b", { n: "three" });
    await until(() => store.size === 3);
    expect([...contents(store).keys()]).toEqual(["one/a", "two/a", "two/b"]);
    expect(lists()).toBe(2);
  });

  test("is synced only when every namespace was listed", async () => {
    let allowed = false;
    server.intercept = (seen, response) => {
      if (allowed || !seen.path.includes("/two/")) return false;
      answer(response, 403, statusBody(403, "Forbidden", "not in two"));
      return true;
    };
    const { store, logged } = start({ namespaces: ["one", "two"] });
    const synced = vi.fn();
    void store.synced.then(synced);
    await until(() => server.watches.size === 1 && server.count(({ path }) => path.includes("/two/")) > 3);
    expect(synced).not.toHaveBeenCalled();
    expect(store.freshMs()).toBe(Number.POSITIVE_INFINITY);
    allowed = true;
    await store.synced;
    expect(store.freshMs()).toBeLessThan(5000);
    expect(logged.filter((text) => text.startsWith("warn"))).toEqual(["warn: pods in two: not in two"]);
  });

  test("asks for nothing while nothing happens", async () => {
    await watching();
    const before = server.count();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(server.count() - before).toBe(0);
    expect(server.count()).toBe(2);
  });

  test("goes on from the last bookmark when the server ends the watch, on the same connection, without a list", async () => {
    const { store } = await watching({ timing: { watchSeconds: { min: 1, max: 1 } } });
    server.storage.elsewhere();
    server.storage.elsewhere();
    await until(() => watches().length === 3);
    expect(watches().map(({ query }) => query.get("resourceVersion"))).toEqual(["100", "102", "102"]);
    server.storage.create("ns", "a", { n: 1 });
    await until(() => same(store));
    expect(lists()).toBe(1);
    expect(server.connections).toBe(2);
  });

  test("loses nothing when the connection is cut", async () => {
    const { store, changes, logged } = await watching();
    server.storage.create("ns", "a", { n: 1 });
    await until(() => same(store));
    server.cut();
    server.storage.create("ns", "b", { n: 1 });
    server.storage.update("ns/a", { n: 2 });
    await until(() => same(store));
    expect(changes).toEqual(["ns/a ->1", "ns/b ->1", "ns/a 1>2"]);
    expect(lists()).toBe(1);
    expect(logged.filter((text) => text.startsWith("warn"))).toEqual([]); // one lost connection is daily fare
  });

  test("is back within 2 s after every one of many cuts", async () => {
    const { store } = await watching({ timing: { initialMs: 100, maxMs: 10_000, shortMs: 50 } });
    for (let i = 0; i < 8; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      server.cut();
      server.storage.create("ns", `p${i}`, { n: i });
      await until(() => same(store), 2000);
    }
    expect(lists()).toBe(1);
  });

  test("waits longer and longer while the server is away, and doesn't flood it", async () => {
    const { store, logged } = await watching();
    let refused = 0;
    server.intercept = (_seen, response) => {
      refused += 1;
      response.destroy();
      return true;
    };
    server.cut();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(refused).toBeGreaterThan(5);
    expect(refused).toBeLessThan(60);
    server.intercept = () => false;
    server.storage.create("ns", "a", { n: 1 });
    await until(() => same(store));
    expect(logged.filter((text) => text.startsWith("warn")).length).toBe(1);
    await until(() => logged.some((text) => text.startsWith("info: pods in all namespaces: heard again")));
  });

  test.each([429, 500, 503, 504])("gets over answers of %d to lists and watches", async (status) => {
    let n = 0;
    server.intercept = (_seen, response) => {
      if (n++ % 2 === 1) return false;
      answer(response, status, statusBody(status, "", "not now"));
      return true;
    };
    for (let i = 0; i < 30; i += 1) server.storage.create("ns", `p${i}`, { n: i });
    const { store } = start({ timing: { pageSize: 30 } });
    await store.synced;
    await until(() => same(store) && server.watches.size === 1);
  });

  test("waits as long as the server asks for", async () => {
    const at: number[] = [];
    server.intercept = (_seen, response) => {
      at.push(performance.now());
      if (at.length > 1) return false;
      answer(response, 429, statusBody(429, "TooManyRequests", "later"), { "retry-after": "1" });
      return true;
    };
    await watching();
    expect(at[1]! - at[0]!).toBeGreaterThan(950);
  });

  test("doesn't turn round and round when watches end at once", async () => {
    server.intercept = (seen, response) => {
      if (!seen.query.has("watch")) return false;
      response.end();
      return true;
    };
    const { store } = start({ timing: { initialMs: 50, maxMs: 1000 } });
    await store.synced;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(server.count()).toBeLessThan(12);
  });

  test("goes on when onChange throws", async () => {
    const { store, logged } = await watching({
      onChange: () => {
        throw new Error("no");
      },
    });
    server.storage.create("ns", "a", { n: 1 });
    server.storage.create("ns", "b", { n: 1 });
    await until(() => same(store));
    expect(logged).toContain("error: a store's onChange threw");
  });

  test("passes over an object that strip can't read, and has it again when it can", async () => {
    server.storage.create("ns", "a", { n: 1 });
    const { store, changes } = await watching({
      strip: (raw) => {
        if (raw.n === "poison") throw new Error("no");
        return raw;
      },
    });
    server.storage.update("ns/a", { n: "poison" });
    server.storage.create("ns", "b", { n: 1 });
    await until(() => changes.length === 3);
    expect([store.get("ns/a"), store.get("ns/b")?.n]).toEqual([undefined, 1]);
    server.storage.update("ns/a", { n: 3 });
    await until(() => same(store));
    expect(changes).toEqual(["ns/a ->1 first", "ns/a 1>-", "ns/b ->1", "ns/a ->3"]);
  });

  test("lists again after its time, and mends what no event told", async () => {
    const { store, changes } = await watching({ timing: { relistMs: 1, watchSeconds: { min: 1, max: 1 } } });
    for (const watch of server.watches) watch.mute(); // an event is lost, and nobody will ever know
    server.storage.create("ns", "lost", { n: 1 });
    for (const watch of server.watches) watch.response.end(`${JSON.stringify(server.storage.bookmark())}\n`);
    await until(() => same(store));
    expect(changes).toEqual(["ns/lost ->1"]);
    expect(lists()).toBe(2);
  });
});

describe("revisions that are gone", () => {
  test.each(["status", "event"] as const)(
    "(410 as %s) are got over by a list that finds the deleted too",
    async (goneAs) => {
      server.goneAs = goneAs;
      for (const name of ["a", "b", "c"]) server.storage.create("ns", name, { n: 1 });
      const { store, changes, ends, logged } = await watching();
      server.intercept = (seen, response) => {
        if (!seen.query.has("watch")) return false;
        response.destroy();
        return true;
      };
      server.cut();
      server.storage.delete("ns/a");
      server.storage.update("ns/b", { n: 2 });
      server.storage.create("ns", "d", { n: 1 });
      server.storage.compact();
      server.intercept = () => false;
      await until(() => same(store));
      expect(changes.slice(3).sort()).toEqual(["ns/a 1>-", "ns/b 1>2", "ns/d ->1"]);
      expect(ends).toContain("gone");
      expect(lists()).toBe(2);
      expect(logged.filter((text) => text.startsWith("warn"))).toEqual([]);
    },
  );

  test("in the middle of the pages of a list: the list is made again at once", async () => {
    for (let i = 0; i < 30; i += 1) server.storage.create("ns", `p${i}`, { n: i });
    let pages = 0;
    server.intercept = (seen) => {
      if (seen.query.has("continue") && pages++ === 1) {
        server.storage.delete("ns/p0");
        server.storage.compact();
      }
      return false;
    };
    const { store, changes } = start({ timing: { pageSize: 10 } });
    await store.synced;
    expect(same(store)).toBe(true);
    const limits = server.seen.filter(({ query }) => !query.has("watch")).map(({ query }) => query.get("limit"));
    expect(limits).toEqual(["10", "10", "10", null]); // pages may go stale for ever while objects come quickly
    expect(changes.at(-1)).toBe("ns/p0 0>-"); // it was in the first page that was taken
  });

  test("again and again: the server isn't flooded", async () => {
    server.intercept = (seen, response) => {
      if (!seen.query.has("watch")) return false;
      answer(response, 410, statusBody(410, "Gone", "too old"));
      return true;
    };
    const { store } = start({ timing: { initialMs: 50, maxMs: 1000 } });
    await store.synced;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(server.count()).toBeLessThan(20);
    server.intercept = () => false;
    server.storage.create("ns", "a", { n: 1 });
    await until(() => same(store));
  });

  test("into the future: a server that lags or was restored from a backup is listed", async () => {
    server.storage.create("ns", "a", { n: 1 });
    const restore = server.storage.backup();
    server.storage.create("ns", "b", { n: 1 });
    server.storage.update("ns/a", { n: 2 });
    const { store, logged } = await watching();
    restore();
    server.cut();
    await until(() => same(store));
    expect([...contents(store)]).toEqual([["ns/a", 1]]);
    expect(logged.some((text) => text.includes("went back in time"))).toBe(true);
    server.storage.create("ns", "c", { n: 1 });
    await until(() => same(store));
  });

  test("of a list from the past are not believed at once", async () => {
    server.storage.create("ns", "a", { n: 1 });
    const old = server.storage.list();
    const { store, changes } = await watching();
    server.storage.update("ns/a", { n: 2 });
    server.storage.create("ns", "b", { n: 1 });
    await until(() => same(store));
    let past = 0;
    server.intercept = (seen, response) => {
      if (seen.query.has("watch") || past++ > 0) return false;
      answer(response, 200, old);
      return true;
    };
    server.storage.compact();
    server.storage.elsewhere();
    for (const watch of server.watches) watch.send({ type: "ERROR", object: statusBody(410, "Expired", "too old") });
    await until(() => lists() === 3);
    await until(() => same(store));
    expect(changes).toEqual(["ns/a ->1 first", "ns/a 1>2", "ns/b ->1"]);
  });
});

describe("streams that go wrong", () => {
  test("silent but open: it is noticed, and nothing is lost", async () => {
    const { store, ends } = await watching({ timing: { silenceMs: 150 } });
    for (const watch of server.watches) watch.mute();
    server.storage.create("ns", "a", { n: 1 });
    await until(() => same(store), 1000);
    expect(ends).toContain("failed");
    expect(lists()).toBe(1);
  });

  test("a healthy watch without events is not taken for a silent one, nor is a list made", async () => {
    const { ends } = await watching({ timing: { silenceMs: 1300, watchSeconds: { min: 1, max: 1 } } });
    await until(() => ends.filter((end) => end === "watched").length === 2);
    expect(ends).toEqual(["listed", "watched", "watched"]);
  });

  test("cut off in the middle of an event: it comes again", async () => {
    const { store } = await watching();
    for (const watch of server.watches) {
      watch.response.write('{"type":"ADDED","object":{"metadata":{"name":"a"');
      watch.mute();
    }
    server.storage.create("ns", "a", { n: 1 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const watch of server.watches) watch.response.end();
    await until(() => same(store));
    expect(lists()).toBe(1);
  });

  test("lines that can't be read: they come again, and if they stay so, a list gets past them", async () => {
    const { store } = await watching();
    let bad = 0;
    server.intercept = (seen, response) => {
      if (!seen.query.has("watch") || lists() > 1) return false;
      bad += 1;
      response.end("<html>\n");
      return true;
    };
    server.cut();
    server.storage.create("ns", "a", { n: 1 });
    await until(() => same(store));
    expect([bad, lists()]).toEqual([3, 2]);
  });

  test("repeated and late events change nothing", async () => {
    const old = server.storage.create("ns", "a", { n: 1 });
    const { store, changes } = await watching();
    const now = server.storage.update("ns/a", { n: 2 });
    await until(() => same(store));
    for (const { send } of server.watches) {
      send({ type: "ADDED", object: old });
      send({ type: "MODIFIED", object: now });
      send({ type: "MODIFIED", object: old });
    }
    server.storage.create("ns", "b", { n: 1 });
    await until(() => same(store));
    expect(changes).toEqual(["ns/a ->1 first", "ns/a 1>2", "ns/b ->1"]);
    server.cut();
    await until(() => watches().length === 2);
    expect(watches().at(-1)!.query.get("resourceVersion")).toBe(String(server.storage.revision)); // and not an old one
  });

  test("events that were merged into one, over a deletion too", async () => {
    server.storage.create("ns", "a", { n: "old" });
    const { store, changes } = await watching();
    for (const { mute } of server.watches) mute();
    server.storage.delete("ns/a");
    const again = server.storage.create("ns", "a", { n: "new" });
    for (const { response } of server.watches)
      response.write(`${JSON.stringify({ type: "MODIFIED", object: again })}\n`);
    await until(() => same(store));
    expect(changes).toEqual(["ns/a ->old first", "ns/a old>-", "ns/a ->new"]); // another uid is another object
  });
});

describe("the answers to our own writes", () => {
  test("are read back at once, and the event that follows changes nothing", async () => {
    const { store, changes } = await watching();
    const made = await client.create(pods, "ns", { metadata: { name: "a" }, n: 1 });
    store.put(made);
    expect(store.get("ns/a")?.n).toBe(1);
    server.storage.create("ns", "b", { n: 1 });
    await until(() => same(store));
    expect(changes).toEqual(["ns/a ->1", "ns/b ->1"]);
  });

  test("are ignored when older than what is known, whatever the number of digits", async () => {
    server.storage.revision = 998;
    const old = server.storage.create("ns", "a", { n: 1 });
    const { store } = await watching();
    server.storage.update("ns/a", { n: 2 });
    await until(() => same(store));
    expect(store.get("ns/a")?.metadata.resourceVersion).toBe("1000");
    store.put(old);
    expect(store.get("ns/a")?.n).toBe(2);
  });

  test("don't bring back what was deleted since", async () => {
    const { store } = await watching();
    const made = server.storage.create("ns", "a", { n: 1 });
    await until(() => same(store));
    server.storage.delete("ns/a");
    await until(() => same(store));
    store.put(made);
    expect(store.size).toBe(0);
  });

  test("don't bring back what came and went between two lists", async () => {
    const { store } = await watching();
    server.cut();
    const made = server.storage.create("ns", "a", { n: 1 });
    server.storage.delete("ns/a");
    server.storage.compact();
    await until(() => lists() === 2 && server.watches.size === 1);
    store.put(made);
    expect(store.size).toBe(0);
  });

  test("stay through a list that is older", async () => {
    const { store } = await watching();
    const old = server.storage.list();
    const made = server.storage.create("ns", "a", { n: 1 });
    let given = 0;
    server.intercept = (seen, response) => {
      if (seen.query.has("watch") || given++ > 0) return false;
      store.put(made);
      answer(response, 200, old);
      return true;
    };
    for (const watch of server.watches) {
      watch.mute();
      watch.response.end(`${JSON.stringify({ type: "ERROR", object: statusBody(410, "Expired", "") })}\n`);
    }
    await until(() => given > 0 && server.watches.size === 1);
    expect(store.get("ns/a")?.n).toBe(1);
  });

  test("of a new object with an old one's name replace it, and the old one's end doesn't touch it", async () => {
    const first = server.storage.create("ns", "a", { n: "old" });
    const { store, changes } = await watching();
    for (const { mute } of server.watches) mute();
    const gone = server.storage.delete("ns/a");
    const again = server.storage.create("ns", "a", { n: "new" });
    store.put(again);
    store.put(first);
    for (const { response } of server.watches) response.write(`${JSON.stringify({ type: "DELETED", object: gone })}\n`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(changes).toEqual(["ns/a ->old first", "ns/a old>-", "ns/a ->new"]);
    expect(store.get("ns/a")?.n).toBe("new");
  });

  test("a live read that says 404 takes the object away for good", async () => {
    const made = server.storage.create("ns", "a", { n: 1 });
    const { store, changes } = await watching();
    store.remove("ns/a", "another");
    expect(store.size).toBe(1);
    store.remove("ns/a", made.metadata.uid);
    for (const { send } of server.watches)
      send({ type: "MODIFIED", object: { ...made, metadata: { ...made.metadata, resourceVersion: "999" } } });
    store.put({ ...made, metadata: { ...made.metadata, resourceVersion: "1000" } });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(store.size).toBe(0);
    expect(changes).toEqual(["ns/a ->1 first", "ns/a 1>-"]);
  });
});
