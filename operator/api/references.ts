// Where the kinds name other objects and images: what kustomize's configuration is made of, and what `submit` renames by.
import type { z } from "zod";
import type { NamedKind } from "./common.ts";
import { isMap, type Json, jsonSchema } from "./emit/schema.ts";
import { kinds, type SparkResource } from "./kinds.ts";

/** A field by the names that lead to it, from the object's root; lists on the way are all of their items. */
export type FieldPath = readonly string[];
export type Reference = { path: FieldPath; names: NamedKind };
type Places = { references: Reference[]; images: FieldPath[]; podTemplates: FieldPath[] };

/** What a PodTemplateSpec names (Kubernetes' core/v1). Its images are found by kustomize itself. */
const inPods: Reference[] = (
  [
    ["ConfigMap", "volumes.configMap.name"],
    ["ConfigMap", "volumes.projected.sources.configMap.name"],
    ["Secret", "volumes.secret.secretName"],
    ["Secret", "volumes.projected.sources.secret.name"],
    ["Secret", "volumes.csi.nodePublishSecretRef.name"],
    ["Secret", "imagePullSecrets.name"],
    ["PersistentVolumeClaim", "volumes.persistentVolumeClaim.claimName"],
    ["ServiceAccount", "serviceAccountName"],
    ...["containers", "initContainers"].flatMap((list): [NamedKind, string][] => [
      ["ConfigMap", `${list}.env.valueFrom.configMapKeyRef.name`],
      ["ConfigMap", `${list}.envFrom.configMapRef.name`],
      ["Secret", `${list}.env.valueFrom.secretKeyRef.name`],
      ["Secret", `${list}.envFrom.secretRef.name`],
    ]),
  ] satisfies [NamedKind, string][]
).map(([names, path]) => ({ names, path: ["spec", ...path.split(".")] }));

/** What a schema says of the fields below a path. Throws an Error on a name within a map: kustomize can't reach it. */
function placesIn(schema: Json, path: FieldPath, found: Places): Places {
  if (schema.names) found.references.push({ path, names: schema.names as NamedKind });
  if (schema.image) found.images.push(path);
  if (schema.podTemplate) {
    found.podTemplates.push(path);
    found.references.push(...inPods.map(({ names, path: inner }) => ({ names, path: [...path, ...inner] })));
  }
  for (const [name, child] of Object.entries((schema.properties ?? {}) as Record<string, Json>))
    placesIn(child, [...path, name], found);
  if (isMap(schema.items)) placesIn(schema.items, path, found);
  for (const option of (schema.anyOf ?? []) as Json[]) placesIn(option, path, found);
  if (isMap(schema.additionalProperties)) {
    const inMap = placesIn(schema.additionalProperties, path, { references: [], images: [], podTemplates: [] });
    if (Object.values(inMap).some((list) => list.length > 0))
      throw new Error(`${path.join(".")} is a map that holds names of objects: make it a list`);
  }
  return found;
}

export const placesOf = (spec: z.ZodType): Places =>
  placesIn(jsonSchema(spec), ["spec"], { references: [], images: [], podTemplates: [] });

const known = new Map<SparkResource["kind"], Reference[]>();

/** Fields of a kind that name other objects of the namespace. */
export function referencesOf(kind: SparkResource["kind"]): readonly Reference[] {
  const references = known.get(kind) ?? placesOf(kinds[kind].spec).references;
  known.set(kind, references);
  return references;
}

/** A copy of an object in which the texts at a path are changed, in each item of the lists on the way. */
export function changedAt(value: unknown, [step, ...rest]: FieldPath, change: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => changedAt(item, [step!, ...rest], change));
  if (!isMap(value) || !Object.hasOwn(value, step!)) return value;
  const child = value[step!];
  const changed = rest.length > 0 ? changedAt(child, rest, change) : typeof child === "string" ? change(child) : child;
  return { ...value, [step!]: changed };
}
