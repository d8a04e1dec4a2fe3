// A light cluster with the kinds, and the operator's rights and the default engine as the chart gives them.
import { join } from "node:path";
import { type Client, createClient } from "../../../operator/kube/client.ts";
import { loadEndpoint } from "../../../operator/kube/endpoint.ts";
import { namespaces, type Resource } from "../../../operator/kube/resources.ts";
import { binaries } from "../../cluster/build.ts";
import { run, until } from "../../cluster/command.ts";
import { type LightCluster, startLight } from "../../cluster/light.ts";

export const root = join(import.meta.dirname, "../../..");
export const operatorNamespace = "sparkflow";
const release = "bench";
/** Whether etcd waits for the disk. It doesn't, since then everything would only measure that; `--fsync` has it wait. */
const fsync = process.argv.includes("--fsync");
export const operatorAccount = `${release}-sparkflow`;
export const operatorUser = `system:serviceaccount:${operatorNamespace}:${operatorAccount}`;
/** Nobody pulls it. */
export const image = "example.test/spark:1";
export const serviceAccounts: Resource = {
  group: "",
  version: "v1",
  plural: "serviceaccounts",
  kind: "ServiceAccount",
};

export type World = {
  cluster: LightCluster;
  /** The administrator's: creates tasks, and is the kubelet. */
  client: Client;
  /** A new namespace that enforces Pod Security restricted (or another level), with the default engine. */
  namespace: (name: string, level?: "restricted" | "privileged") => Promise<string>;
  stop: () => Promise<void>;
};

export async function startWorld(): Promise<World> {
  const bin = await binaries(console.error, ["kube", "helm"]);
  const cluster = await startLight({ fsync });
  try {
    await cluster.kubectl(["apply", "--server-side", "-f", join(root, "crds")]);
    // Started again, the garbage collector knows the kinds at once.
    await cluster.restart("kube-controller-manager");
    const client = createClient(await loadEndpoint({ kubeconfig: cluster.kubeconfig }), { maxSockets: 32 });
    const rendered = (namespace: string, templates: readonly string[]) =>
      run(join(bin, "helm"), [
        ...["template", release, join(root, "charts/sparkflow"), "--namespace", operatorNamespace],
        ...["--set", `driver.namespaces={${namespace}}`],
        ...templates.flatMap((template) => ["--show-only", `templates/${template}.yaml`]),
      ]);
    const apply = async (manifest: string) => void (await cluster.kubectl(["apply", "-f", "-"], manifest));
    await client.create(namespaces, undefined, { metadata: { name: operatorNamespace } });
    await apply(await rendered(operatorNamespace, ["operator-rbac"]));
    const namespace = async (name: string, level = "restricted") => {
      const labels = { "pod-security.kubernetes.io/enforce": level };
      await client.create(namespaces, undefined, { metadata: { name, labels } });
      await apply(await rendered(name, ["driver-rbac", "default-engine"]));
      const account = () => client.get(serviceAccounts, name, "default").then(Boolean, () => false);
      await until(`the default service account of ${name}`, account);
      return name;
    };
    const stop = async () => {
      client.close();
      await cluster.stop();
    };
    return { cluster, client, namespace, stop };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
