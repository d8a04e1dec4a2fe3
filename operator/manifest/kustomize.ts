// A kustomization: resources and generators are done here, so that laptops need no further tool and errors keep their
// lines; whatever else a kustomization holds is left to `kubectl kustomize` or `kustomize`, or refused by name.
// Names get no content hash here: nothing on a laptop outlives a change of content.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { parse } from "../api/problems.ts";
import { append, fileProblem, type Loaded, loadFile, loadText } from "./load.ts";
import { parseYaml } from "./yaml.ts";

const generator = z.object({
  name: z.string(),
  files: z.array(z.string()).optional(),
  literals: z.array(z.string()).optional(),
});
const kustomization = z.looseObject({
  resources: z.array(z.string()).optional(),
  configMapGenerator: z.array(generator).optional(),
  secretGenerator: z.array(generator).optional(),
  namespace: z.string().optional(),
});
type Kustomization = z.infer<typeof kustomization>;

/** Fields that mean the same with or without us: done here, or about names' hashes, which aren't made here. */
const served = new Set([
  "apiVersion",
  "kind",
  "metadata",
  "resources",
  "configMapGenerator",
  "secretGenerator",
  "generatorOptions",
  "configurations",
  "namespace",
]);
const fileNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

export const kustomizationFile = (folder: string): string | undefined =>
  fileNames.map((name) => join(folder, name)).find((path) => existsSync(path));

/** The documents that a kustomization makes. */
export function kustomize(folder: string): Loaded {
  const file = kustomizationFile(folder)!;
  const read = parseYaml(readFileSync(file, "utf8"));
  if ("problems" in read) return { documents: [], problems: read.problems.map((problem) => ({ ...problem, file })) };
  const document = read.documents[0];
  const parsed = parse(kustomization, document?.value ?? {});
  if ("problems" in parsed) {
    return {
      documents: [],
      problems: parsed.problems.map((problem) => ({
        ...problem,
        file,
        ...(document ? { position: document.positionOf(problem.path) } : {}),
      })),
    };
  }
  const others = Object.keys(parsed.value).filter((field) => !served.has(field));
  return others.length > 0 ? byTool(folder, file, others) : build(folder, file, parsed.value);
}

function build(
  folder: string,
  file: string,
  { resources = [], configMapGenerator = [], secretGenerator = [], namespace }: Kustomization,
): Loaded {
  const all: Loaded = { documents: [], problems: [] };
  for (const resource of resources) {
    const path = join(folder, resource);
    if (!existsSync(path)) all.problems.push(fileProblem(file, `resources: there is no ${resource} beside it`));
    else if (!statSync(path).isDirectory()) append(all, loadFile(path));
    else if (kustomizationFile(path)) append(all, kustomize(path));
    else all.problems.push(fileProblem(file, `resources: the folder ${resource} has no kustomization.yaml`));
  }
  for (const [kind, generators] of [
    ["ConfigMap", configMapGenerator],
    ["Secret", secretGenerator],
  ] as const) {
    for (const one of generators) append(all, generate(kind, one, folder, file));
  }
  if (namespace) for (const { value } of all.documents) setNamespace(value, namespace);
  return all;
}

function generate(
  kind: "ConfigMap" | "Secret",
  { name, files = [], literals = [] }: z.infer<typeof generator>,
  folder: string,
  file: string,
): Loaded {
  const binaryData: Record<string, string> = {};
  const problems = [];
  for (const entry of files) {
    const [key, path] = entry.includes("=")
      ? [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]
      : [basename(entry), entry];
    const full = join(folder, path);
    if (existsSync(full)) binaryData[key] = readFileSync(full).toString("base64");
    else
      problems.push(
        fileProblem(
          file,
          `${kind === "Secret" ? "secret" : "configMap"}Generator ${name}: there is no file ${path} beside it`,
        ),
      );
  }
  for (const literal of literals) {
    const at = literal.indexOf("=");
    binaryData[literal.slice(0, at)] = Buffer.from(literal.slice(at + 1)).toString("base64");
  }
  // A Secret's `data` and a ConfigMap's `binaryData` are both base64.
  const data = kind === "Secret" ? { data: binaryData } : { binaryData };
  return { documents: [{ file, folder, value: { apiVersion: "v1", kind, metadata: { name }, ...data } }], problems };
}

function setNamespace(value: unknown, namespace: string): void {
  const metadata = (value as { metadata?: Record<string, unknown> } | null)?.metadata;
  if (metadata) metadata.namespace = namespace;
}

/** Everything that isn't served here is the real tool's. */
function byTool(folder: string, file: string, fields: string[]): Loaded {
  for (const [command, ...args] of [
    ["kubectl", "kustomize", folder],
    ["kustomize", "build", folder],
  ] as const) {
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    if (error) continue;
    if (status === 0) return loadText(`${command} of ${folder}`, folder, stdout);
    return { documents: [], problems: [fileProblem(file, `${command} says: ${stderr.trim().split("\n").at(-1)}`)] };
  }
  return {
    documents: [],
    problems: [
      fileProblem(file, `${fields.join(", ")}: this needs kubectl or kustomize on the PATH, and neither is there`),
    ],
  };
}
