import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Client, createClient } from "../../../operator/kube/client.ts";
import { podEndpoint } from "../../../operator/kube/endpoint.ts";
import { kubeconfigEndpoint } from "../../../operator/kube/kubeconfig.ts";
import { pods } from "../../../operator/kube/resources.ts";
import { authority } from "./certificates.ts";
import { FakeServer, until } from "./server.ts";

const cas = { one: authority(), other: authority() };
const pair = { one: cas.one.issue("api"), other: cas.other.issue("api") };
const folder = mkdtempSync(join(tmpdir(), "sparkflow-kube-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Files as a kubelet or a person replaces them: whole. */
function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
  return file;
}

let server: FakeServer;
const clients: Client[] = [];
const use = (client: Client): Client => {
  clients.push(client);
  return client;
};
beforeEach(async () => {
  server = await FakeServer.start(pair.one);
  server.storage.create("ns", "p");
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const client of clients.splice(0)) client.close();
  await server.stop();
});

const realNow = performance.now.bind(performance);
let passed = 0;
/** Lets the clock by which files are read again go on. */
function later(ms: number) {
  passed += ms;
  vi.spyOn(performance, "now").mockImplementation(() => realNow() + passed);
}

const tls = { ca: cas.one.ca };
const trusting = () => ({ ...server.endpoint(), credentials: async () => ({ tls, headers: {} }) });

/** A pod's mount, and the endpoint that reads it. */
function inPod(ca: string, token: string) {
  write("ca.crt", ca);
  write("token", `${token}\n`);
  write("namespace", "mine\n");
  return podEndpoint("127.0.0.1", server.url.port, folder);
}
const bearer = () => server.seen.at(-1)!.headers.authorization;

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

describe("a kubeconfig", () => {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const config = (user: object, cluster: object = {}) => ({
    "current-context": "here",
    contexts: [
      { name: "here", context: { cluster: "c", user: "u", namespace: "team" } },
      { name: "there", context: { cluster: "c2", user: "u" } },
    ],
    clusters: [
      {
        name: "c",
        cluster: { server: String(server.url), "certificate-authority-data": base64(cas.one.ca), ...cluster },
      },
      { name: "c2", cluster: { server: "https://127.0.0.1:1", "insecure-skip-tls-verify": true } },
    ],
    users: [{ name: "u", user }],
  });
  const load = (content: object, context?: string) =>
    kubeconfigEndpoint({ kubeconfig: write("config", JSON.stringify(content)), ...(context && { context }) });

  test("names server, namespace and a token", async () => {
    const endpoint = await load(config({ token: "abc" }));
    expect(endpoint.namespace).toBe("team");
    await use(createClient(endpoint)).get(pods, "ns", "p");
    expect(bearer()).toBe("Bearer abc");
  });

  test("names files by their path from its own folder, and they are read again", async () => {
    write("ca.pem", cas.one.ca);
    write("my-token", "f1");
    const files = { "certificate-authority-data": undefined, "certificate-authority": "ca.pem" };
    const client = use(createClient(await load(config({ tokenFile: "my-token" }, files))));
    await client.get(pods, "ns", "p");
    expect(bearer()).toBe("Bearer f1");
  });

  test("has client certificates, user and password, and commands that make tokens", async () => {
    const { cert, key } = cas.one.issue("me");
    const mutual = await FakeServer.start({ ...pair.one, requestCert: true, rejectUnauthorized: true, ca: cas.one.ca });
    mutual.storage.create("ns", "p");
    const certificates = { "client-certificate-data": base64(cert), "client-key-data": base64(key) };
    const withCertificate = await load(config(certificates, { server: String(mutual.url) }));
    await use(createClient(withCertificate)).get(pods, "ns", "p");
    await mutual.stop();
    await use(createClient(await load(config({ username: "u", password: "p" })))).get(pods, "ns", "p");
    expect(bearer()).toBe(`Basic ${base64("u:p")}`);
    const credential = JSON.stringify({
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: { token: "made" },
    });
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "echo", args: [credential] };
    await use(createClient(await load(config({ exec })))).get(pods, "ns", "p");
    expect(bearer()).toBe("Bearer made");
  });

  test("that is replaced is taken up", async () => {
    const client = use(createClient(await load(config({ token: "old" }))));
    await client.get(pods, "ns", "p");
    write("config", JSON.stringify(config({ token: "new" })));
    later(60_001);
    await client.get(pods, "ns", "p");
    expect(bearer()).toBe("Bearer new");
  });

  test("has other contexts", async () => {
    const endpoint = await load(config({ token: "abc" }), "there");
    expect(String(endpoint.url)).toBe("https://127.0.0.1:1/");
    expect((await endpoint.credentials()).tls.rejectUnauthorized).toBe(false);
  });

  test("that is wrong is told by its name", async () => {
    await expect(kubeconfigEndpoint({ kubeconfig: join(folder, "none") })).rejects.toThrow(
      /cannot read the kubeconfig .*none/,
    );
    await expect(load(config({}), "elsewhere")).rejects.toThrow(/has no context elsewhere, but here, there/);
    const bad = write("bad", "{");
    await expect(kubeconfigEndpoint({ kubeconfig: bad })).rejects.toThrow(/bad is not a kubeconfig: /);
    const list = write("list", "[]");
    await expect(kubeconfigEndpoint({ kubeconfig: list })).rejects.toThrow(/list/);
  });
});
