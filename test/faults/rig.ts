// A light cluster with the kinds, the fake kubelet and the rights of the chart: what every fault test starts from.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { bundle } from "../../images/operator/bundle.ts";
import { type Client, createClient } from "../../operator/kube/client.ts";
import { loadEndpoint } from "../../operator/kube/endpoint.ts";
import { isAlreadyExists } from "../../operator/kube/errors.ts";
import { namespaces as namespaceResource, type Resource } from "../../operator/kube/resources.ts";
import { issue } from "../cluster/certificates.ts";
import { until } from "../cluster/command.ts";
import { type LightCluster, startLight } from "../cluster/light.ts";
import { FakeKubelet, type KubeletOptions } from "./fakeKubelet.ts";
import { OperatorProcess } from "./operatorProcess.ts";
import { ApiProxy } from "./proxy.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const operatorUser = "sparkflow-operator";
const roles = (plural: string, kind: string): Resource => ({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  plural,
  kind,
});
const clusterRoles = roles("clusterroles", "ClusterRole");
const clusterRoleBindings = roles("clusterrolebindings", "ClusterRoleBinding");
export const serviceAccounts: Resource = {
  group: "",
  version: "v1",
  plural: "serviceaccounts",
  kind: "ServiceAccount",
};

/** One operator and its way to the API server. */
export type Lane = { proxy: ApiProxy; operator: OperatorProcess; url: string };

export class Rig {
  readonly cluster: LightCluster;
  /** The administrator's. */
  readonly client: Client;
  readonly kubelet: FakeKubelet;
  readonly #lanes: Lane[] = [];
  readonly #program: string;

  private constructor(cluster: LightCluster, client: Client, kubelet: FakeKubelet, program: string) {
    this.#program = program;
    this.cluster = cluster;
    this.client = client;
    this.kubelet = kubelet;
  }

  static async start(options: Omit<KubeletOptions, "client"> = {}): Promise<Rig> {
    const cluster = await startLight();
    try {
      await cluster.kubectl(["apply", "--server-side", "-f", join(root, "crds")]);
      // Started again it knows the kinds at once, rather than half a minute later.
      const restarted = cluster.restart("kube-controller-manager");
      await issue(cluster.pki, { name: operatorUser, user: operatorUser });
      const client = createClient(await loadEndpoint({ kubeconfig: cluster.kubeconfig }), { maxSockets: 32 });
      await grant(client);
      const program = await bundle(cluster.dir);
      await restarted;
      const kubelet = new FakeKubelet({ client, ...options });
      await kubelet.start();
      return new Rig(cluster, client, kubelet, program);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** A namespace that enforces Pod Security restricted, with the drivers' service account. */
  async namespace(name: string): Promise<string> {
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    const object = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
    await this.client.create(namespaceResource, undefined, object);
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "sparkflow-driver" } };
    await this.client.create(serviceAccounts, name, account);
    const find = () => this.client.get(serviceAccounts, name, "default");
    await until(`the default service account of ${name}`, () => find().then(Boolean, () => false));
    return name;
  }

  /** An operator that watches these namespaces (all, if undefined) through a proxy of its own. It isn't started. */
  async lane(name: string, namespaces?: readonly string[], args: readonly string[] = []): Promise<Lane> {
    const proxy = new ApiProxy({ url: this.cluster.endpointUrl, pki: this.cluster.pki, user: operatorUser });
    const url = await proxy.listen();
    const operator = new OperatorProcess({
      program: this.#program,
      url,
      dir: this.cluster.dir,
      name,
      ...(namespaces ? { namespaces } : {}),
      args: ["--driver-image", "example.test/spark:1", "--log-level", "debug", ...args],
    });
    const lane = { proxy, operator, url };
    this.#lanes.push(lane);
    return lane;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#lanes.map(({ operator }) => operator.kill()));
    await this.kubelet.stop();
    await Promise.all(this.#lanes.map(({ proxy }) => proxy.close()));
    this.client.close();
    await this.cluster.stop();
  }
}

/** The operator's user gets what the chart gives the operator, read from the chart, and nothing else. */
async function grant(client: Client): Promise<void> {
  const helpers = readFileSync(join(root, "charts/sparkflow/templates/_helpers.tpl"), "utf8");
  const text = /define "sparkflow\.operatorRules" -\}\}\n(?<rules>[\s\S]*?)\{\{- end \}\}/.exec(helpers)?.groups?.rules;
  if (!text) throw new Error("the chart has no sparkflow.operatorRules: where are the operator's rights?");
  const lease = {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    verbs: ["get", "create", "update", "patch"],
  };
  const name = operatorUser;
  const role = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name },
    rules: [...parse(text), lease],
  };
  const binding = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name }],
  };
  for (const [resource, body] of [
    [clusterRoles, role],
    [clusterRoleBindings, binding],
  ] as const)
    await client.create(resource, undefined, body).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
}
