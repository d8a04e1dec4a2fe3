// Whether a name means a run of this machine or something on a cluster.
import { type RunRecord, readRecord } from "../engines/local/store.ts";
import { kubeconfigFiles } from "../kube/kubeconfigFiles.ts";
import type { ClusterOptions } from "./cluster/connect.ts";
import { isPlugin } from "./plugin.ts";
import { findRun } from "./runs.ts";

/** For the help of commands that go by this rule. */
export const whereHelp = `
The name of a run on this machine, or \`last\`, is looked for here; every other name on the cluster. With -n, --context,
--kubeconfig or --cluster, and as \`kubectl sparkflow\`, it is always the cluster.`;

/** Cluster options, and `kubectl sparkflow`, always mean the cluster; else a run here of that name comes first. */
export function isOnCluster(name: string, where: ClusterOptions): boolean {
  if (isPlugin() || Object.keys(where).length > 0) return true;
  if (name === "last" || readRecord(name)) return false;
  // Without a cluster to ask, the sentence is about the runs here.
  return Boolean(process.env.KUBECONFIG) || noKubeconfig() === undefined;
}

/** A run of this machine, for commands that go by this rule. Throws UserError. */
export function runHere(name: string): RunRecord {
  const why = noKubeconfig();
  return findRun(name, why === undefined ? "" : `; no cluster was asked: ${why}`);
}

function noKubeconfig(): string | undefined {
  try {
    kubeconfigFiles();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
