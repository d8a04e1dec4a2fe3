// The real kubectl and helm, as they are built for the test cluster.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { binaries } from "../cluster/build.ts";
import { cannotRunLight } from "../cluster/cannotRun.ts";

/** Why this machine can't have them, in a sentence; undefined if it has. */
export const noTools = await cannotRunLight();
/** Their folder. */
export const bin = noTools === undefined ? await binaries(console.error, ["kube", "helm"]) : "";

/** What kubectl or helm prints. Throws an Error with its words if it fails. */
export function tool(name: "kubectl" | "helm", args: readonly string[]): string {
  if (noTools !== undefined) throw new Error(noTools);
  const ended = spawnSync(join(bin, name), args, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (ended.status !== 0) throw new Error(`${name} ${args.join(" ")}: ${ended.stderr}`);
  return ended.stdout;
}
