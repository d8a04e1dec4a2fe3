// A kustomization: resources and generators are done here, so that laptops need no further tool and errors keep their
// lines; whatever else a kustomization holds is left to `kubectl kustomize` or `kustomize`, or refused by name.
// Names get no content hash here: nothing on a laptop outlives a change of content.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { parse, shown } from "../api/problems.ts";
import { append, fileProblem, type Loaded, loadFile, loadText } from "./source.ts";
import { parseYaml } from "./yaml.ts";

const generator = z.looseObject({
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
/** Fields of a generator that are done here, or that change nothing on a laptop (`options` are labels and hashes). */
const servedOfGenerator = new Set(["name", "files", "literals", "options", "type"]);
const fileNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

export const kustomizationFile = (folder: string): string | undefined =>
  fileNames.map((name) => join(folder, name)).find((path) => existsSync(path));

/** The documents that a kustomization makes. `above` are the folders of those that it is a resource of. */
export function kustomize(folder: string, above: readonly string[] = []): Loaded {
  const file = kustomizationFile(folder)!;
  const here = resolve(folder);
  if (above.includes(here))
    return { documents: [], problems: [fileProblem(file, "resources: this kustomization is a resource of itself")] };
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
  const others = unserved(parsed.value);
  return others.length > 0 ? byTool(folder, file, others) : build(folder, file, parsed.value, [...above, here]);
}

/** What of a kustomization is the real tool's. */
const unserved = (value: Kustomization): string[] => [
  ...Object.keys(value).filter((field) => !served.has(field)),
  ...(["configMapGenerator", "secretGenerator"] as const).flatMap((field) =>
    (value[field] ?? [])
      .flatMap((one) => Object.keys(one))
      .filter((name) => !servedOfGenerator.has(name))
      .map((name) => `${field}.${name}`),
  ),
];

function build(
  folder: string,
  file: string,
  { resources = [], configMapGenerator = [], secretGenerator = [], namespace }: Kustomization,
  above: readonly string[],
): Loaded {
  const all: Loaded = { documents: [], problems: [] };
  for (const resource of resources) {
    const path = join(folder, resource);
    if (!existsSync(path)) all.problems.push(fileProblem(file, `resources: there is no ${resource} beside it`));
    else if (!statSync(path).isDirectory()) append(all, loadFile(path));
    else if (kustomizationFile(path)) append(all, kustomize(path, above));
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
  const where = `${kind === "Secret" ? "secret" : "configMap"}Generator ${name}`;
  const problems = [];
  for (const entry of files) {
    const [key, path] = entry.includes("=")
      ? [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]
      : [basename(entry), entry];
    const full = join(folder, path);
    if (statSync(full, { throwIfNoEntry: false })?.isFile()) binaryData[key] = readFileSync(full).toString("base64");
    else problems.push(fileProblem(file, `${where}: there is no file ${path} beside it`));
  }
  for (const literal of literals) {
    const at = literal.indexOf("=");
    if (at < 1) problems.push(fileProblem(file, `${where}: ${notLiteral(kind, literal)}`));
    // As kustomize does: quotes around the whole value aren't part of it.
    else binaryData[literal.slice(0, at)] = base64(literal.slice(at + 1).replace(/^(["'])(.*)\1$/s, "$2"));
  }
  // A Secret's `data` and a ConfigMap's `binaryData` are both base64.
  const data = kind === "Secret" ? { data: binaryData } : { binaryData };
  return { documents: [{ file, folder, value: { apiVersion: "v1", kind, metadata: { name }, ...data } }], problems };
}

/** A Secret's literal isn't shown: it may be the secret itself. */
const notLiteral = (kind: string, literal: string) =>
  kind === "Secret"
    ? "a literal is not of the form KEY=VALUE"
    : `the literal ${shown(literal)} is not of the form KEY=VALUE`;
const base64 = (text: string) => Buffer.from(text).toString("base64");

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
