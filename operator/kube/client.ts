// The API server's calls on objects as raw JSON: what was read is what is answered, field for field.
import type { Readable } from "node:stream";
import type { Endpoint } from "./credentials.ts";
import { ApiError } from "./errors.ts";
import { createTransport, type HttpRequest, type Query, type Transport } from "./http.ts";
import type { KubeObject, ListMeta } from "./objects.ts";
import { apiVersionOf, collectionPath, objectPath, type Resource } from "./resources.ts";
import { readEvents, type WatchEvent } from "./watch.ts";

export { ApiError } from "./errors.ts";

/** For every call: an abort signal (the call rejects with its reason) and a time-out of its own, in milliseconds. */
export type CallOptions = { signal?: AbortSignal; timeoutMs?: number };
export type ListQuery = {
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  resourceVersion?: string;
  resourceVersionMatch?: "Exact" | "NotOlderThan";
};
export type WatchQuery = {
  labelSelector?: string;
  fieldSelector?: string;
  resourceVersion?: string;
  timeoutSeconds?: number;
  allowWatchBookmarks?: boolean;
};
export type PatchOptions = CallOptions & {
  subresource?: "status";
  /** `merge` (RFC 7396, the default), `json` (RFC 6902), `strategic`, or `apply` (server-side apply). */
  type?: keyof typeof patchTypes;
  fieldManager?: string;
  force?: boolean;
};
export type DeleteOptions = CallOptions & {
  /** Preconditions: the call answers 409 `Conflict` when the object is another one. */
  uid?: string;
  resourceVersion?: string;
  gracePeriodSeconds?: number;
  propagationPolicy?: "Background" | "Foreground" | "Orphan";
};
export type List = { metadata: ListMeta; items: KubeObject[] };

const patchTypes = {
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
};

/** Every call rejects with an ApiError; a write that got no answer (status 0) may have happened or not. */
export type Client = {
  get(resource: Resource, namespace: string | undefined, name: string, options?: CallOptions): Promise<KubeObject>;
  list(resource: Resource, namespace: string | undefined, query?: ListQuery, options?: CallOptions): Promise<List>;
  create(
    resource: Resource,
    namespace: string | undefined,
    body: object,
    options?: CallOptions & { fieldManager?: string; dryRun?: boolean },
  ): Promise<KubeObject>;
  patch(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    patch: object,
    options?: PatchOptions,
  ): Promise<KubeObject>;
  delete(resource: Resource, namespace: string | undefined, name: string, options?: DeleteOptions): Promise<void>;
  /** Deletes what the label selector selects; an empty selector is refused. */
  deleteCollection(
    resource: Resource,
    namespace: string,
    labelSelector: string,
    options?: Omit<DeleteOptions, "uid" | "resourceVersion">,
  ): Promise<void>;
  /** Any path; the answer's text as it is. */
  raw(
    method: HttpRequest["method"],
    path: string,
    query?: Query,
    body?: object,
    options?: CallOptions,
  ): Promise<string>;
  /** Any path's answer as it comes, on a connection of its own: logs, for one. Destroy it to end it. */
  stream(path: string, query?: Query, options?: CallOptions): Promise<Readable>;
  /**
   * Events until the server ends the watch. Throws an ApiError on an ERROR event, a broken stream, and after
   * `silenceMs` without a byte; returns when the signal aborts.
   */
  watch(
    resource: Resource,
    namespace: string | undefined,
    query: WatchQuery,
    signal: AbortSignal,
    options?: { silenceMs?: number; onOpen?: () => void },
  ): AsyncIterable<WatchEvent>;
  /** Closes all connections. */
  close(): void;
};

export type ClientOptions = {
  /** The time-out of a call without its own, in milliseconds (30 s). */
  timeoutMs?: number;
  userAgent?: string;
  /** Connections for requests (16); watches and streams come on top. */
  maxSockets?: number;
  /** A call ended: HTTP's method or WATCH, the resource's plural (or "raw"), HTTP's status (0: no answer), how long. */
  onRequest?: (method: string, resource: string, status: number, ms: number) => void;
  /** A connection was opened, rather than one used again. */
  onConnection?: () => void;
};

type Counted = <T>(
  method: string,
  resource: string,
  call: (answered: (status: number) => void) => Promise<T>,
) => Promise<T>;
type Send = <T>(resource: Resource, request: HttpRequest) => Promise<T>;

export function createClient(endpoint: Endpoint, options: ClientOptions = {}): Client {
  const { timeoutMs = 30_000, userAgent = "sparkflow", maxSockets = 16, onRequest, onConnection } = options;
  const transport = createTransport(endpoint, { timeoutMs, userAgent, maxSockets, onConnection });
  const counted: Counted = async (method, resource, call) => {
    const started = performance.now();
    let status = 200;
    try {
      return await call((answer) => {
        status = answer;
      });
    } catch (error) {
      status = error instanceof ApiError ? error.status : 0;
      throw error;
    } finally {
      onRequest?.(method, resource, status, performance.now() - started);
    }
  };
  const send: Send = (resource, request) =>
    counted(request.method, resource.plural, async (answered) => {
      const { status, text } = await transport.send(request);
      answered(status);
      return parsed(request, status, text);
    });
  return { ...reads(send), ...writes(send), ...streams(transport, counted), close: () => transport.close() };
}

function reads(send: Send): Pick<Client, "get" | "list"> {
  return {
    get: async (resource, namespace, name, call) =>
      send(resource, { method: "GET", path: objectPath(resource, namespace, name), ...call }),
    list: async (resource, namespace, query, call) => {
      const path = collectionPath(resource, namespace);
      const list = await send<List>(resource, { method: "GET", path, query: { ...query }, ...call });
      if (Array.isArray(list.items)) return named(resource, list);
      throw new ApiError(200, "UnreadableAnswer", `GET ${path}: the answer is not a list`);
    },
  };
}

function writes(send: Send): Pick<Client, "create" | "patch" | "delete" | "deleteCollection"> {
  return {
    create: async (resource, namespace, body, { fieldManager, dryRun, ...call } = {}) => {
      const query = { fieldManager, dryRun: dryRun ? "All" : undefined };
      return send(resource, { method: "POST", path: collectionPath(resource, namespace), query, body, ...call });
    },
    patch: async (
      resource,
      namespace,
      name,
      body,
      { subresource, type = "merge", fieldManager, force, ...call } = {},
    ) => {
      const path = objectPath(resource, namespace, name, subresource);
      const query = { fieldManager: fieldManager ?? (type === "apply" ? "sparkflow" : undefined), force };
      return send(resource, { method: "PATCH", path, query, body, contentType: patchTypes[type], ...call });
    },
    delete: async (resource, namespace, name, { signal, timeoutMs, ...options } = {}) => {
      const path = objectPath(resource, namespace, name);
      await send(resource, { method: "DELETE", path, body: deletion(options), signal, timeoutMs });
    },
    deleteCollection: async (resource, namespace, labelSelector, { signal, timeoutMs, ...options } = {}) => {
      if (labelSelector.trim() === "") throw new TypeError("deleteCollection needs a label selector that isn't empty");
      const path = collectionPath(resource, namespace);
      const body = deletion(options);
      await send(resource, { method: "DELETE", path, query: { labelSelector }, body, signal, timeoutMs });
    },
  };
}

function streams(transport: Transport, counted: Counted): Pick<Client, "raw" | "stream" | "watch"> {
  return {
    raw: (method, path, query = {}, body, call = {}) =>
      counted(method, "raw", async (answered) => {
        const { status, text } = await transport.send({ method, path, query, ...(body && { body }), ...call });
        answered(status);
        return text;
      }),
    stream: async (path, query = {}, { signal, timeoutMs } = {}) => {
      const open = () => transport.open({ method: "GET", path, query, signal, timeoutMs });
      const stream = await counted("GET", "raw", open);
      const abort = () => stream.destroy(signal!.reason);
      signal?.addEventListener("abort", abort, { once: true });
      stream.on("close", () => signal?.removeEventListener("abort", abort));
      return stream;
    },
    watch: async function* (resource, namespace, query, signal, { silenceMs, onOpen } = {}) {
      if (signal.aborted) return;
      const path = collectionPath(resource, namespace);
      const request: HttpRequest = { method: "GET", path, query: { ...query, watch: true }, signal };
      try {
        const stream = await counted("WATCH", resource.plural, () => transport.open(request));
        onOpen?.();
        yield* readEvents(`WATCH ${path}`, stream, { silenceMs, signal });
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiError && error.reason === "Silent") transport.distrust();
        throw error;
      }
    },
  };
}

/** Items of a list come without what they are; only as such do they look like objects that were read alone. */
function named(resource: Resource, list: List): List {
  const apiVersion = apiVersionOf(resource);
  for (const item of list.items) {
    item.apiVersion ??= apiVersion;
    item.kind ??= resource.kind;
  }
  return list;
}

function parsed<T>(request: HttpRequest, status: number, text: string): T {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // Told below.
  }
  if (typeof answer === "object" && answer !== null) return answer as T;
  const what = `${request.method} ${request.path}`;
  throw new ApiError(status, "UnreadableAnswer", `${what}: the answer is not a JSON object: ${text.slice(0, 200)}`);
}

function deletion({ uid, resourceVersion, gracePeriodSeconds, propagationPolicy }: DeleteOptions): object {
  const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
  return {
    apiVersion: "v1",
    kind: "DeleteOptions",
    ...(Object.keys(preconditions).length > 0 && { preconditions }),
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy && { propagationPolicy }),
  };
}
