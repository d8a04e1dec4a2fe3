// Whether this machine can run the cluster.

import { goVersion } from "./build.ts";
import { hasPodGroups } from "./cgroups.ts";
import { hasKubernetesRules } from "./network.ts";
import { hasApt, missing, nodePackages } from "./packages.ts";
import { nodeExists } from "./state.ts";

/** Why the full cluster can't run here, in a sentence; undefined if it can. */
export async function cannotRun(): Promise<string | undefined> {
  const light = await cannotRunLight();
  if (light) return light;
  if (process.getuid?.() !== 0) return "a node needs root";
  const packages = missing(nodePackages);
  if (packages.length > 0 && !(await hasApt()))
    return `${packages.join(", ")} isn't installed, and there is no apt-get`;
  if (!nodeExists() && (hasPodGroups() || (await hasKubernetesRules())))
    return "another Kubernetes runs on this machine, or has left its control groups or packet rules";
  return undefined;
}

/** Why light clusters can't run here, in a sentence; undefined if they can. */
export async function cannotRunLight(): Promise<string | undefined> {
  if (process.platform !== "linux") return `the test cluster runs on Linux, and this is ${process.platform}`;
  if (!(await goVersion())) return "there is no Go toolchain to build Kubernetes with";
  return undefined;
}
