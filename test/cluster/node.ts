// The node: kubelet, kube-proxy and DNS, their configuration and when they are ready.
import { Resolver } from "node:dns/promises";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Ranges } from "./addresses.ts";
import { issue, writeKubeconfig } from "./certificates.ts";
import { until } from "./command.ts";
import { socketOf } from "./containerd.ts";
import { answers, type ControlPlane, getJson, kubeconfigOf, pkiOf, program, urlOf } from "./controlPlane.ts";
import { removeEmpty } from "./mounts.ts";
import { dnsAddressOf, gatewayOf } from "./network.ts";
import { folder } from "./paths.ts";
import type { Processes, Program } from "./processes.ts";
import { bridgesFilter } from "./sysctls.ts";
import { writeIfNew } from "./write.ts";

export const nodeName = "sparkflow-test";

export type NodePorts = { kubelet: number; proxyHealth: number; proxyMetrics: number };
export type Node = { plane: ControlPlane; ranges: Ranges; ports: NodePorts; maxPods: number; cpus: number };

/** Makes certificates, kubeconfigs and configuration files, unless they are there. */
export async function prepareNode(node: Node): Promise<void> {
  const { plane, ranges } = node;
  const { state } = plane;
  const pki = pkiOf(state);
  const altNames = [`DNS:${nodeName}`, `IP:${gatewayOf(ranges)}`];
  await Promise.all([
    issue(pki, { name: "kubelet", user: `system:node:${nodeName}`, group: "system:nodes", altNames }),
    issue(pki, { name: "proxy", user: "system:kube-proxy" }),
  ]);
  for (const name of ["kubelet", "proxy"]) writeKubeconfig(kubeconfigOf(state, name), pki, name, urlOf(plane));
  writeIfNew(join(state, "kubelet.yaml"), stringify(kubeletConfiguration(node)));
  writeIfNew(join(state, "kube-proxy.yaml"), stringify(proxyConfiguration(node)));
  writeIfNew(join(state, "Corefile"), corefile(node));
}

function kubeletConfiguration({ plane: { state }, ranges, ports, maxPods }: Node) {
  const pki = (file: string) => join(pkiOf(state), file);
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: gatewayOf(ranges),
    port: ports.kubelet,
    healthzPort: 0,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: pki("ca.crt") },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: pki("kubelet.crt"),
    tlsPrivateKeyFile: pki("kubelet.key"),
    containerRuntimeEndpoint: `unix://${socketOf(state)}`,
    cgroupDriver: "cgroupfs",
    failCgroupV1: false,
    failSwapOn: false,
    clusterDNS: [dnsAddressOf(ranges)],
    clusterDomain: "cluster.local",
    podLogsDir: folder(join(state, "pod-logs")),
    volumePluginDir: folder(join(state, "volume-plugins")),
    // The machine is somebody's: its disk may be nearly full, and its images are the next start's.
    evictionHard: { "memory.available": "200Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    nodeStatusUpdateFrequency: "5s",
    serializeImagePulls: false,
    maxPods,
  };
}

export function kubelet({ plane: { bin, state }, ranges }: Node): Program {
  return program(bin, "kubelet", {
    config: join(state, "kubelet.yaml"),
    kubeconfig: kubeconfigOf(state, "kubelet"),
    "root-dir": join(state, "kubelet"),
    "cert-dir": join(state, "kubelet/pki"),
    "hostname-override": nodeName,
    "node-ip": gatewayOf(ranges),
  });
}

function proxyConfiguration({ plane: { state }, ranges, ports }: Node) {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    clientConnection: { kubeconfig: kubeconfigOf(state, "proxy") },
    mode: "iptables",
    bindAddress: gatewayOf(ranges),
    healthzBindAddress: `127.0.0.1:${ports.proxyHealth}`,
    metricsBindAddress: `127.0.0.1:${ports.proxyMetrics}`,
    nodePortAddresses: [ranges.pods],
    clusterCIDR: ranges.pods,
    hostnameOverride: nodeName,
    // Where a bridge's packets bypass iptables, a service's answer finds its way back only through the gateway.
    iptables: { masqueradeAll: !bridgesFilter(), syncPeriod: "30s", minSyncPeriod: "100ms" },
    // The machine's own connection tracking stays as it is.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  };
}

export const proxy = ({ plane: { bin, state } }: Node): Program =>
  program(bin, "kube-proxy", { config: join(state, "kube-proxy.yaml") });

/** DNS is a process of the node, on the address that pods are told. */
function corefile({ plane: { state }, ranges }: Node): string {
  const upstream = existsSync("/etc/resolv.conf") && /^nameserver /m.test(readFileSync("/etc/resolv.conf", "utf8"));
  return `.:53 {
  bind ${dnsAddressOf(ranges)}
  errors
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfigOf(state)}
    pods insecure
    ttl 5
  }
  cache 5
${upstream ? "  forward . /etc/resolv.conf\n" : ""}}
`;
}

export const dns = ({ plane: { bin, state } }: Node): Program => ({
  name: "coredns",
  argv: [join(bin, "coredns"), "-conf", join(state, "Corefile")],
});

/** Waits until pods can run and find the API server by name. Throws an Error with the log's end of what has ended. */
export async function nodeReady(processes: Processes, node: Node): Promise<void> {
  await until("the node", () => isReady(node), { hopeless: () => processes.whyDead("kubelet") });
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([dnsAddressOf(node.ranges)]);
  const resolves = () =>
    resolver.resolve4("kubernetes.default.svc.cluster.local").then(
      () => true,
      () => false,
    );
  await until("DNS", resolves, { hopeless: () => processes.whyDead("coredns") });
  const healthy = () =>
    fetch(`http://127.0.0.1:${node.ports.proxyHealth}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until("kube-proxy", healthy, { hopeless: () => processes.whyDead("kube-proxy") });
}

/** By its own word to the API server, and by answering it: the word may be from before the kubelet was killed. */
async function isReady({ plane, cpus }: Node): Promise<boolean> {
  type NodeObject = { status?: { capacity: { cpu: string }; conditions?: { type: string; status: string }[] } };
  const found = (await getJson(plane, `/api/v1/nodes/${nodeName}`)) as NodeObject | undefined;
  const ready = found?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
  const offers = found?.status?.capacity.cpu === String(cpus);
  return ready && offers && (await answers(plane, `/api/v1/nodes/${nodeName}/proxy/healthz`));
}

/** Removes what the kubelet makes outside its folders: links to pods' logs, and the socket of device plugins. */
export function removeKubeletsOutside(state: string): void {
  const links = "/var/log/containers";
  const devices = "/var/lib/kubelet/device-plugins";
  for (const name of existsSync(links) ? readdirSync(links) : []) {
    const link = join(links, name);
    if (lstatSync(link).isSymbolicLink() && readlinkSync(link).startsWith(join(state, "pod-logs"))) rmSync(link);
  }
  rmSync(join(devices, "kubelet.sock"), { force: true });
  removeEmpty([links, devices, "/var/lib/kubelet"]);
}
