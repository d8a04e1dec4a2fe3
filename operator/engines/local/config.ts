// sparkflow.local.yaml: what this machine gives to local runs. Never needed; found beside the manifest or in the home folder.
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { field, memory } from "../../api/common.ts";
import { type Path, parse } from "../../api/problems.ts";
import { localConfigName } from "../../manifest/load.ts";
import type { LocatedProblem } from "../../manifest/source.ts";
import { parseYaml } from "../../manifest/yaml.ts";

export const localConfig = z.strictObject({
  maxCores: field(
    z.int().min(1).max(1024),
    "Most cores that all tasks at once may use. Default: the machine's, at least 4. Example: 8.",
  ),
  maxMemory: field(
    memory,
    "Most memory that all tasks at once may use. Default: three quarters of the machine's. Example: 12g.",
  ),
  python: field(
    z.string().min(1),
    "Python with pyspark and what the programs import. Default: the repository's .venv. Example: .venv/bin/python.",
  ),
  secrets: field(z.string().min(1), "Folder that stands for Secrets: <name>/<key> is a file. Example: ./secrets."),
  paths: field(
    z.record(z.string().min(1), z.string().min(1)),
    "Where locations of the manifests are on this machine, by prefix. Example: {local:///app: ./jobs, s3a://lake: ./data/lake}.",
  ),
});
export type LocalConfig = z.infer<typeof localConfig>;
/** The configuration, and the folder that its relative paths start from. */
export type LoadedConfig = { config: LocalConfig; folder: string; file?: string };

/** Reads the configuration for manifests in `folder`; an empty one if there is none. */
export function loadConfig(folder: string): LoadedConfig | { problems: LocatedProblem[] } {
  const file = [join(folder, localConfigName), join(homedir(), localConfigName)].find((candidate) =>
    existsSync(candidate),
  );
  if (!file) return { config: {}, folder };
  const read = parseYaml(readFileSync(file, "utf8"));
  if ("problems" in read) return { problems: read.problems.map((one) => ({ ...one, file })) };
  const document = read.documents[0];
  const parsed = parse(localConfig, document?.value ?? {});
  if (!("problems" in parsed)) return { config: parsed.value, folder: resolve(file, ".."), file };
  const position = (path: Path) => (document ? { position: document.positionOf(path) } : {});
  return { problems: parsed.problems.map((one) => ({ ...one, file, ...position(one.path) })) };
}
