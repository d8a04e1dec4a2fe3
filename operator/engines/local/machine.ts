// This machine as local runs see it: its tools, what it gives, and where things of the manifests are.
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { memoryMiB } from "../../api/quantity.ts";
import type { Project } from "../../manifest/project.ts";
import { type Archive, findArchive } from "./archive.ts";
import type { Capacity } from "./capacity.ts";
import type { LoadedConfig } from "./config.ts";
import { locator } from "./place.ts";
import { findToolchain, type Toolchain } from "./toolchain.ts";

export type Sources = {
  capacity: Capacity;
  configMaps: Project["configMaps"];
  /** A Secret's value, from the folder of secrets or a Secret document of the project. */
  secret: (name: string, key: string) => Buffer | undefined;
  /** Where locations of a manifest in this folder are. */
  locator: (manifestFolder: string) => (uri: string) => string;
};
export type LocalMachine = Sources & { toolchain: Toolchain; archive: Archive };

/** What a project finds here, without looking for tools. */
export function localSources({ config, folder }: LoadedConfig, project: Project, sparkHome?: string): Sources {
  const secrets = config.secrets === undefined ? undefined : resolve(folder, config.secrets);
  const paths = new Map(Object.entries(config.paths ?? {}).map(([prefix, path]) => [prefix, resolve(folder, path)]));
  if (sparkHome && !paths.has("local:///opt/spark")) paths.set("local:///opt/spark", sparkHome);
  return {
    capacity: capacityOf(config),
    configMaps: project.configMaps,
    secret: (name, key) => {
      const file = secrets === undefined ? undefined : join(secrets, name, key);
      return file && existsSync(file) ? readFileSync(file) : project.secrets.get(name)?.get(key);
    },
    locator: (manifestFolder) => locator(resolve(manifestFolder), paths),
  };
}

/** The machine with its tools. Throws ToolchainError. */
export function localMachine(loaded: LoadedConfig, project: Project): LocalMachine {
  const toolchain = findToolchain(loaded);
  return { ...localSources(loaded, project, toolchain.sparkHome), toolchain, archive: findArchive(toolchain) };
}

/** Spark's local[4] is the least that is planned for: its four threads share the cores of a smaller machine. */
const leastCores = 4;

function capacityOf(config: LoadedConfig["config"]): Capacity {
  return {
    cores: config.maxCores ?? Math.max(leastCores, availableParallelism()),
    memoryMiB: memoryMiB(config.maxMemory ?? "") ?? Math.floor((totalmem() / 1024 ** 2) * 0.75),
  };
}
