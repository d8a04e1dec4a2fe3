import { rmSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { describe, expect, test, vi } from "vitest";
import { createClient } from "../../../operator/kube/client.ts";
import { podEndpoint } from "../../../operator/kube/endpoint.ts";
import { pods } from "../../../operator/kube/resources.ts";
import { bearer, cas, folder, later, pair, server, use, write } from "./secure.ts";
import { FakeServer, until } from "./server.ts";

const tls = { ca: cas.one.ca };
const trusting = () => ({ ...server.endpoint(), credentials: async () => ({ tls, headers: {} }) });

/** A pod's mount, and the endpoint that reads it. */
function inPod(ca: string, token: string) {
  write("ca.crt", ca);
  write("token", `${token}\n`);
  write("namespace", "mine\n");
  return podEndpoint("127.0.0.1", server.url.port, folder);
}

describe("connections", () => {
  test("are few and kept: none is opened in steady state", async () => {
    const opened = vi.fn();
    const client = use(createClient(trusting(), { maxSockets: 4, onConnection: opened }));
    await Promise.all(Array.from({ length: 100 }, () => client.get(pods, "ns", "p")));
    expect(server.connections).toBe(4);
    for (let i = 0; i < 50; i += 1) await client.get(pods, "ns", "p");
    for (let i = 0; i < 50; i += 1) await client.get(pods, "ns", "nobody").catch(() => {});
    expect(server.connections).toBe(4);
    expect(opened).toHaveBeenCalledTimes(4);
  });

  test("of watches don't keep requests waiting", async () => {
    const client = use(createClient(trusting(), { maxSockets: 2 }));
    const stop = new AbortController();
    const watching = Array.from({ length: 20 }, async () => {
      for await (const _ of client.watch(pods, "ns", { resourceVersion: "101" }, stop.signal));
    });
    await until(() => server.watches.size === 20);
    await Promise.all(Array.from({ length: 20 }, () => client.get(pods, "ns", "p")));
    expect(server.connections).toBe(22);
    stop.abort();
    await Promise.all(watching);
    await until(() => server.watches.size === 0);
  });

  test("of a watch that ended serve the next one", async () => {
    const client = use(createClient(trusting()));
    const { signal } = new AbortController();
    for (let i = 0; i < 3; i += 1) {
      for await (const { type } of client.watch(pods, "ns", { resourceVersion: "101", timeoutSeconds: 0.05 }, signal))
        expect(type).toBe("BOOKMARK");
    }
    expect(server.connections).toBe(1);
  });

  test("take TLS up again where it was", async () => {
    const resumed: boolean[] = [];
    server.intercept = (_seen, response) => {
      resumed.push((response.socket as TLSSocket).isSessionReused());
      return false;
    };
    const client = use(createClient(trusting()));
    await client.get(pods, "ns", "p");
    server.closeIdle();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await client.get(pods, "ns", "p");
    expect(resumed).toEqual([false, true]);
  });

  test("that the server closed while they waited are replaced, and a read goes through", async () => {
    const client = use(createClient(trusting()));
    await client.get(pods, "ns", "p");
    // The server closes the connection on the next request, as if it had been idle for too long just then.
    let closed = 0;
    server.intercept = (_seen, response) => {
      if (closed++ > 0) return false;
      response.socket!.destroy();
      return true;
    };
    expect(await client.get(pods, "ns", "p")).toMatchObject({ metadata: { name: "p" } });
    expect(closed).toBe(2);
  });

  test("that wait are closed when an answer is overdue", async () => {
    const client = use(createClient(trusting()));
    await Promise.all([1, 2, 3].map(() => client.get(pods, "ns", "p")));
    server.intercept = () => true;
    await client.get(pods, "ns", "p", { timeoutMs: 50 }).catch(() => {});
    server.intercept = () => false;
    await client.get(pods, "ns", "p");
    expect(server.connections).toBe(4);
  });

  test("are all closed at the end", async () => {
    const client = createClient(trusting());
    await client.get(pods, "ns", "p");
    client.close();
    await vi.waitFor(async () => {
      const open = await new Promise<number>((resolve) => server.openConnections(resolve));
      expect(open).toBe(0);
    });
  });
});

describe("the server's certificate", () => {
  test("is checked against the CA", async () => {
    const client = use(
      createClient({ ...trusting(), credentials: async () => ({ tls: { ca: cas.other.ca }, headers: {} }) }),
    );
    await expect(client.get(pods, "ns", "p")).rejects.toMatchObject({ status: 0, reason: "UntrustedServer" });
    expect(server.count()).toBe(0);
  });

  test("is checked against the public CAs when there is no other", async () => {
    const client = use(createClient(server.endpoint()));
    await expect(client.get(pods, "ns", "p")).rejects.toMatchObject({ reason: "UntrustedServer" });
  });

  test("is checked for the host's name", async () => {
    const wrong = await FakeServer.start(cas.one.issue("api", "DNS:elsewhere"));
    const client = use(createClient({ ...trusting(), url: wrong.url }));
    await expect(client.get(pods, "ns", "p")).rejects.toMatchObject({ reason: "UntrustedServer" });
    const named = { ca: cas.one.ca, servername: "elsewhere" };
    const knowing = use(
      createClient({ ...trusting(), url: wrong.url, credentials: async () => ({ tls: named, headers: {} }) }),
    );
    await expect(knowing.get(pods, "ns", "p")).rejects.toMatchObject({ status: 404 });
    await wrong.stop();
  });
});

describe("in a pod", () => {
  test("the service account's token, CA and namespace are used", async () => {
    const endpoint = inPod(cas.one.ca, "t1");
    expect(endpoint.namespace).toBe("mine");
    await use(createClient(endpoint)).get(pods, "ns", "p");
    expect(bearer()).toBe("Bearer t1");
  });

  test("the token is read again every minute", async () => {
    const client = use(createClient(inPod(cas.one.ca, "t1")));
    await client.get(pods, "ns", "p");
    write("token", "t2");
    await client.get(pods, "ns", "p");
    expect(bearer()).toBe("Bearer t1");
    later(60_001);
    await client.get(pods, "ns", "p");
    expect(bearer()).toBe("Bearer t2");
  });

  test("a refused token is read again at once, and the call made again, once", async () => {
    const endpoint = inPod(cas.one.ca, "old");
    const client = use(createClient(endpoint));
    await client.get(pods, "ns", "p");
    write("token", "new");
    refuseTokenBut("new");
    later(1001);
    expect(await client.get(pods, "ns", "p")).toMatchObject({ metadata: { name: "p" } });
    refuseTokenBut("none");
    later(1001);
    const before = server.count();
    await expect(client.get(pods, "ns", "p")).rejects.toMatchObject({ status: 401, reason: "Unauthorized" });
    expect(server.count() - before).toBe(2);
  });

  test("a CA that was rotated is taken up, and a bad moment between the files is got over", async () => {
    const client = use(createClient(inPod(cas.one.ca, "t")));
    await client.get(pods, "ns", "p");
    server.secure(pair.other);
    server.cut();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(client.get(pods, "ns", "p")).rejects.toMatchObject({ reason: "UntrustedServer" });
    rmSync(join(folder, "ca.crt")); // gone for a moment
    later(1001);
    await expect(client.get(pods, "ns", "p")).rejects.toMatchObject({ reason: "UntrustedServer" });
    write("ca.crt", cas.other.ca);
    later(1001);
    expect(await client.get(pods, "ns", "p")).toMatchObject({ metadata: { name: "p" } });
  });

  test("calls under way when the CA is rotated end as they would have", async () => {
    const client = use(createClient(inPod(cas.one.ca, "t")));
    let held: ServerResponse | undefined;
    server.intercept = (_seen, response) => {
      held = response;
      return true;
    };
    const call = client.get(pods, "ns", "slow");
    await until(() => held !== undefined);
    server.intercept = () => false;
    write("ca.crt", `${cas.one.ca}\n${cas.other.ca}`);
    later(60_001);
    await client.get(pods, "ns", "p");
    expect(server.connections).toBe(2);
    held!.end('{"metadata":{"name":"slow"}}');
    expect(await call).toMatchObject({ metadata: { name: "slow" } });
  });

  function refuseTokenBut(token: string) {
    server.intercept = (seen, response) => {
      if (seen.headers.authorization === `Bearer ${token}`) return false;
      response.writeHead(401).end("{}");
      return true;
    };
  }
});
