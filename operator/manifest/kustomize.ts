// A kustomization: resources and generators are done here, so that laptops need no further tool and errors keep their
// lines; whatever else a kustomization holds is left to `kubectl kustomize` or `kustomize`, or refused by name.
// Names get no content hash here: nothing on a laptop outlives a change of content. `submit` takes `suffixedName`.
import { isUtf8 } from "node:buffer";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { parse, shown } from "../api/problems.ts";
import { kustomizeBase64, suffixedName } from "./kustomizeNames.ts";
import { append, fileProblem, type Loaded, loadFile, loadText } from "./source.ts";
import { parseYaml } from "./yaml.ts";

const words = z.record(z.string(), z.string()).optional();
const generatorOptions = z.looseObject({
  labels: words,
  annotations: words,
  immutable: z.boolean().optional(),
  disableNameSuffixHash: z.boolean().optional(),
});
const generator = z.looseObject({
  name: z.string(),
  type: z.string().optional(),
  files: z.array(z.string()).optional(),
  literals: z.array(z.string()).optional(),
  options: generatorOptions.optional(),
});
const kustomization = z.looseObject({
  resources: z.array(z.string()).optional(),
  configMapGenerator: z.array(generator).optional(),
  secretGenerator: z.array(generator).optional(),
  generatorOptions: generatorOptions.optional(),
  namespace: z.string().optional(),
});
type Kustomization = z.infer<typeof kustomization>;

/** Fields that are done here, or about where names stand, which we know of our own kinds. */
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
/** Fields of a generator that are done here. */
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
  { resources = [], configMapGenerator = [], secretGenerator = [], generatorOptions, namespace }: Kustomization,
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
    for (const one of generators)
      append(all, generate(kind, { ...one, options: merged(generatorOptions, one.options) }, folder, file));
  }
  if (namespace) for (const { value } of all.documents) setNamespace(value, namespace);
  return all;
}

type GeneratorOptions = z.infer<typeof generatorOptions>;

const merged = (all: GeneratorOptions = {}, own: GeneratorOptions = {}): GeneratorOptions => ({
  ...all,
  ...own,
  labels: { ...all.labels, ...own.labels },
  annotations: { ...all.annotations, ...own.annotations },
});

function generate(
  kind: "ConfigMap" | "Secret",
  { name, type, files = [], literals = [], options = {} }: z.infer<typeof generator>,
  folder: string,
  file: string,
): Loaded {
  const content = new Map<string, Buffer>();
  const where = `${kind === "Secret" ? "secret" : "configMap"}Generator ${name}`;
  const problems = [];
  for (const entry of files) {
    const [key, path] = entry.includes("=")
      ? [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]
      : [basename(entry), entry];
    const full = join(folder, path);
    if (statSync(full, { throwIfNoEntry: false })?.isFile()) content.set(key, readFileSync(full));
    else problems.push(fileProblem(file, `${where}: there is no file ${path} beside it`));
  }
  for (const literal of literals) {
    const at = literal.indexOf("=");
    if (at < 1) problems.push(fileProblem(file, `${where}: ${notLiteral(kind, literal)}`));
    // As kustomize does: quotes around the whole value aren't part of it.
    else content.set(literal.slice(0, at), Buffer.from(literal.slice(at + 1).replace(/^(["'])(.*)\1$/s, "$2")));
  }
  const { labels = {}, annotations = {}, immutable, disableNameSuffixHash } = options;
  const value = {
    apiVersion: "v1",
    kind,
    metadata: {
      name,
      ...(Object.keys(labels).length > 0 ? { labels } : {}),
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    ...(kind === "Secret" ? { type: type ?? "Opaque" } : {}),
    ...dataOf(kind, content),
    ...(immutable === undefined ? {} : { immutable }),
  };
  const document = { file, folder, value, ...(disableNameSuffixHash ? {} : { suffixedName: suffixedName(value) }) };
  return { documents: [document], problems };
}

/** A Secret's `data` and a ConfigMap's `binaryData` are base64; a ConfigMap's `data` is text. */
function dataOf(kind: "ConfigMap" | "Secret", content: ReadonlyMap<string, Buffer>) {
  const isText = (value: Buffer) => kind === "ConfigMap" && isUtf8(value);
  const entries = [...content];
  const text = entries.filter(([, value]) => isText(value)).map(([key, value]) => [key, value.toString()]);
  const binary = entries.filter(([, value]) => !isText(value)).map(([key, value]) => [key, kustomizeBase64(value)]);
  return {
    ...(text.length > 0 ? { data: Object.fromEntries(text) } : {}),
    ...(binary.length > 0 ? { [kind === "Secret" ? "data" : "binaryData"]: Object.fromEntries(binary) } : {}),
  };
}

/** A Secret's literal isn't shown: it may be the secret itself. */
const notLiteral = (kind: string, literal: string) =>
  kind === "Secret"
    ? "a literal is not of the form KEY=VALUE"
    : `the literal ${shown(literal)} is not of the form KEY=VALUE`;

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
