// A kustomization: resources and generators are done here, so that laptops need no further tool and errors keep their
// lines; whatever else a kustomization holds is left to `kubectl kustomize` or `kustomize`, or refused by name.
// Names get no content hash here: nothing on a laptop outlives a change of content. `submit` takes `suffixedName`.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { parse } from "../api/problems.ts";
import { generate, generator, generatorOptions, merged, servedOfGenerator } from "./kustomizeGenerators.ts";
import { append, fileProblem, type Loaded, type LocatedProblem, loadFile, loadText } from "./source.ts";
import { parseYaml } from "./yaml.ts";

const kustomization = z.looseObject({
  resources: z.array(z.string()).optional(),
  components: z.array(z.string()).optional(),
  configMapGenerator: z.array(generator).optional(),
  secretGenerator: z.array(generator).optional(),
  generatorOptions: generatorOptions.optional(),
  namespace: z.string().optional(),
});
type Kustomization = z.infer<typeof kustomization>;

/** Fields about where names stand and how lists are merged, which we know of our own kinds. */
const aboutKinds = ["apiVersion", "kind", "metadata", "configurations", "openapi"];
/** These, and fields that are done here. */
const served = new Set([
  ...aboutKinds,
  "resources",
  "components",
  "configMapGenerator",
  "secretGenerator",
  "generatorOptions",
  "namespace",
]);
const fileNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

export const kustomizationFile = (folder: string): string | undefined =>
  fileNames.map((name) => join(folder, name)).find((path) => existsSync(path));

/** The documents that a kustomization makes. `above` are the folders of those that it is a resource of. */
export function kustomize(folder: string, above: readonly string[] = []): Loaded {
  const file = kustomizationFile(folder)!;
  const here = resolve(folder);
  if (above.includes(here))
    return { documents: [], problems: [fileProblem(file, "resources: this kustomization is a resource of itself")] };
  const read = readKustomization(file);
  if ("problems" in read) return { documents: [], problems: read.problems };
  const others = unserved(folder, read.value);
  return others.length > 0 ? byTool(folder, file, others) : build(folder, file, read.value, [...above, here]);
}

function readKustomization(file: string): { value: Kustomization } | { problems: LocatedProblem[] } {
  const read = parseYaml(readFileSync(file, "utf8"));
  if ("problems" in read) return { problems: read.problems.map((problem) => ({ ...problem, file })) };
  const document = read.documents[0];
  const parsed = parse(kustomization, document?.value ?? {});
  if (!("problems" in parsed)) return parsed;
  return {
    problems: parsed.problems.map((problem) => ({
      ...problem,
      file,
      ...(document ? { position: document.positionOf(problem.path) } : {}),
    })),
  };
}

/** What of a kustomization is the real tool's. */
const unserved = (folder: string, value: Kustomization): string[] => [
  ...Object.keys(value).filter((field) => !served.has(field)),
  ...(value.resources ?? []).filter(isRemote).map((resource) => `resources: ${resource}`),
  ...(value.components ?? []).filter((name) => isMore(folder, name)).map((name) => `components: ${name}`),
  ...(["configMapGenerator", "secretGenerator"] as const).flatMap((field) =>
    (value[field] ?? [])
      .flatMap((one) => Object.keys(one))
      .filter((name) => !servedOfGenerator.has(name))
      .map((name) => `${field}.${name}`),
  ),
];

/** A URL or one of git's short forms (kustomize's remote targets). */
const isRemote = (name: string) => /^([a-z+]+:|git@|github\.com\/)/.test(name);

/** Whether a component says more than where names stand and how lists are merged, as `kustomize/` here does. */
function isMore(folder: string, component: string): boolean {
  if (isRemote(component)) return true;
  const file = kustomizationFile(join(folder, component));
  const read = file && readKustomization(file);
  return !!read && "value" in read && Object.keys(read.value).some((field) => !aboutKinds.includes(field));
}

/** Why a component that says no more than that can't be used. */
function componentProblems(folder: string, file: string, component: string): LocatedProblem[] {
  const own = kustomizationFile(join(folder, component));
  if (!own) return [fileProblem(file, `components: there is no folder ${component} with a kustomization.yaml`)];
  const read = readKustomization(own);
  return "problems" in read ? read.problems : [];
}

function build(
  folder: string,
  file: string,
  {
    resources = [],
    components = [],
    configMapGenerator = [],
    secretGenerator = [],
    generatorOptions,
    namespace,
  }: Kustomization,
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
  all.problems.push(...components.flatMap((component) => componentProblems(folder, file, component)));
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
