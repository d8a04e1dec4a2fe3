// Bytes to and from one API server. Requests share a few keep-alive connections; streams (watches, logs) have their own,
// so that open ones never keep requests waiting. Nothing is tried again here but what the server certainly didn't do.
import * as http from "node:http";
import * as https from "node:https";
import type { ConnectionOptions } from "node:tls";
import type { Credentials, Endpoint } from "./credentials.ts";
import { ApiError, answerError, connectionError } from "./errors.ts";

export type Query = Record<string, string | number | boolean | undefined>;

export type HttpRequest = {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: Query;
  /** Sent as JSON. */
  body?: object;
  contentType?: string;
  signal?: AbortSignal | undefined;
  /** The longest time until the whole answer is there (of a stream: its head), in milliseconds. */
  timeoutMs?: number | undefined;
};

export type TransportOptions = {
  timeoutMs: number;
  userAgent: string;
  maxSockets: number;
  /** A connection was opened, rather than one used again. */
  onConnection?: (() => void) | undefined;
};

export type Transport = {
  /** The text of a successful answer; anything else is an ApiError, or what the signal was aborted with. */
  send(request: HttpRequest): Promise<{ status: number; text: string }>;
  /** A successful answer's body as it comes. */
  open(request: HttpRequest): Promise<http.IncomingMessage>;
  /** A stream of `open` went silent: nothing that waits is used again. */
  distrust(): void;
  close(): void;
};

/** An answer is refused beyond this many bytes, before it takes the process with it. */
const largestAnswer = 256 * 2 ** 20;
/** Connections that wait are closed before the API server does it (after 90 s), which would race with a request. */
const idleMs = 60_000;

export function createTransport(endpoint: Endpoint, options: TransportOptions): Transport {
  const agents = new Agents(endpoint.url, options.maxSockets);

  async function exchange<T>(request: HttpRequest, kind: "short" | "long", take: Take<T>): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      request.signal?.throwIfAborted();
      const credentials = await endpoint.credentials();
      try {
        return await once(endpoint.url, request, credentials, agents.of(kind, credentials), options, take);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.reason === "TimedOut") agents.distrust();
        if (tries > 0) throw error;
        const refused = error.status === 401 || error.reason === "UntrustedServer";
        if (refused)
          endpoint.refresh(); // a token or CA was rotated; the call wasn't carried out
        else if (!(request.method === "GET" && onOld.has(error))) throw error;
      }
    }
  }

  return {
    send: (request) => exchange(request, "short", wholeAnswer),
    open: (request) => exchange(request, "long", openAnswer),
    distrust: () => agents.distrust(),
    close: () => agents.close(),
  };
}

const used = new WeakSet<object>();
/** Errors of connections that were used before: maybe the server had just closed it, so a GET is tried once more. */
const onOld = new WeakSet<ApiError>();

/** What becomes of an answer. `settle` ends the time-out; a stream goes on after it, a whole answer doesn't. */
type Take<T> = (
  what: string,
  response: http.IncomingMessage,
  settle: { resolve: (value: T) => void; reject: (error: unknown) => void },
) => void;

function once<T>(
  url: URL,
  request: HttpRequest,
  credentials: Credentials,
  agent: http.Agent,
  options: TransportOptions,
  take: Take<T>,
): Promise<T> {
  const what = `${request.method} ${request.path}`;
  const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
  const headers = {
    Accept: "application/json",
    "User-Agent": options.userAgent,
    ...(body && { "Content-Type": request.contentType ?? "application/json", "Content-Length": body.length }),
    ...credentials.headers,
  };
  return new Promise<T>((resolve, reject) => {
    const sent = (url.protocol === "http:" ? http : https).request({ agent, headers, ...target(url, request) });
    const settle = limited(what, request, request.timeoutMs ?? options.timeoutMs, fail);
    function fail(error: unknown) {
      settle(() => reject(error));
      sent.destroy();
    }
    let old = false;
    sent.on("socket", (socket) => {
      old = used.has(socket); // Node's own `reusedSocket` misses those that went straight to a waiting request
      used.add(socket);
      if (!old) options.onConnection?.();
    });
    sent.on("error", (cause) => {
      const error = connectionError(what, cause);
      if (old) onOld.add(error);
      settle(() => reject(error));
    });
    sent.on("response", (response) => {
      const ends = { resolve: (value: T) => settle(() => resolve(value)), reject: fail };
      if ((response.statusCode ?? 0) < 400) return take(what, response, ends);
      wholeText(what, response, (error, text) => {
        fail(error ?? answerError(what, response.statusCode!, response.headers, text));
      });
    });
    sent.end(body);
  });
}

const target = (url: URL, { method, path, query }: HttpRequest) => ({
  method,
  host: url.hostname.replace(/^\[|\]$/g, ""),
  port: url.port || (url.protocol === "http:" ? 80 : 443),
  path: `${url.pathname.replace(/\/$/, "")}${path}${queryOf(query)}`,
});

/** Fails a call when its time is over or its signal aborts, until it is settled by what is answered here. */
function limited(what: string, { signal }: HttpRequest, ms: number, fail: (error: unknown) => void) {
  const timer = setTimeout(() => fail(new ApiError(0, "TimedOut", `${what}: no answer within ${ms} ms`)), ms);
  const aborted = () => fail(signal!.reason);
  signal?.addEventListener("abort", aborted, { once: true });
  return (how: () => void) => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", aborted);
    how();
  };
}

const wholeAnswer: Take<{ status: number; text: string }> = (what, response, { resolve, reject }) => {
  wholeText(what, response, (error, text) => (error ? reject(error) : resolve({ status: response.statusCode!, text })));
};

const openAnswer: Take<http.IncomingMessage> = (_what, response, { resolve }) => resolve(response);

function wholeText(what: string, response: http.IncomingMessage, done: (error: unknown, text: string) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > largestAnswer) {
      response.destroy();
      done(
        new ApiError(response.statusCode!, "UnreadableAnswer", `${what}: the answer is beyond ${largestAnswer} B`),
        "",
      );
    } else chunks.push(chunk);
  });
  response.on("end", () => done(undefined, Buffer.concat(chunks).toString("utf8")));
  response.on("error", (cause) => done(connectionError(what, cause), ""));
}

function queryOf(query: Query = {}): string {
  const set = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  return set.length === 0
    ? ""
    : `?${new URLSearchParams(Object.fromEntries(set.map(([key, value]) => [key, String(value)])))}`;
}

/** Two agents: one with a few connections for requests, one without a limit for streams. New ones when TLS changes. */
class Agents {
  readonly #url: URL;
  readonly #maxSockets: number;
  #tls: ConnectionOptions | undefined;
  #held: { short: http.Agent; long: http.Agent } | undefined;

  constructor(url: URL, maxSockets: number) {
    this.#url = url;
    this.#maxSockets = maxSockets;
  }

  of(kind: "short" | "long", { tls, proxy }: Credentials): http.Agent {
    if (proxy) return proxy;
    if (!this.#held || this.#tls !== tls) {
      const before = this.#held;
      this.#tls = tls;
      this.#held = { short: this.#agent(this.#maxSockets), long: this.#agent(Number.POSITIVE_INFINITY) };
      // Calls on the old connections end as they would have; the connections go when nothing uses them any more.
      if (before) for (const agent of [before.short, before.long]) retire(agent);
    }
    return this.#held[kind];
  }

  /** Closes connections that wait, since the way to the server may be cut: the next call finds out on a new one. */
  distrust(): void {
    for (const agent of this.#held ? [this.#held.short, this.#held.long] : []) closeFree(agent);
  }

  close(): void {
    this.#held?.short.destroy();
    this.#held?.long.destroy();
  }

  #agent(maxSockets: number): http.Agent {
    const shared = { keepAlive: true, keepAliveMsecs: 15_000, maxSockets, maxFreeSockets: 16, timeout: idleMs };
    const agent =
      this.#url.protocol === "http:" ? new http.Agent(shared) : new https.Agent({ ...shared, ...this.#tls });
    // One agent serves one server with one set of certificates, so Node needn't spell all of it out at every call.
    Object.assign(agent, { getName: () => "api" });
    return agent;
  }
}

function retire(agent: http.Agent): void {
  Object.assign(agent, { keepAlive: false });
  closeFree(agent);
}

function closeFree(agent: http.Agent): void {
  for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
}
