// A light cluster: etcd, API server and controller-manager, no node. Ready in about 3 s, as many side by side as wanted.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binaries } from "./build.ts";
import { run } from "./command.ts";
import {
  apiReady,
  apiserver,
  auditLogOf,
  type ControlPlane,
  controllerManager,
  controllersReady,
  etcd,
  kubeconfigOf,
  pkiOf,
  prepare,
  scheduler,
  urlOf,
} from "./controlPlane.ts";
import { folder } from "./paths.ts";
import { freePorts } from "./ports.ts";
import { type Lifetime, Processes } from "./processes.ts";

export type Component = "etcd" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler";

export type LightOptions = {
  /** Where its state is; what is there is gone on with. Default: a new temporary folder, removed by `stop`. */
  dir?: string;
  /** Starts the scheduler as well. */
  scheduler?: boolean;
  /** Whether etcd waits for the disk, as a production one does. Default: false. */
  fsync?: boolean;
  /** `caller` (the default): ends with this process, however that ends. `detached`: until it is stopped. */
  lifetime?: Lifetime;
  log?: (line: string) => void;
};

export type LightCluster = {
  /** The administrator's. */
  kubeconfig: string;
  endpointUrl: string;
  dir: string;
  /** Certificates and keys, `ca.key` among them: `issue` of certificates.ts makes more. */
  pki: string;
  /** JSON lines, one per finished request (a watch has two): see audit.ts. */
  auditLog: string;
  /** Folder of kubectl, helm and the others. */
  bin: string;
  /** Runs kubectl as the administrator and gives its output. Throws an Error with its words if it fails. */
  kubectl: (args: readonly string[], input?: string) => Promise<string>;
  /** SIGSTOP: it hangs, and its connections stay open. */
  pause: (component: Component) => void;
  cont: (component: Component) => void;
  /** SIGKILL; resolves when it is gone. */
  kill: (component: Component) => Promise<void>;
  /** Starts it again (killing it first if it runs), on the same port and state; resolves when it is ready. */
  restart: (component: Component) => Promise<void>;
  /** Undefined unless it runs. */
  pid: (component: Component) => number | undefined;
  logFile: (component: Component) => string;
  stop: () => Promise<void>;
};

/** Starts a light cluster, or heals the one in `dir`. Throws an Error that says what didn't start, with its log's end. */
export async function startLight(options: LightOptions = {}): Promise<LightCluster> {
  const bin = await binaries(options.log, ["kube"]);
  const dir = options.dir ? folder(options.dir) : mkdtempSync(join(tmpdir(), "sparkflow-light-"));
  const plane = await planeOf(dir, bin, options.fsync ?? false);
  const processes = new Processes(dir, options.lifetime ?? "caller");
  const cluster = handle(plane, processes, options.dir === undefined);
  const components: Component[] = ["etcd", "kube-apiserver", "kube-controller-manager"];
  try {
    await prepare(plane);
    for (const component of options.scheduler ? [...components, "kube-scheduler" as const] : components)
      await start(component, plane, processes);
    await ready("kube-controller-manager", plane, processes);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

/** Ends a light cluster by its folder. The folder stays, for the next start. */
export async function stopLight(dir: string): Promise<void> {
  if (!existsSync(join(dir, "processes"))) return;
  const processes = new Processes(dir, "detached");
  // A cluster's folder outlives it only if it is to be started again; etcd writes before it answers, so nothing is lost.
  await Promise.all(processes.names().map((name) => processes.stop(name, 0)));
}

const programs = {
  etcd,
  "kube-apiserver": apiserver,
  "kube-controller-manager": controllerManager,
  "kube-scheduler": scheduler,
};

async function start(component: Component, plane: ControlPlane, processes: Processes): Promise<void> {
  if (component.startsWith("kube-") && component !== "kube-apiserver") await apiReady(processes, plane);
  processes.start(programs[component](plane));
}

async function ready(component: Component, plane: ControlPlane, processes: Processes): Promise<void> {
  if (component === "kube-controller-manager") await controllersReady(processes, plane);
  else if (processes.alive("kube-apiserver") && processes.alive("etcd")) await apiReady(processes, plane);
}

function handle(plane: ControlPlane, processes: Processes, temporary: boolean): LightCluster {
  const { state: dir, bin } = plane;
  const kubeconfig = kubeconfigOf(dir);
  const kill = (component: Component) => processes.stop(component, 0);
  return {
    kubeconfig,
    endpointUrl: urlOf(plane),
    dir,
    pki: pkiOf(dir),
    auditLog: auditLogOf(dir),
    bin,
    kubectl: (args, input) =>
      run(join(bin, "kubectl"), ["--kubeconfig", kubeconfig, ...args], input === undefined ? {} : { input }),
    pause: (component) => processes.signal(component, "SIGSTOP"),
    cont: (component) => processes.signal(component, "SIGCONT"),
    kill,
    restart: async (component) => {
      await kill(component);
      await start(component, plane, processes);
      await ready(component, plane, processes);
    },
    pid: (component) => processes.pid(component),
    logFile: (component) => processes.logFile(component),
    stop: async () => {
      await stopLight(dir);
      if (temporary) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The plane in a folder: its ports are chosen once. */
async function planeOf(dir: string, bin: string, fsync: boolean): Promise<ControlPlane> {
  const file = join(dir, "plane.json");
  const address = "127.0.0.1";
  if (!existsSync(file)) {
    const [etcdPort, peer, api] = (await freePorts(address, 3)) as [number, number, number];
    writeFileSync(file, JSON.stringify({ ports: { etcd: etcdPort, peer, api } }));
  }
  const { ports } = JSON.parse(readFileSync(file, "utf8")) as Pick<ControlPlane, "ports">;
  return { bin, state: dir, address, ports, serviceCidr: "10.96.0.0/16", altNames: [], published: false, fsync };
}
