import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ApiError, type Client } from "../../../operator/kube/client.ts";
import { isAlreadyExists, isConflict, isGone, isNotFound, isUnanswered } from "../../../operator/kube/errors.ts";
import { configMaps, leases, pods, sparkTasks } from "../../../operator/kube/resources.ts";
import { FakeServer, statusBody } from "./server.ts";

let server: FakeServer;
let client: Client;
beforeEach(async () => {
  server = await FakeServer.start();
  client = server.client({ timeoutMs: 2000 });
});
afterEach(async () => {
  client.close();
  await server.stop();
});

/** Answers all requests in one way. */
function always(status: number, body: object | string, headers: Record<string, string> = {}) {
  server.intercept = (_seen, response) => {
    response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
    return true;
  };
}

async function failure(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe("calls", () => {
  test("address objects of any group, namespaced or not, and their subresources", async () => {
    always(200, { metadata: { resourceVersion: "1" }, items: [] });
    await client.get(pods, "ns", "p");
    await client.get(sparkTasks, "ns", "t");
    await client.list(pods, undefined);
    await client.list(sparkTasks, "ns", { labelSelector: "a=b,c", limit: 5, continue: "x y&z" });
    await client.patch(sparkTasks, "ns", "t", {}, { subresource: "status" });
    await client.create(configMaps, "ns", {}, { fieldManager: "me", dryRun: true });
    await client.get({ group: "", version: "v1", plural: "nodes", kind: "Node" }, undefined, "n");
    expect(server.seen.map(({ method, path, query }) => `${method} ${path} ${query}`.trim())).toEqual([
      "GET /api/v1/namespaces/ns/pods/p",
      "GET /apis/sparkflow.dev/v1alpha1/namespaces/ns/sparktasks/t",
      "GET /api/v1/pods",
      "GET /apis/sparkflow.dev/v1alpha1/namespaces/ns/sparktasks labelSelector=a%3Db%2Cc&limit=5&continue=x+y%26z",
      "PATCH /apis/sparkflow.dev/v1alpha1/namespaces/ns/sparktasks/t/status",
      "POST /api/v1/namespaces/ns/configmaps fieldManager=me&dryRun=All",
      "GET /api/v1/nodes/n",
    ]);
  });

  test.each(["", ".", "..", "a/b", "a%2fb"])("refuse the name %j, which would be another path", async (name) => {
    await expect(client.get(pods, "ns", name)).rejects.toThrow(TypeError);
    await expect(client.get(pods, name, "p")).rejects.toThrow(/namespace is/);
    await expect(client.delete(pods, "ns", name)).rejects.toThrow(/must be a non-empty name/);
    expect(server.seen).toEqual([]);
  });

  test("carry every field both ways, known or not", async () => {
    const object = {
      metadata: { name: "p" },
      spec: { unknownField: { deep: [1, null, "ü€😀"] }, __proto__x: 1 },
      other: 0,
    };
    server.intercept = (seen, response) => {
      response.end(seen.body);
      return true;
    };
    expect(await client.create(pods, "ns", object)).toEqual(object);
    expect(JSON.parse(server.seen[0]!.body)).toEqual(object);
  });

  test.each([
    ["merge", "application/merge-patch+json", ""],
    ["json", "application/json-patch+json", ""],
    ["strategic", "application/strategic-merge-patch+json", ""],
    ["apply", "application/apply-patch+yaml", "fieldManager=sparkflow&force=true"],
  ] as const)("patch by %s", async (type, contentType, query) => {
    always(200, {});
    await client.patch(pods, "ns", "p", { a: 1 }, { type, ...(type === "apply" && { force: true }) });
    expect(server.seen[0]!.headers["content-type"]).toBe(contentType);
    expect(String(server.seen[0]!.query)).toBe(query);
  });

  test("delete with preconditions", async () => {
    always(200, {});
    await client.delete(pods, "ns", "p", { uid: "u", resourceVersion: "7", gracePeriodSeconds: 0 });
    await client.delete(pods, "ns", "p", { propagationPolicy: "Background" });
    expect(server.seen.map(({ body }) => JSON.parse(body))).toEqual([
      {
        ...{ apiVersion: "v1", kind: "DeleteOptions", gracePeriodSeconds: 0 },
        preconditions: { uid: "u", resourceVersion: "7" },
      },
      { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Background" },
    ]);
  });

  test("never delete a whole collection without a selector", async () => {
    await expect(client.deleteCollection(pods, "ns", " ")).rejects.toThrow(/label selector/);
    always(200, {});
    await client.deleteCollection(pods, "ns", "app=x");
    expect(server.seen.map(({ method, path, query }) => `${method} ${path}?${query}`)).toEqual([
      "DELETE /api/v1/namespaces/ns/pods?labelSelector=app%3Dx",
    ]);
  });

  test("name the kind of a list's items, as of objects that are read alone", async () => {
    always(200, { metadata: { resourceVersion: "5" }, items: [{ metadata: { name: "a" } }] });
    const { items } = await client.list(leases, "ns");
    expect(items).toEqual([{ metadata: { name: "a" }, apiVersion: "coordination.k8s.io/v1", kind: "Lease" }]);
  });

  test("read any path as text, and as a stream", async () => {
    always(200, "ok ✓");
    expect(await client.raw("GET", "/readyz", { verbose: true })).toBe("ok ✓");
    expect(String(server.seen[0]!.query)).toBe("verbose=true");
    let text = "";
    for await (const chunk of await client.stream("/api/v1/namespaces/ns/pods/p/log")) text += chunk;
    expect(text).toBe("ok ✓");
  });

  test("say what they did, when they are counted", async () => {
    const told: unknown[] = [];
    const counted = server.client({
      onRequest: (method, resource, status, ms) => told.push([method, resource, status, ms >= 0]),
    });
    await counted.create(pods, "ns", { metadata: { name: "p" } });
    await counted.get(pods, "ns", "nobody").catch(() => {});
    await counted.raw("GET", "/nothing").catch(() => {});
    const watch = counted.watch(pods, "ns", { resourceVersion: "100" }, new AbortController().signal);
    for await (const { type } of watch) {
      expect(type).toBe("ADDED");
      break;
    }
    counted.close();
    expect(told).toEqual([
      ["POST", "pods", 201, true],
      ["GET", "pods", 404, true],
      ["GET", "raw", 404, true],
      ["WATCH", "pods", 200, true],
    ]);
  });
});

describe("what goes wrong", () => {
  test("is the server's Status, parsed once", async () => {
    const details = { name: "p", kind: "pods", causes: [{ field: "spec.x", message: "bad" }] };
    always(422, statusBody(422, "Invalid", "spec.x is bad", details));
    const error = await failure(client.create(pods, "ns", {}));
    expect(error).toMatchObject({ status: 422, reason: "Invalid", message: "spec.x is bad", details });
  });

  test("has names to ask by", async () => {
    const of = (code: number, reason: string) => {
      always(code, statusBody(code, reason, ""));
      return failure(client.get(pods, "ns", "p"));
    };
    expect(isNotFound(await of(404, "NotFound"))).toBe(true);
    expect(isAlreadyExists(await of(409, "AlreadyExists"))).toBe(true);
    expect(isConflict(await of(409, "AlreadyExists"))).toBe(false);
    expect(isConflict(await of(409, "Conflict"))).toBe(true);
    expect(isGone(await of(410, "Expired"))).toBe(true);
    expect(isNotFound(new Error("404"))).toBe(false);
  });

  test.each([
    [429, { "retry-after": "3" }, {}, 3000],
    [503, {}, { details: { retryAfterSeconds: 2 } }, 2000],
    [503, {}, {}, undefined],
    [429, { "retry-after": "soon" }, {}, undefined],
  ])("tells how long to wait after %d with %j and %j", async (status, headers, more, expected) => {
    always(status, { ...statusBody(status, "", "later"), ...more }, headers);
    const error = await failure(client.get(pods, "ns", "p"));
    expect(error.retryAfterMs).toBe(expected);
    expect(error.status).toBe(status);
  });

  test("tells how long to wait until a date", async () => {
    always(503, "", { "retry-after": new Date(Date.now() + 5000).toUTCString() });
    const { retryAfterMs } = await failure(client.get(pods, "ns", "p"));
    expect(retryAfterMs).toBeGreaterThan(3000);
    expect(retryAfterMs).toBeLessThanOrEqual(5000);
  });

  test("is told without a Status too, with the start of what came", async () => {
    always(502, `<html>bad gateway ${"x".repeat(1000)}`);
    const error = await failure(client.get(pods, "ns", "p"));
    expect(error).toMatchObject({ status: 502, reason: "Unknown" });
    expect(error.message).toMatch(/^GET \/api\/v1\/namespaces\/ns\/pods\/p was answered with 502: <html>bad gateway/);
    expect(error.message.length).toBeLessThan(300);
  });

  test.each(["", "<html>", "{", '"text"', "null", "7"])(
    "a good answer that is %j is an error and no crash",
    async (text) => {
      always(200, text);
      const error = await failure(client.get(pods, "ns", "p"));
      expect(error).toMatchObject({ status: 200, reason: "UnreadableAnswer" });
    },
  );

  test("a list without items is an error", async () => {
    always(200, { metadata: {} });
    expect(await failure(client.list(pods, "ns"))).toMatchObject({ reason: "UnreadableAnswer" });
  });

  test.each([
    ["before an answer", (r: import("node:http").ServerResponse) => r.socket!.resetAndDestroy()],
    ["in an answer's head", (r: import("node:http").ServerResponse) => r.socket!.end("HTTP/1.1 200 OK\r\nContent-")],
    [
      "in an answer's body",
      (r: import("node:http").ServerResponse) => {
        r.writeHead(200, { "content-length": 100 }).write("{");
        setTimeout(() => r.socket?.destroy(), 20);
      },
    ],
    [
      "in an error's body",
      (r: import("node:http").ServerResponse) => {
        r.writeHead(500, { "content-length": 100 }).write("{");
        setTimeout(() => r.socket?.destroy(), 20);
      },
    ],
    ["by an answer that isn't HTTP", (r: import("node:http").ServerResponse) => r.socket!.end("hello\r\n\r\n")],
  ])("a connection that is lost %s is ConnectionLost", async (_when, lose) => {
    server.intercept = (_seen, response) => {
      lose(response);
      return true;
    };
    const error = await failure(client.create(pods, "ns", {}));
    expect(error).toMatchObject({ status: 0, reason: "ConnectionLost" });
    expect(error.message).toMatch(/^POST \/api\/v1\/namespaces\/ns\/pods: the connection was lost: /);
    expect(isUnanswered(error)).toBe(true);
    expect(server.count()).toBe(1); // a write is never sent twice by the client
  });

  test("a server that isn't there is ConnectionLost", async () => {
    await server.stop();
    expect(await failure(client.get(pods, "ns", "p"))).toMatchObject({ status: 0, reason: "ConnectionLost" });
    server = await FakeServer.start();
  });

  test("no answer in time is TimedOut, also when it hangs in its body", async () => {
    for (const begun of [false, true]) {
      server.intercept = (_seen, response) => {
        if (begun) response.writeHead(200).write("{");
        return true;
      };
      const error = await failure(client.get(pods, "ns", "p", { timeoutMs: 100 }));
      expect(error).toMatchObject({ status: 0, reason: "TimedOut" });
    }
  });

  test("a call that is aborted rejects with the signal's reason, and its connection is closed", async () => {
    server.intercept = () => true;
    const stop = new AbortController();
    const call = client.get(pods, "ns", "p", { signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 50);
    await expect(call).rejects.toThrow("enough");
    await expect(client.get(pods, "ns", "p", { signal: stop.signal })).rejects.toThrow("enough");
  });

  test("an answer beyond all measure ends that call only", async () => {
    server.intercept = (seen, response) => {
      if (!seen.path.endsWith("/big")) return false;
      response.writeHead(200, { "content-length": 2 ** 40 });
      const chunk = Buffer.alloc(8 * 2 ** 20, 0x20);
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", more);
      more();
      return true;
    };
    const error = await failure(client.get(pods, "ns", "big", { timeoutMs: 20_000 }));
    expect(error).toMatchObject({ reason: "UnreadableAnswer" });
    server.storage.create("ns", "p");
    expect(await client.get(pods, "ns", "p")).toMatchObject({ metadata: { name: "p" } });
  });
});
