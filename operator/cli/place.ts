// Whether a name means a run of this machine or something on a cluster.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { readRecord } from "../engines/local/store.ts";
import type { ClusterOptions } from "./cluster/connect.ts";
import { isPlugin } from "./plugin.ts";

/** For the help of commands that go by this rule. */
export const whereHelp = `
The name of a run on this machine, or \`last\`, is looked for here; every other name on the cluster. With -n, --context,
--kubeconfig or --cluster, and as \`kubectl sparkflow\`, it is always the cluster.`;

/** Cluster options, and `kubectl sparkflow`, always mean the cluster; else a run here of that name comes first. */
export function isOnCluster(name: string, where: ClusterOptions): boolean {
  if (isPlugin() || Object.keys(where).length > 0) return true;
  if (name === "last" || readRecord(name)) return false;
  // Without a cluster to ask, the sentence is about the runs here.
  return Boolean(process.env.KUBECONFIG) || existsSync(join(homedir(), ".kube/config"));
}
