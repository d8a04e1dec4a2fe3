// Which process a folder belongs to, and whether it still runs: an id alone may have been given to another process.
import { readFileSync } from "node:fs";

export type Owner = { pid: number; started: string };

/** This process, with when it started. */
export const thisProcess = (): Owner => ({ pid: process.pid, started: startOf(process.pid) });

/** Whether the very process still runs. */
export function isAlive({ pid, started }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const now = startOf(pid);
  return now === "" || started === "" || now === started;
}

/** Asks the very process to end (SIGTERM). False if it is gone, or where nobody can tell whether it is the same one. */
export function askToEnd({ pid, started }: Owner): boolean {
  if (started === "" || startOf(pid) !== started) return false;
  try {
    return process.kill(pid, "SIGTERM");
  } catch {
    return false; // gone in the meantime, or somebody else's
  }
}

/** Start time in clock ticks since boot (field 22 of /proc/PID/stat); empty where there is no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
