// Once for all suites on the real cluster: cluster, images, and the chart installed with helm as the docs say.
import { spawnSync } from "node:child_process";
import { basename, join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { testCluster } from "../cluster/testCluster.ts";

const root = resolve(import.meta.dirname, "../..");

/** What the tests get to know of the cluster. */
export type ClusterFacts = {
  kubeconfig: string;
  /** Namespace of the tasks, which enforces Pod Security restricted, and that of the operator, which does too. */
  namespace: string;
  system: string;
  /** Folder of this machine behind the storage claim. */
  storage: string;
  /** Address of this machine that pods reach. */
  nodeIp: string;
  /** Folder of kubectl and helm. */
  bin: string;
  auditLog: string;
};
declare module "vitest" {
  export interface ProvidedContext {
    cluster: ClusterFacts;
  }
}

const namespace = "spark-tests";
const system = "sparkflow-system";
const log = (line: string) => console.log(`-- ${line}`);

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const images = buildImages();
  const { ours, kubectl, kubeconfig, stop } = await testCluster({ images, log });
  if (!ours) throw new Error("a cluster that the machine brings isn't served by these suites yet");
  try {
    for (const name of [namespace, system]) await kubectl(["apply", "-f", "-"], restricted(name));
    const { path } = await ours.testVolume(namespace, "flows");
    helm(ours.bin, kubeconfig, [
      ...["upgrade", "--install", "sparkflow", join(root, "charts/sparkflow"), "--namespace", system],
      ...["--set", `driver.namespaces={${namespace}}`],
      ...["--set", "defaultEngine.storage.claim.name=flows"],
      // The tag is the same for every build: another archive has to be another pod.
      ...[
        "--set",
        `podAnnotations.archive=${images.map((file) => basename(file)).find((name) => name.startsWith("operator"))}`,
      ],
      ...["--set-json", `defaultEngine.spec=${JSON.stringify(defaultEngine)}`],
      ...["--wait", "--timeout", "120s"],
    ]);
    const { nodeIp, bin, auditLog } = ours;
    project.provide("cluster", { kubeconfig, namespace, system, storage: path, nodeIp, bin, auditLog });
  } catch (error) {
    await stop();
    throw error;
  }
  return async () => {
    await kubectl(["delete", "namespace", namespace, "--wait=false"]).catch(() => {});
    await stop();
  };
}

/** The archives of both images, built if they aren't there. */
function buildImages(): string[] {
  const { status, stdout } = spawnSync(process.execPath, [join(root, "images/build.ts")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error("the images can't be built: see above");
  return stdout.trim().split("\n");
}

/** Small drivers: the machine may have two cores, which requests of CPU must not use up. */
const defaultEngine = {
  local: { cores: 4 },
  driver: {
    memory: "1g",
    podTemplate: {
      spec: { containers: [{ name: "spark-kubernetes-driver", resources: { requests: { cpu: "200m" } } }] },
    },
  },
};

const restricted = (name: string) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: {
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/enforce-version": "latest",
      },
    },
  });

function helm(bin: string, kubeconfig: string, args: string[]): void {
  const { status, stderr, stdout } = spawnSync(join(bin, "helm"), ["--kubeconfig", kubeconfig, ...args], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`helm ${args[0]}: ${stderr}\n${stdout}`);
}
