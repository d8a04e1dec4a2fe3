// The control groups of pods: who is in them, and their removal. Works on hierarchies of version 1, of version 2, and on both.
import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { sleep } from "./command.ts";

const root = "/sys/fs/cgroup";
/** The kubelet's group for pods, in the cgroupfs driver's spelling. */
const name = "kubepods";

/** The group of all pods in every hierarchy. */
function podGroups(): string[] {
  const hierarchies = [root, ...folders(root).map((folder) => join(root, folder))];
  return hierarchies.map((hierarchy) => join(hierarchy, name)).filter((group) => existsSync(group));
}

/** Whether there are groups of pods, ours or another kubelet's. */
export const hasPodGroups = (): boolean => podGroups().length > 0;

/** Kills every process of every pod and removes the groups. Throws an Error if some are left after 10 s. */
export async function removePodGroups(): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const groups = podGroups().flatMap(withChildren);
    if (groups.length === 0) return;
    for (const pid of new Set(groups.flatMap(processes))) kill(pid);
    for (const group of groups) remove(group);
    if (hasPodGroups()) await sleep(100);
  }
  throw new Error(`control groups are left: ${podGroups().join(", ")}`);
}

/** A group and all below it, the deepest first. */
const withChildren = (group: string): string[] => [
  ...folders(group).flatMap((child) => withChildren(join(group, child))),
  group,
];

function folders(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    return []; // gone in between
  }
}

function processes(group: string): number[] {
  try {
    return readFileSync(join(group, "cgroup.procs"), "utf8")
      .split("\n")
      .map(Number)
      .filter((pid) => pid > 1);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

function remove(group: string): void {
  try {
    rmdirSync(group);
  } catch {
    // A process in it is still ending: the next round.
  }
}
