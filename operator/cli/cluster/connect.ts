// The options that say which cluster and namespace a command is for, and what goes wrong on the way there.
import { type Command, Option } from "commander";
import { ApiError, type Client, createClient } from "../../kube/client.ts";
import type { Endpoint } from "../../kube/credentials.ts";
import { loadEndpoint } from "../../kube/endpoint.ts";
import { NoKubeconfig } from "../../kube/kubeconfigFiles.ts";
import { UserError } from "../exit.ts";
import { packageVersion } from "../version.ts";

export type ClusterOptions = { namespace?: string; context?: string; kubeconfig?: string };
export type Cluster = { client: Client; namespace: string; url: URL };

/** Adds --namespace, --context and --kubeconfig, in kubectl's words. */
export function addClusterOptions(command: Command): Command {
  return command
    .option("-n, --namespace <name>", "namespace; left out, the context's")
    .option("--context <name>", "context of the kubeconfig; left out, the current one")
    .addOption(new Option("--kubeconfig <file>", "kubeconfig; left out, $KUBECONFIG or ~/.kube/config"));
}

/** What a command line says about the cluster: the command's own options, else those before its name. */
export function clusterOptions(command: Command): ClusterOptions {
  const { namespace, context, kubeconfig } = { ...command.parent?.opts(), ...command.opts() } as ClusterOptions;
  return { ...(namespace && { namespace }), ...(context && { context }), ...(kubeconfig && { kubeconfig }) };
}

/** Runs an action on the cluster. Throws UserError with a sentence for whatever the way there or the API server says. */
export async function onCluster<T>(options: ClusterOptions, action: (cluster: Cluster) => Promise<T>): Promise<T> {
  const endpoint = await endpointOf(options);
  const client = createClient(endpoint, { userAgent: `sparkflow/${packageVersion()}` });
  try {
    return await action({
      client,
      namespace: options.namespace ?? endpoint.namespace ?? "default",
      url: endpoint.url,
    });
  } catch (error) {
    throw error instanceof ApiError ? new UserError([apiErrorText(error, endpoint.url)]) : error;
  } finally {
    client.close();
  }
}

/** What to do without a kubeconfig. */
const kubeconfigHint =
  "name a cluster's by --kubeconfig or KUBECONFIG; on this machine `sparkflow run` needs none, and `sparkflow runs` lists what ran";

async function endpointOf({ kubeconfig, context }: ClusterOptions): Promise<Endpoint> {
  try {
    const endpoint = await loadEndpoint({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) });
    await endpoint.credentials(); // files and programs that the kubeconfig names may be missing
    return endpoint;
  } catch (error) {
    const hint = error instanceof NoKubeconfig ? `: ${kubeconfigHint}` : "";
    throw new UserError([`${(error as Error).message}${hint}`]);
  }
}

/** An API server's refusal, or silence, as one sentence. */
export function apiErrorText({ status, reason, message }: ApiError, url: URL): string {
  const text = message.replace(/\s+/g, " ").trim();
  if (status === 0) return `the cluster at ${url.origin} can't be reached: ${text}`;
  if (status === 401)
    return `the cluster at ${url.origin} doesn't know who you are: renew the credentials of the kubeconfig`;
  if (status === 403) return `the cluster doesn't allow this: ${text}`;
  if (status === 404 && text.includes("could not find the requested resource"))
    return `the cluster at ${url.origin} doesn't know Sparkflow's kinds: install its chart (docs/cluster.md)`;
  if (status === 409 && reason === "Conflict" && text.startsWith("Apply failed"))
    return `${text}; give --force-conflicts to take these fields over`;
  return text;
}
