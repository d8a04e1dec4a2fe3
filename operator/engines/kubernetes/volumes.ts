// Volumes of driver and executors, and where they are mounted.
import { hashText } from "../../api/hash.ts";
import type { Attempt } from "../../task/attempt.ts";
import type { AttemptNames } from "./names.ts";
import { attemptDir, localDir, templateDir, workDir } from "./paths.ts";

type Mount = { name: string; mountPath: string; subPath?: string };
const attemptVolume = "sparkflow-attempt";
const templateVolume = "sparkflow-template";

/** Every generated file of the attempt, each a mount of its own: the folder holds folders of other ConfigMaps too. */
export const fileMounts = (files: readonly string[]): Mount[] =>
  files.map((file) => ({ name: attemptVolume, mountPath: `${attemptDir}/${file}`, subPath: file }));

/** The user's ConfigMaps, each a folder within the attempt's. */
export const configMapMounts = ({ configMaps }: Attempt): Mount[] =>
  configMaps.map(({ name, path }) => ({ name: volumeName(name), mountPath: `${attemptDir}/${path}` }));

export const attemptVolumes = (names: AttemptNames) => [{ name: attemptVolume, configMap: { name: names.configMap } }];

/** A volume for each of the user's ConfigMaps, also if it is mounted in several places. */
export const configMapVolumes = ({ configMaps }: Attempt) =>
  [...new Map(configMaps.map((one) => [one.name, one.optional])).entries()].map(([name, optional]) => ({
    name: volumeName(name),
    configMap: { name, ...(optional ? { optional } : {}) },
  }));

/** The executors' template alone, not the attempt's other files. */
export const templateVolumes = (names: AttemptNames) => [
  {
    name: templateVolume,
    configMap: { name: names.configMap, items: [{ key: "executor.json", path: "executor.json" }] },
  },
];
export const templateMounts: Mount[] = [{ name: templateVolume, mountPath: templateDir }];

/** Folders that may be written to. A template may put other volumes of these names in their place. */
const scratch: Mount[] = [
  { name: "spark-local-dir-1", mountPath: localDir },
  { name: "work-dir", mountPath: workDir },
  { name: "tmp", mountPath: "/tmp" },
];
/** Executors' local directories are Spark's own business: it makes them where the driver's are. */
export const scratchMounts = (role: "driver" | "executor"): Mount[] =>
  role === "driver" ? scratch : scratch.filter(({ mountPath }) => mountPath !== localDir);
export const scratchVolumes = (role: "driver" | "executor") =>
  scratchMounts(role).map(({ name }) => ({ name, emptyDir: {} }));

/** A volume's name is a label, a ConfigMap's may be longer and hold dots: then a hash tells it from others. */
function volumeName(configMapName: string): string {
  if (configMapName.length <= 60 && !configMapName.includes(".")) return `cm-${configMapName}`;
  return `cm-${configMapName.replaceAll(".", "-").slice(0, 51)}-${hashText(configMapName, 8)}`;
}
