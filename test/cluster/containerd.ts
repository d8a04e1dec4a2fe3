// containerd with runc and a bridge for pods: its configuration, and the end of everything that it runs.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Ranges } from "./addresses.ts";
import { attempt, until } from "./command.ts";
import { removeEmpty } from "./mounts.ts";
import { bridge, gatewayOf } from "./network.ts";
import { fileOf } from "./packages.ts";
import { folder, imageStore } from "./paths.ts";
import type { Processes, Program } from "./processes.ts";
import { writeIfNew } from "./write.ts";

export const socketOf = (state: string): string => join(state, "containerd.sock");
/** The name of the pods' network, which is in the names of CNI's files. */
const network = "sparkflow-test";

export function containerd(state: string): Program {
  return { name: "containerd", argv: [fileOf("containerd"), "--config", join(state, "containerd.toml")] };
}

export function writeContainerdConfig(state: string, ranges: Ranges, pauseImage: string): void {
  const networks = folder(join(state, "cni"));
  writeIfNew(join(state, "containerd.toml"), configuration(state, networks, pauseImage));
  writeIfNew(join(networks, "10-bridge.conflist"), JSON.stringify(networkConfiguration(state, ranges), null, 1));
}

/** Version 2 is read by containerd 1.3 and later, 2.x included. */
const configuration = (state: string, networks: string, pauseImage: string) => `version = 2
root = "${folder(imageStore)}"
state = "${join(state, "containerd")}"
# "opt" would make /opt/containerd; the others want devices or services that aren't there.
disabled_plugins = [
  "io.containerd.internal.v1.opt", "io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
]
[grpc]
  address = "${socketOf(state)}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  netns_mounts_under_state_dir = true
  # Without CAP_SYS_RESOURCE, which root may lack, runc fails to lower it ("can't get final child's PID from pipe: EOF").
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${dirname(fileOf("containernetworking-plugins"))}"
    conf_dir = "${networks}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "${fileOf("runc")}"
        SystemdCgroup = false
`;

/** Masquerading is a rule of ours (network.ts), so that the plugin leaves no chain per pod behind. */
const networkConfiguration = (state: string, ranges: Ranges) => ({
  cniVersion: "1.0.0",
  name: network,
  plugins: [
    {
      type: "bridge",
      bridge,
      isGateway: true,
      hairpinMode: true,
      ipam: {
        type: "host-local",
        ranges: [[{ subnet: ranges.pods, gateway: gatewayOf(ranges) }]],
        routes: [{ dst: "0.0.0.0/0" }],
        dataDir: join(state, "addresses"),
      },
    },
  ],
});

export async function containerdReady(processes: Processes, state: string): Promise<void> {
  const check = async () => (await attempt("ctr", ["--address", socketOf(state), "version"])).code === 0;
  await until("containerd", check, { hopeless: () => processes.whyDead("containerd") });
}

/**
 * Removes every container, with what CNI remembers of it. containerd must run; the containers' processes must have been
 * killed.
 */
export async function removeContainers(state: string): Promise<void> {
  const ctr = (...args: string[]) => attempt("ctr", ["--address", socketOf(state), "--namespace", "k8s.io", ...args]);
  const ids = async (what: string) => (await ctr(what, "ls", "-q")).stdout.split("\n").filter(Boolean);
  const tasks = await ids("tasks");
  if (tasks.length > 0) await ctr("tasks", "rm", "--force", ...tasks);
  const containers = await ids("containers");
  if (containers.length > 0) await ctr("containers", "rm", ...containers);
  // Results are NETWORK-CONTAINER-INTERFACE, the loopback's among them.
  for (const file of list(results)) if (containers.some((id) => file.includes(id))) rmSync(join(results, file));
}

/** Kills what stands between containerd and a container, of our containerd alone: its socket is in their command line. */
export function killShims(state: string): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      if (words[0]?.includes("containerd-shim") && words.includes(socketOf(state)))
        process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

/** Folders that CNI and containerd make outside the state folder, the deepest first. */
const results = "/var/lib/cni/results";
const outside = [results, "/var/lib/cni", "/run/containerd/runc/k8s.io", "/run/containerd/runc", "/run/containerd/s"];

/** Removes the folders that containerd and CNI leave outside the state folder, if nobody else has something in them. */
export const removeOutside = (): void => removeEmpty([...outside, "/run/containerd"]);

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
