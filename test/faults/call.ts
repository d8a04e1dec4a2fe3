// What a request to the API server asks for, read off its method and path.

export type Call = {
  method: string;
  /** With the query. */
  path: string;
  query: URLSearchParams;
  /** Plural, such as `pods`; "" for paths that are no resource's. */
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  kind: "read" | "list" | "watch" | "write";
  body: string;
};

const resourcePath =
  /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<resource>[a-z]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>[a-z]+))?$/;

export function callOf(method: string, path: string, body: string): Call {
  const { pathname, searchParams: query } = new URL(path, "http://api");
  const { namespace = "", resource = "", name = "", subresource = "" } = resourcePath.exec(pathname)?.groups ?? {};
  const read = query.get("watch") === "true" ? "watch" : name === "" && resource !== "" ? "list" : "read";
  const kind = method === "GET" ? read : "write";
  return { method, path, query, resource, subresource, namespace, name, kind, body };
}

/** A call in a few words: `PATCH sparktasks/status words`. */
export const callText = ({ method, resource, subresource, name, path }: Call): string =>
  `${method} ${resource || path}${subresource && `/${subresource}`}${name && ` ${name}`}`;

/** Events and Leases come and go as they like: no test counts or disturbs them unless it is about them. */
export const isObjectWrite = ({ kind, resource }: Call): boolean =>
  kind === "write" && resource !== "events" && resource !== "leases";
