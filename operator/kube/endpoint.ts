// Where the API server is and what to show it: the pod's own service account, or a kubeconfig.
import { readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import { type Endpoint, rereading } from "./credentials.ts";

const mount = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The API server of a kubeconfig (by default `$KUBECONFIG`, then `~/.kube/config`), or, in a pod without one named, of
 * the pod's service account. Throws an Error that names the file and what is wrong with it.
 */
export async function loadEndpoint(options: { kubeconfig?: string; context?: string } = {}): Promise<Endpoint> {
  const host = process.env.KUBERNETES_SERVICE_HOST;
  const named = options.kubeconfig ?? options.context ?? process.env.KUBECONFIG;
  if (host && !named) return podEndpoint(host, process.env.KUBERNETES_SERVICE_PORT ?? "443", mount);
  // client-node takes 90 MB of memory and a second to load, so a pod that doesn't need it never does.
  const { kubeconfigEndpoint } = await import("./kubeconfig.ts");
  return kubeconfigEndpoint(options);
}

/** The API server as a pod sees it: environment variables for the address, mounted files for everything else. */
export function podEndpoint(host: string, port: string, folder: string): Endpoint {
  const read = (file: string) => readFileSync(join(folder, file), "utf8").trim();
  const url = new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`);
  const held = rereading(async () => ({ ca: read("ca.crt"), headers: { Authorization: `Bearer ${read("token")}` } }));
  let namespace: string | undefined;
  try {
    namespace = read("namespace");
  } catch {
    // Nobody must have a namespace of their own; who needs it says so.
  }
  return { url, ...(namespace && { namespace }), ...held };
}
