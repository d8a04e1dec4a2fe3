// The end of the cluster: nothing of it runs or is mounted afterwards, and the machine's network and kernel settings are those
// of before. What outlives it is the cache: the programs, and containerd's images.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { removePodGroups } from "./cgroups.ts";
import { containerd, containerdReady, killShims, removeContainers, removeOutside } from "./containerd.ts";
import { withLock } from "./lock.ts";
import { removeTree, unmountBelow } from "./mounts.ts";
import { tearDownNetwork } from "./network.ts";
import { removeKubeletsOutside } from "./node.ts";
import { imageStore, nodeFolder } from "./paths.ts";
import { Processes } from "./processes.ts";
import { nodeExists } from "./state.ts";
import { restoreSysctls } from "./sysctls.ts";

/** Ends the cluster of this machine, in whatever state it is. Does nothing if there is none. */
export async function stopCluster(): Promise<void> {
  await withLock("node", async () => {
    if (!nodeExists()) return;
    const processes = new Processes(nodeFolder, "detached");
    // First those that would start again what is ended below.
    for (const name of ["kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "coredns"])
      await processes.stop(name, 0);
    await removePods(processes);
    for (const name of processes.names()) await processes.stop(name, name === "containerd" ? 5000 : 0);
    killShims(nodeFolder);
    removeOutside();
    removeKubeletsOutside(nodeFolder);
    await tearDownNetwork();
    restoreSysctls(join(nodeFolder, "sysctls.json"));
    await unmountBelow(imageStore);
    await removeTree(nodeFolder);
  });
}

/** Pods end by their control groups, whatever state containerd is in; then containerd forgets them. */
async function removePods(processes: Processes): Promise<void> {
  await removePodGroups();
  if (!existsSync(join(nodeFolder, "containerd.toml"))) return;
  processes.start(containerd(nodeFolder)); // unless it runs
  await containerdReady(processes, nodeFolder);
  await removeContainers(nodeFolder);
}
