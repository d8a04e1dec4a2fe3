// Documents of manifests as what a cluster is to get: each with its namespace, generated names put in, files in ConfigMaps, in
// the order in which they are applied.
import { group } from "../../api/kinds.ts";
import { type Problem, problem } from "../../api/problems.ts";
import { changedAt, referencesOf } from "../../api/references.ts";
import { configMaps, type Resource } from "../../kube/resources.ts";
import { locate } from "../../manifest/project.ts";
import type { LocatedProblem, SourceDocument } from "../../manifest/source.ts";
import { bundle, type Manifest } from "./bundle.ts";
import { type Kind, resources } from "./kinds.ts";

/** `bundles` are the ConfigMaps that were made for it. */
export type Prepared = { resource: Resource; namespace: string; manifest: Manifest; bundles: string[] };
export type Preparation = { objects: Prepared[]; passedOver: string[]; problems: LocatedProblem[] };

const secrets: Resource = { group: "", version: "v1", plural: "secrets", kind: "Secret" };
const applied: Record<string, Resource> = { ConfigMap: configMaps, Secret: secrets, ...resources };
/** What others name comes first. */
const order = ["ConfigMap", "Secret", "SparkEngine", "SparkTask", "SparkFlow", "SparkFlowRun"];

/** Prepares checked documents. `given` is the namespace of the command line, `usual` the one where nothing says any. */
export function prepare(
  documents: readonly SourceDocument[],
  { given, usual }: { given: string | undefined; usual: string },
): Preparation {
  const renamed = generatedNames(documents);
  const all: Preparation = { objects: [], passedOver: [], problems: [] };
  for (const source of documents) {
    const raw = source.value as Manifest;
    const resource = resourceOf(raw);
    if (!resource) {
      all.passedOver.push(`${raw.kind} ${raw.metadata?.name ?? ""}`.trim());
      continue;
    }
    const own = raw.metadata.namespace;
    if (given !== undefined && own !== undefined && own !== given)
      all.problems.push(
        locate(problem(["metadata", "namespace"], `the manifest says ${own} and the command line ${given}`), source),
      );
    const namespace = own ?? given ?? usual;
    const manifest = withNames(raw, source, namespace, renamed);
    const { problems, ...made } = bundle(manifest, source.folder);
    all.problems.push(...problems.map((one: Problem) => locate(one, source)));
    const bundles = made.configMaps.map(({ metadata }) => metadata.name);
    for (const configMap of made.configMaps)
      all.objects.push({ resource: configMaps, namespace, manifest: configMap, bundles: [] });
    all.objects.push({ resource, namespace, manifest: made.manifest, bundles });
  }
  const rank = ({ manifest }: Prepared) => order.indexOf(manifest.kind);
  all.objects.sort((a, b) => rank(a) - rank(b));
  return all;
}

function resourceOf({ kind, apiVersion }: Manifest): Resource | undefined {
  const resource = Object.hasOwn(applied, kind) ? applied[kind] : undefined;
  return resource && (resource.group === group || apiVersion === "v1") ? resource : undefined;
}

type Names = ReadonlyMap<string, string>;
const nameKey = (kind: string, name: string) => `${kind}/${name}`;

/** What a kustomization generated, by kind and the name that manifests call it by, with the name that it gets. */
const generatedNames = (documents: readonly SourceDocument[]): Names =>
  new Map(
    documents.flatMap(({ value, suffixedName }) => {
      const { kind, metadata } = value as Manifest;
      return suffixedName === undefined ? [] : [[nameKey(kind, metadata.name), suffixedName]];
    }),
  );

function withNames(raw: Manifest, { suffixedName }: SourceDocument, namespace: string, names: Names): Manifest {
  const name = suffixedName ?? raw.metadata.name;
  const manifest = renamedReferences({ ...raw, metadata: { ...raw.metadata, name, namespace } }, names);
  // A status is the operator's to write; a manifest that was read from a cluster may have one.
  delete manifest.status;
  for (const field of ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"])
    delete manifest.metadata[field];
  return manifest;
}

/** An object in which references to generated objects have the names that these get. */
export const renamedReferences = (manifest: Manifest, names: Names): Manifest =>
  isOurs(manifest.kind)
    ? referencesOf(manifest.kind).reduce(
        (object, { path, names: kind }) =>
          changedAt(object, path, (name) => names.get(nameKey(kind, name)) ?? name) as Manifest,
        manifest,
      )
    : manifest;

/** Kinds of ours that a command may have to watch or run. */
export const isOurs = (kind: string): kind is Kind => Object.hasOwn(resources, kind);
