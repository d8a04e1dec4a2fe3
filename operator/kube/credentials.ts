// What an API server is shown. Tokens, certificates and the kubeconfig itself are read again every minute, since all of them
// are rotated under a process that runs for months.
import type { Agent, OutgoingHttpHeaders } from "node:http";
import type { ConnectionOptions } from "node:tls";

/** What a connection and a request need. `tls` is the same object as long as nothing in it changed. */
export type Credentials = {
  tls: ConnectionOptions;
  headers: OutgoingHttpHeaders;
  /** The way through a proxy that the kubeconfig names. */
  proxy?: Agent;
};

export type Endpoint = {
  url: URL;
  /** The namespace that the context or the pod is in. */
  namespace?: string;
  /** The credentials to use now. Rejects with what is wrong with the files they come from, if they never were right. */
  credentials(): Promise<Credentials>;
  /** Forgets what was read, after the server or its certificate was refused. */
  refresh(): void;
};

const minute = 60_000;
type Read = ConnectionOptions & { headers: OutgoingHttpHeaders; proxy?: Agent };

/** Reads at most once a minute; a read that fails leaves what there was, since files are replaced one by one. */
export function rereading(read: () => Promise<Read>): Pick<Endpoint, "credentials" | "refresh"> {
  let held: { credentials: Credentials; print: string } | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<Credentials> | undefined;
  const again = async (): Promise<Credentials> => {
    try {
      const { headers, proxy, ...tls } = await read();
      const print = JSON.stringify(tls);
      const same = held?.print === print ? held.credentials.tls : tls;
      held = { print, credentials: { tls: same, headers, ...(proxy && { proxy }) } };
    } catch (error) {
      if (!held) throw error;
    } finally {
      reading = undefined;
    }
    readAt = performance.now();
    return held.credentials;
  };
  return {
    credentials: () => {
      if (held && performance.now() - readAt < minute) return Promise.resolve(held.credentials);
      reading ??= again();
      return reading;
    },
    refresh: () => {
      // At most once a second, or a server that refuses us for good would have us read files at every call.
      if (performance.now() - readAt > 1000) readAt = Number.NEGATIVE_INFINITY;
    },
  };
}
