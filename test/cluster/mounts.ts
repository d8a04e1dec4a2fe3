// Mounts below a folder. A folder is removed only when nothing is mounted in it: else the removal would go on behind a mount,
// into what is mounted there.
import { existsSync, readFileSync, realpathSync, rmdirSync, rmSync } from "node:fs";
import { attempt, sleep } from "./command.ts";

/** Mount points at or below a folder, the deepest first. */
export function mountsBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const root = realpathSync(folder);
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .map((point) => point.replaceAll(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8))))
    .filter((point) => point === root || point.startsWith(`${root}/`))
    .sort()
    .reverse();
}

/** Unmounts everything below a folder. Throws an Error that names what can't be unmounted after 10 s. */
export async function unmountBelow(folder: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const points = mountsBelow(folder);
    if (points.length === 0) return;
    for (const point of points) await attempt("umount", [point]);
    if (mountsBelow(folder).length > 0) await sleep(100);
  }
  throw new Error(`still mounted: ${mountsBelow(folder).join(", ")}`);
}

/** Removes a folder with all that is in it. Throws an Error, and removes nothing, if something is mounted in it. */
export async function removeTree(folder: string): Promise<void> {
  await unmountBelow(folder);
  rmSync(folder, { recursive: true, force: true });
}

/** Removes those of the folders that are empty, in this order. */
export function removeEmpty(folders: readonly string[]): void {
  for (const path of folders) {
    try {
      rmdirSync(path);
    } catch {
      // It isn't there, or others use it.
    }
  }
}
