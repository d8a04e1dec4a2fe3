import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createClient } from "../../../operator/kube/client.ts";
import { kubeconfigEndpoint } from "../../../operator/kube/kubeconfig.ts";
import { pods } from "../../../operator/kube/resources.ts";
import { bearer, cas, folder, later, pair, server, use, write } from "./secure.ts";
import { FakeServer } from "./server.ts";

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

  test("of several that KUBECONFIG names, those that aren't there don't count", async () => {
    const there = write("there", JSON.stringify(config({ token: "abc" })));
    vi.stubEnv("KUBECONFIG", `${join(folder, "none")}:${there}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect((await kubeconfigEndpoint({})).namespace).toBe("team");
  });

  test("that is wrong is told by its name", async () => {
    await expect(kubeconfigEndpoint({ kubeconfig: join(folder, "none") })).rejects.toThrow(
      /^there is no kubeconfig .*none$/,
    );
    await expect(load(config({}), "elsewhere")).rejects.toThrow(/has no context elsewhere, but here, there/);
    const bad = write("bad", "{");
    await expect(kubeconfigEndpoint({ kubeconfig: bad })).rejects.toThrow(/bad is not a kubeconfig: /);
    const list = write("list", "[]");
    await expect(kubeconfigEndpoint({ kubeconfig: list })).rejects.toThrow(/list/);
  });
});
