// An API server as small as the commands need: objects in memory, server-side apply as plain replacement, watches.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

// biome-ignore lint/suspicious/noExplicitAny: whatever the commands send
type Any = any;
type Place = { plural: string; namespace: string | undefined; name?: string; sub?: string };

export class ApiServer {
  /** By `plural/namespace/name`. */
  readonly objects = new Map<string, Any>();
  /** Writes, as `PATCH sparktasks/spark/count`. */
  readonly writes: string[] = [];
  /** Logs by pod. */
  readonly logs = new Map<string, string>();
  /** Told of every write, as an operator would be. */
  onWrite: (server: ApiServer, key: string) => void = () => {};
  #version = 100;
  #watches: { place: Place; query: URLSearchParams; response: ServerResponse }[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  /** Starts it and returns its URL. It ends with the test. */
  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    onTestFinished(() => {
      this.#server.closeAllConnections();
      this.#server.close();
    });
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Writes an object as the API server would; the generation moves with the spec. */
  put(key: string, object: Any): Any {
    const [plural, namespace, name] = key.split("/");
    const before = this.objects.get(key);
    const changed = JSON.stringify(before?.spec) !== JSON.stringify(object.spec);
    const same =
      before &&
      !changed &&
      JSON.stringify([before.status, before.data]) === JSON.stringify([object.status, object.data]);
    const metadata = {
      ...object.metadata,
      name,
      namespace,
      uid: before?.metadata.uid ?? `uid-${++this.#version}`,
      generation: (before?.metadata.generation ?? 0) + (changed ? 1 : 0),
      resourceVersion: same ? before.metadata.resourceVersion : String(++this.#version),
      creationTimestamp: before?.metadata.creationTimestamp ?? new Date().toISOString(),
    };
    const after = { ...object, metadata };
    this.objects.set(key, after);
    for (const { place, query, response } of this.#watches)
      if (place.plural === plural && this.#matches(after, place, query))
        response.write(`${JSON.stringify({ type: before ? "MODIFIED" : "ADDED", object: after })}\n`);
    return after;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, "http://x");
    const place = placeOf(url.pathname);
    const key = [place.plural, place.namespace, place.name].join("/");
    const answer = (code: number, body: unknown) =>
      response.writeHead(code, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    if (place.sub === "log") return void response.end(this.logs.get(place.name!) ?? "");
    if (request.method === "GET" && url.searchParams.has("watch")) {
      response.writeHead(200).flushHeaders();
      const from = Number(url.searchParams.get("resourceVersion"));
      for (const [at, object] of this.objects)
        if (at.startsWith(`${place.plural}/`) && this.#matches(object, place, url.searchParams))
          if (Number(object.metadata.resourceVersion) > from)
            response.write(`${JSON.stringify({ type: "MODIFIED", object })}\n`);
      this.#watches.push({ place, query: url.searchParams, response });
      return;
    }
    if (request.method === "GET" && place.name === undefined) {
      const items = [...this.objects]
        .filter(([at, object]) => at.startsWith(`${place.plural}/`) && this.#matches(object, place, url.searchParams))
        .map(([, object]) => object);
      return void answer(200, { metadata: { resourceVersion: String(this.#version) }, items });
    }
    const before = this.objects.get(key);
    if (request.method === "GET") return void (before ? answer(200, before) : answer(404, notFound(key)));
    const body = await bodyOf(request);
    const at = request.method === "POST" ? `${place.plural}/${place.namespace}/${body.metadata.name}` : key;
    this.writes.push(`${request.method} ${at}`);
    const merge = request.headers["content-type"]?.includes("merge-patch");
    const annotations = { ...before?.metadata.annotations, ...body.metadata?.annotations };
    const merged = () => ({
      ...before,
      metadata: { ...before.metadata, annotations },
      spec: { ...before.spec, ...body.spec },
    });
    const next = merge ? merged() : { ...body, status: before?.status };
    answer(200, this.put(at, next));
    this.onWrite(this, at);
  }

  #matches(object: Any, place: Place, query: URLSearchParams): boolean {
    const { metadata } = object;
    const [label, value] = (query.get("labelSelector") ?? "").split("=");
    const name = /^metadata\.name=(.*)$/.exec(query.get("fieldSelector") ?? "")?.[1];
    return (
      (place.namespace === undefined || metadata.namespace === place.namespace) &&
      (!label || metadata.labels?.[label] === value) &&
      (name === undefined || metadata.name === name)
    );
  }
}

function placeOf(path: string): Place {
  const parts = path.split("/").filter(Boolean);
  const rest = parts.slice(parts[0] === "api" ? 2 : 3);
  const [plural, name, sub] = rest[0] === "namespaces" ? rest.slice(2) : rest;
  return {
    plural: plural!,
    namespace: rest[0] === "namespaces" ? rest[1] : undefined,
    ...(name ? { name } : {}),
    ...(sub ? { sub } : {}),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Any> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}

const notFound = (key: string) => ({
  kind: "Status",
  status: "Failure",
  code: 404,
  reason: "NotFound",
  message: `${key} not found`,
});

/** A kubeconfig for a server without TLS. */
export const kubeconfig = (server: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace: "spark" } }],
    clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "test", user: {} }],
  });
