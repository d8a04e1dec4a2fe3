// An API server in this process, over HTTP or HTTPS, with one resource's storage, and everything that may go wrong on
// the way as a hook.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecure, type ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { type Client, type ClientOptions, createClient } from "../../../operator/kube/client.ts";
import type { Endpoint } from "../../../operator/kube/credentials.ts";
import { ApiError } from "../../../operator/kube/errors.ts";
import { Storage } from "./storage.ts";

export type Seen = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  body: string;
};
/** An open watch of the server's. */
export type OpenWatch = {
  response: ServerResponse;
  send: (event: object) => void;
  /** Nothing is sent any more, but the connection stays. */
  mute: () => void;
};

export class FakeServer {
  readonly storage = new Storage();
  readonly seen: Seen[] = [];
  readonly watches = new Set<OpenWatch>();
  connections = 0;
  /** Handles a request instead of the storage, if it answers true. */
  intercept: (request: Seen, response: ServerResponse) => boolean | undefined = () => false;
  /** 410 of a watch: as HTTP's status, or as an ERROR event. */
  goneAs: "status" | "event" = "event";
  readonly #sockets = new Set<Socket>();
  readonly #server: ReturnType<typeof createServer>;
  #secure: boolean;

  private constructor(tls?: ServerOptions) {
    this.#secure = tls !== undefined;
    const listener: RequestListener = (request, response) => void this.#receive(request, response);
    this.#server = tls ? createSecure(tls, listener) : createServer(listener);
    this.#server.on("connection", (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  static async start(tls?: ServerOptions): Promise<FakeServer> {
    const server = new FakeServer(tls);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get url(): URL {
    return new URL(`${this.#secure ? "https" : "http"}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  endpoint(more: Partial<Endpoint> = {}): Endpoint {
    return { url: this.url, credentials: async () => noCredentials, refresh: () => {}, ...more };
  }

  client(options: ClientOptions = {}): Client {
    return createClient(this.endpoint(), options);
  }

  /** New certificates for the connections to come. */
  secure(tls: ServerOptions): void {
    (this.#server as unknown as { setSecureContext: (tls: ServerOptions) => void }).setSecureContext(tls);
  }

  /** Breaks all connections, as a crash does. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  closeIdle(): void {
    this.#server.closeIdleConnections();
  }

  openConnections(tell: (count: number) => void): void {
    this.#server.getConnections((_error, count) => tell(count));
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  count(test: (seen: Seen) => boolean = () => true): number {
    return this.seen.filter(test).length;
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, "http://any");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen: Seen = {
      ...{ method: request.method!, path: url.pathname, query: url.searchParams, headers: request.headers },
      body: Buffer.concat(chunks).toString("utf8"),
    };
    this.seen.push(seen);
    if (this.intercept(seen, response)) return;
    try {
      if (seen.query.get("watch")) this.#watch(seen, response);
      else answer(response, seen.method === "POST" ? 201 : 200, this.#answer(seen));
    } catch (error) {
      const { status, reason, message } = error as ApiError;
      answer(response, status || 500, statusBody(status || 500, reason, message));
    }
  }

  #answer({ method, path, query, body }: Seen): object {
    const { namespace, name } = place(path);
    if (!/\/pods\b/.test(path)) throw new ApiError(404, "NotFound", "404 page not found");
    const key = `${namespace}/${name}`;
    if (method === "GET" && !name) {
      const limit = Number(query.get("limit") ?? Number.POSITIVE_INFINITY);
      const selection = { namespace, labels: query.get("labelSelector") ?? undefined };
      const list = this.storage.list(selection, limit, query.get("continue") ?? undefined);
      return { kind: "PodList", apiVersion: "v1", ...list };
    }
    if (method === "POST") return this.storage.create(namespace!, JSON.parse(body).metadata.name, JSON.parse(body));
    if (method === "PATCH") return this.storage.update(key, JSON.parse(body));
    if (method === "DELETE") return this.storage.delete(key);
    const object = this.storage.objects.get(key);
    if (!object) throw new ApiError(404, "NotFound", `pods "${name}" not found`);
    return object;
  }

  #watch({ path, query }: Seen, response: ServerResponse): void {
    let muted = false;
    const send = (event: object) => {
      if (!muted) response.write(`${JSON.stringify(event)}\n`);
    };
    const selection = { namespace: place(path).namespace, labels: query.get("labelSelector") ?? undefined };
    let end: () => void;
    let open = false;
    try {
      const head = () => {
        if (!open) response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
        open = true;
      };
      end = this.storage.watch(selection, query.get("resourceVersion") ?? "0", (event) => {
        head();
        send(event);
      });
      head();
    } catch (error) {
      const { status, reason, message } = error as ApiError;
      if (this.goneAs === "status") throw error;
      response.end(`${JSON.stringify({ type: "ERROR", object: statusBody(status, reason, message) })}\n`);
      return;
    }
    const watch: OpenWatch = {
      response,
      send,
      mute: () => {
        muted = true;
        clearTimeout(timer);
      },
    };
    const timer = setTimeout(
      () => {
        send(this.storage.bookmark());
        response.end();
      },
      Number(query.get("timeoutSeconds") ?? 600) * 1000,
    );
    this.watches.add(watch);
    response.on("close", () => {
      clearTimeout(timer);
      end();
      this.watches.delete(watch);
    });
  }
}

const noCredentials = { tls: {}, headers: {} };

export function statusBody(code: number, reason: string, message: string, details?: object): object {
  return {
    ...{ kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code },
    ...(details && { details }),
  };
}

export function answer(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

function place(path: string): { namespace?: string; name?: string } {
  const [, namespace, name] = /^\/api\/v1(?:\/namespaces\/([^/]+))?\/pods(?:\/([^/]+))?/.exec(path) ?? [];
  return { ...(namespace && { namespace }), ...(name && { name }) };
}

/** Waits until something holds, at most so many milliseconds. */
export async function until(holds: () => boolean, ms = 5000): Promise<void> {
  const end = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`still not after ${ms} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
