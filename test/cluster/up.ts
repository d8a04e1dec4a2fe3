// The whole cluster: control plane and one real node on this machine. One per machine; starting it again heals it.
import { join } from "node:path";
import { binaries } from "./build.ts";
import { cannotRun } from "./cannotRun.ts";
import { run } from "./command.ts";
import { containerd, containerdReady, writeContainerdConfig } from "./containerd.ts";
import {
  apiReady,
  apiserver,
  auditLogOf,
  type ControlPlane,
  controllerManager,
  controllersReady,
  etcd,
  kubeconfigOf,
  prepare,
  scheduler,
} from "./controlPlane.ts";
import { offerCpus } from "./cpus.ts";
import { stopCluster } from "./down.ts";
import { archiveOf, importArchive, pauseImage } from "./images.ts";
import { withLock } from "./lock.ts";
import { gatewayOf, setUpNetwork } from "./network.ts";
import { dns, kubelet, type Node, nodeReady, prepareNode, proxy } from "./node.ts";
import { ensurePackages, nodePackages } from "./packages.ts";
import { nodeFolder } from "./paths.ts";
import { Processes } from "./processes.ts";
import { nodeOf } from "./state.ts";
import { saveSysctls, setSysctls } from "./sysctls.ts";
import { makeVolume, type Volume } from "./volumes.ts";

export const nodeComponents = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "containerd",
  "kubelet",
  "kube-proxy",
  "coredns",
] as const;
export type NodeComponent = (typeof nodeComponents)[number];

export type ClusterOptions = {
  /** OCI archives to import. */
  images?: readonly string[];
  /** Pods that the node takes; default 110. Counts for the first start only, as `cpus` does. */
  maxPods?: number;
  /** CPUs that the node offers, see cpus.ts; default: those of the machine, and 8 at least. */
  cpus?: number;
  log?: (line: string) => void;
};

export type Cluster = {
  /** The administrator's. */
  kubeconfig: string;
  /** The node's address, which is also the pods' gateway and the API server's address. */
  nodeIp: string;
  /** Ranges of addresses, `a.b.c.d/n`. */
  podRange: string;
  serviceRange: string;
  dir: string;
  auditLog: string;
  /** Folder of kubectl, helm and the others. */
  bin: string;
  /** Runs kubectl as the administrator and gives its output. Throws an Error with its words if it fails. */
  kubectl: (args: readonly string[], input?: string) => Promise<string>;
  /** Imports an OCI archive and gives the images' names, as pods may use them. */
  importImage: (archive: string) => Promise<string[]>;
  /** A folder of this machine as a claim that pods of a namespace can mount, writable for every user. */
  testVolume: (namespace: string, name: string) => Promise<Volume>;
  pause: (component: NodeComponent) => void;
  cont: (component: NodeComponent) => void;
  /** SIGKILL; resolves when it is gone. `startCluster` again starts what is gone. */
  kill: (component: NodeComponent) => Promise<void>;
  pid: (component: NodeComponent) => number | undefined;
  logFile: (component: NodeComponent) => string;
  /** Ends the cluster and leaves the machine as it was. */
  stop: () => Promise<void>;
};

/** Starts the cluster, or heals the one that is there. Throws an Error that says what is in the way. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const log = options.log ?? (() => {});
  const reason = await cannotRun();
  if (reason) throw new Error(reason);
  await ensurePackages(nodePackages, log);
  const bin = await binaries(log);
  return withLock("node", async () => {
    const node = await nodeOf(bin, options);
    const processes = new Processes(nodeFolder, "detached");
    await start(node, processes);
    const cluster = handle(node, processes);
    for (const archive of options.images ?? []) await cluster.importImage(archive);
    return cluster;
  });
}

async function start(node: Node, processes: Processes): Promise<void> {
  const { plane, ranges } = node;
  saveSysctls(join(plane.state, "sysctls.json"));
  setSysctls();
  await setUpNetwork(ranges);
  writeContainerdConfig(plane.state, ranges, pauseImage);
  await prepare(plane);
  await prepareNode(node);
  for (const program of [etcd(plane), apiserver(plane), containerd(plane.state)]) processes.start(program);
  await containerdReady(processes, plane.state);
  await importArchive(plane.state, await archiveOf(plane.bin, "pause"));
  await apiReady(processes, plane);
  await offerCpus(kubectlOf(plane), node.cpus);
  for (const program of [controllerManager(plane), scheduler(plane), kubelet(node), proxy(node), dns(node)])
    processes.start(program);
  await Promise.all([controllersReady(processes, plane), nodeReady(processes, node)]);
}

const kubectlOf =
  ({ bin, state }: ControlPlane) =>
  (args: readonly string[], input?: string) =>
    run(join(bin, "kubectl"), ["--kubeconfig", kubeconfigOf(state), ...args], input === undefined ? {} : { input });

function handle(node: Node, processes: Processes): Cluster {
  const { plane, ranges } = node;
  const { state, bin } = plane;
  const kubeconfig = kubeconfigOf(state);
  const kubectl = kubectlOf(plane);
  return {
    kubeconfig,
    nodeIp: gatewayOf(ranges),
    podRange: ranges.pods,
    serviceRange: ranges.services,
    dir: state,
    auditLog: auditLogOf(state),
    bin,
    kubectl,
    importImage: (archive) => importArchive(state, archive),
    testVolume: (namespace, name) => makeVolume(kubectl, join(state, "volumes"), namespace, name),
    pause: (component) => processes.signal(component, "SIGSTOP"),
    cont: (component) => processes.signal(component, "SIGCONT"),
    kill: (component) => processes.stop(component, 0),
    pid: (component) => processes.pid(component),
    logFile: (component) => processes.logFile(component),
    stop: stopCluster,
  };
}
