// The whole cluster with images and an operator, and one namespace each for the operator's tasks and for spark-submit's.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Client, createClient } from "../../../../operator/kube/client.ts";
import { loadEndpoint } from "../../../../operator/kube/endpoint.ts";
import { run, until } from "../../../cluster/command.ts";
import { ourImages } from "../../../cluster/ourImages.ts";
import { testCluster } from "../../../cluster/testCluster.ts";
import type { Cluster } from "../../../cluster/up.ts";
import { root } from "../world.ts";

/** Of the operator's tasks, which enforces Pod Security restricted. */
export const ours = "bench-operator";
/** Of spark-submit's drivers, which don't pass it. */
export const theirs = "bench-submit";
const system = "bench-system";
export const program = readFileSync(join(import.meta.dirname, "first_row.py"), "utf8");
export const sparkImage = "docker.io/sparkflow/spark-sedona:3.5.7-1.8.0";

export type RealCluster = Pick<Cluster, "kubectl" | "bin" | "kubeconfig"> & {
  client: Client;
  /** The API server's address, and the file of its authority. */
  url: string;
  ca: string;
  /** Service account `spark` of spark-submit's namespace. */
  token: string;
  stop: () => Promise<void>;
};

export async function startReal(): Promise<RealCluster> {
  const {
    ours: node,
    kubectl,
    kubeconfig,
    stop,
  } = await testCluster({ images: Object.values(ourImages()), log: console.error });
  if (!node)
    throw new Error("a cluster that the machine brings has no images of ours: unset SPARKFLOW_TEST_KUBECONFIG");
  const made = [ours, theirs];
  const end = async () => {
    client.close();
    await kubectl(["delete", "namespace", ...made, "--wait=false"]);
    await stop();
  };
  const client = createClient(await loadEndpoint({ kubeconfig }));
  try {
    for (const name of [ours, theirs]) await kubectl(["apply", "-f", "-"], namespace(name, name === ours));
    const helm = (...args: string[]) => run(join(node.bin, "helm"), ["--kubeconfig", kubeconfig, ...args]);
    const chart = join(root, "charts/sparkflow");
    const others = await kubectl(["get", "deployments", "-A", "-l", "app.kubernetes.io/name=sparkflow", "-o", "name"]);
    if (others.trim() === "") {
      await helm(
        "install",
        "sparkflow",
        chart,
        "--namespace",
        system,
        "--create-namespace",
        "--wait",
        "--timeout=120s",
      );
      made.push(system);
    }
    const rights = ["--set", `driver.namespaces={${ours}}`, "--show-only", "templates/driver-rbac.yaml"];
    await kubectl(["apply", "-f", "-"], await helm("template", "bench", chart, "--namespace", ours, ...rights));
    await kubectl(
      ["apply", "--namespace", ours, "-f", "-"],
      JSON.stringify({ apiVersion: "v1", kind: "List", items: engines }),
    );
    await kubectl(["create", "serviceaccount", "spark", "--namespace", theirs]);
    const account = ["--clusterrole=edit", `--serviceaccount=${theirs}:spark`, "--namespace", theirs];
    await kubectl(["create", "rolebinding", "spark", ...account]);
    await kubectl(["create", "configmap", "program", "--namespace", theirs, `--from-literal=first_row.py=${program}`]);
    const token = (await kubectl(["create", "token", "spark", "--duration=6h", "--namespace", theirs])).trim();
    const url = (await kubectl(["config", "view", "-o", "jsonpath={.clusters[0].cluster.server}"])).trim();
    return { kubectl, bin: node.bin, kubeconfig, client, url, ca: join(node.dir, "pki/ca.crt"), token, stop: end };
  } catch (error) {
    await end();
    throw error;
  }
}

const namespace = (name: string, restricted: boolean): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: restricted ? { "pod-security.kubernetes.io/enforce": "restricted" } : {} },
  });

/** Small requests: the machine may have two cores. */
const small = {
  memory: "1g",
  podTemplate: {
    spec: { containers: [{ name: "spark-kubernetes-driver", resources: { requests: { cpu: "200m" } } }] },
  },
};
const engine = (name: string, spec: object) => ({
  apiVersion: "sparkflow.dev/v1alpha1",
  kind: "SparkEngine",
  metadata: { name },
  spec: { image: sparkImage, driver: small, ...spec },
});
const engines = [
  engine("one-pod", { local: { cores: 4 } }),
  engine("executors", {
    kubernetes: {},
    executor: { instances: 2, cores: 1, memory: "1g" },
    sparkConf: { "spark.kubernetes.executor.request.cores": "200m" },
  }),
];

/** When a driver's program had its row, in milliseconds since 1970; waits for the pod's end. */
export async function rowAt({ kubectl }: RealCluster, where: string, pod: () => Promise<string>): Promise<number> {
  let name = "";
  let phase = "";
  const ended = async () => {
    name ||= await pod();
    if (name) phase = await kubectl(["get", "pod", name, "--namespace", where, "-o", "jsonpath={.status.phase}"]);
    return phase === "Succeeded" || phase === "Failed";
  };
  await until("the driver's end", ended, { timeoutMs: 300_000, everyMs: 1000 });
  const log = await kubectl(["logs", name, "--namespace", where]);
  const [, seconds] = /^first row at ([\d.]+)$/m.exec(log) ?? [];
  if (!seconds) throw new Error(`${name} had no row (${phase}):\n${log.split("\n").slice(-30).join("\n")}`);
  return Number(seconds) * 1000;
}
