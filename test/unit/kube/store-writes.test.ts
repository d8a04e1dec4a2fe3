import { describe, expect, test } from "vitest";
import { pods } from "../../../operator/kube/resources.ts";
import { answer, statusBody, until } from "./server.ts";
import { client, lists, same, server, watching } from "./stores.ts";

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
    const { store, changes } = await watching();
    const old = server.storage.list();
    for (const watch of server.watches) watch.mute();
    const made = server.storage.create("ns", "a", { n: 1 });
    let given = 0;
    server.intercept = (seen, response) => {
      if (seen.query.has("watch") || given++ > 0) return false;
      store.put(made);
      answer(response, 200, old);
      return true;
    };
    for (const { response } of server.watches)
      response.end(`${JSON.stringify({ type: "ERROR", object: statusBody(410, "Expired", "") })}\n`);
    await until(() => given > 0 && server.watches.size === 1);
    expect(store.get("ns/a")?.n).toBe(1);
    expect(changes).toEqual(["ns/a ->1"]);
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
