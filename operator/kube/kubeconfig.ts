// A kubeconfig as client-node reads it: contexts, certificates, tokens, exec plugins, OIDC, proxies. Nothing else of
// client-node is used: its requests open a new connection each, and its typed objects lose fields they don't know.
import { readFileSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { dirname, resolve } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import { defined } from "../api/defined.ts";
import { type Endpoint, rereading } from "./credentials.ts";
import { kubeconfigFiles } from "./kubeconfigFiles.ts";

/** The API server of a kubeconfig's context. Throws an Error that names the file or context and what is wrong. */
export async function kubeconfigEndpoint(options: { kubeconfig?: string; context?: string }): Promise<Endpoint> {
  const files = kubeconfigFiles(options.kubeconfig);
  let texts = files.map(textOf);
  let config = load(files, texts, options.context);
  const { server } = config.getCurrentCluster()!;
  const namespace = config.getContextObject(config.currentContext)?.namespace;
  const held = rereading(async () => {
    const now = files.map(textOf);
    if (now.some((text, i) => text !== texts[i])) {
      config = load(files, now, options.context); // a new one only on a change: it remembers what exec plugins answered
      texts = now;
    }
    return await read(config);
  });
  return { url: new URL(server), ...(namespace && { namespace }), ...held };
}

async function read(config: KubeConfig) {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { headers, auth, agent, ca, cert, key, rejectUnauthorized, servername } = options;
  const basic = auth ? { Authorization: `Basic ${Buffer.from(auth).toString("base64")}` } : {};
  return {
    headers: { ...(headers as Record<string, string>), ...basic },
    ...(config.getCurrentCluster()?.proxyUrl && agent ? { proxy: agent as import("node:http").Agent } : {}),
    ...defined({ ca: text(ca), cert: text(cert), key: text(key), rejectUnauthorized, servername }),
  };
}

function load(files: string[], texts: string[], context: string | undefined): KubeConfig {
  const config = new KubeConfig();
  files.forEach((file, i) => {
    const one = new KubeConfig();
    try {
      one.loadFromString(JSON.stringify(withTokenFiles(parse(texts[i]!), dirname(file))));
      one.makePathsAbsolute(dirname(resolve(file)));
      if (i === 0) Object.assign(config, { ...one });
      else config.mergeConfig(one, true);
    } catch (error) {
      throw new Error(`${file} is not a kubeconfig: ${(error as Error).message}`, { cause: error });
    }
  });
  if (context !== undefined) config.setCurrentContext(context);
  if (!config.getContextObject(config.currentContext)) {
    const known = config.getContexts().map(({ name }) => name);
    throw new Error(`${files.join(", ")} has no context ${config.currentContext}, but ${known.join(", ") || "none"}`);
  }
  if (!config.getCurrentCluster())
    throw new Error(`${files.join(", ")}: context ${config.currentContext} names no cluster`);
  return config;
}

/** client-node reads a `tokenFile` only as the file of an auth provider. */
function withTokenFiles(config: unknown, folder: string): unknown {
  const users = (config as { users?: { user?: Record<string, unknown> }[] } | undefined)?.users;
  for (const { user } of Array.isArray(users) ? users : []) {
    if (typeof user?.tokenFile !== "string" || user.token) continue;
    user["auth-provider"] = { name: "tokenFile", config: { tokenFile: resolve(folder, user.tokenFile) } };
  }
  return config;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`cannot read the kubeconfig ${file}: ${(error as Error).message}`, { cause: error });
  }
}

const text = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));
