import { describe, expect, test } from "vitest";
import { answer, statusBody, until } from "./server.ts";
import { contents, lists, same, server, start, watches, watching } from "./stores.ts";

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

  test("into the future: a server that was restored from a backup is listed", async () => {
    server.storage.create("ns", "a", { n: 1 });
    const restore = server.storage.backup();
    server.storage.create("ns", "b", { n: 1 });
    server.storage.update("ns/a", { n: 2 });
    const { store, logged } = await watching();
    let refused = 0;
    server.intercept = (_seen, response) => {
      if (refused++ >= 3) return false;
      response.destroy();
      return true;
    };
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
    for (const { send } of server.watches) send({ type: "MODIFIED", object: old });
    await new Promise((resolve) => setTimeout(resolve, 50));
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
