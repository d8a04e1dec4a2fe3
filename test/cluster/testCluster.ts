// The cluster that a suite runs on: one that the machine brings, or ours.
import { join } from "node:path";
import { binaries } from "./build.ts";
import { run } from "./command.ts";
import { nodeExists } from "./state.ts";
import { type Cluster, type ClusterOptions, startCluster } from "./up.ts";

export type TestCluster = Pick<Cluster, "kubeconfig" | "kubectl" | "bin" | "stop"> & {
  /** What only our own cluster has; undefined on one that the machine brings. */
  ours?: Cluster;
};

/**
 * A kubeconfig of a cluster that the machine brings; undefined if the suite is to use ours. Not KUBECONFIG, which people
 * have set for their work: `make test` must not land on such a cluster.
 */
export const givenKubeconfig = (): string | undefined => process.env.SPARKFLOW_TEST_KUBECONFIG || undefined;

/**
 * Gives the cluster to test on. `stop` ends it only if this call started it: a harness that runs several suites starts it
 * once with `startCluster`, and stops it at the end.
 */
export async function testCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const kubeconfig = givenKubeconfig();
  if (kubeconfig) {
    const bin = await binaries(options.log, ["kube", "helm"]);
    const kubectl = join(bin, "kubectl");
    return {
      bin,
      kubeconfig,
      kubectl: (args, input) =>
        run(kubectl, ["--kubeconfig", kubeconfig, ...args], input === undefined ? {} : { input }),
      stop: async () => {},
    };
  }
  const found = nodeExists();
  const ours = await startCluster(options);
  const { kubeconfig: own, kubectl, bin } = ours;
  return { kubeconfig: own, kubectl, bin, ours, stop: found ? async () => {} : ours.stop };
}
