import { describe, expect, test, vi } from "vitest";
import { answer, statusBody, until } from "./server.ts";
import { contents, lists, same, server, start, watches, watching } from "./stores.ts";

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
