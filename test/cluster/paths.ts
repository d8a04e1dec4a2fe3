// Where the test cluster keeps things: binaries, images and the node's state, all below one cache folder.
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const here = join(repository, "test/cluster");

/** ~/.cache/sparkflow/cluster */
export const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sparkflow", "cluster");

/** The state of the one full node of this machine: gone after `down`. */
export const nodeFolder = join(cache, "node");
/** containerd's images: they outlive `down`, so that the next `up` has nothing to import. */
export const imageStore = join(cache, "containerd");

/** Makes a folder and gives its path back. */
export function folder(path: string, mode = 0o755): string {
  mkdirSync(path, { recursive: true, mode });
  return path;
}
