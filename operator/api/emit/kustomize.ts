// The kustomize component that a kustomization of our kinds takes in: where names and images stand, and which lists are
// merged by a key. Kustomize knows that of Kubernetes' own kinds and of nobody else's.
import { group, type KindDefinition, kinds, version } from "../kinds.ts";
import { type FieldPath, placesOf } from "../references.ts";
import { isMap, type Json, jsonSchema } from "./schema.ts";

type FieldSpec = { group: string; kind: string; path: string };
const fieldSpec = (kind: string, path: FieldPath): FieldSpec => ({ group, kind, path: path.join("/") });
const all = Object.values(kinds);

/** The component itself. It is used by its folder, so that there is one copy for any number of kustomizations. */
export const component = (names: string, schema: string): Json => ({
  apiVersion: "kustomize.config.k8s.io/v1alpha1",
  kind: "Component",
  configurations: [names],
  openapi: { path: schema },
});

/** Where names and images stand, as kustomize's transformer configuration. */
export function transformerConfig(): Json {
  const byTarget = Map.groupBy(
    all.flatMap(({ kind, spec }) => placesOf(spec).references.map((reference) => ({ kind, ...reference }))),
    ({ names }) => names,
  );
  return {
    nameReference: [...byTarget].map(([target, fields]) => ({
      ...(Object.hasOwn(kinds, target) ? { group } : { version: "v1" }),
      kind: target,
      fieldSpecs: fields.map(({ kind, path }) => fieldSpec(kind, path)),
    })),
    images: all.flatMap(({ kind, spec }) => placesOf(spec).images.map((path) => fieldSpec(kind, path))),
  };
}

/** An OpenAPI document of the lists that are merged by a key, and of nothing else. */
export const mergeKeySchema = (): Json => ({
  definitions: Object.fromEntries(
    all.map((definition) => [`dev.sparkflow.${version}.${definition.kind}`, mergeKeysOf(definition)]),
  ),
});

function mergeKeysOf({ kind, spec }: KindDefinition): Json {
  const fields = mergeKeys(jsonSchema(spec));
  return {
    type: "object",
    "x-kubernetes-group-version-kind": [{ group, version, kind }],
    ...(fields ? { properties: { spec: fields } } : {}),
  };
}

/** A schema with only those of its parts that lead to a list with a key; undefined if none does. */
function mergeKeys(schema: Json): Json | undefined {
  // Kustomize has the definition itself.
  if (schema.podTemplate) return { $ref: "#/definitions/io.k8s.api.core.v1.PodTemplateSpec" };
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Json>).flatMap(([name, child]) => {
    const inner = mergeKeys(child);
    return inner ? [[name, inner] as const] : [];
  });
  if (properties.length > 0) return { type: "object", properties: Object.fromEntries(properties) };
  const [key] = (schema["x-kubernetes-list-map-keys"] ?? []) as string[];
  if (!key) return undefined;
  return {
    type: "array",
    // Kustomize takes the older words; x-kubernetes-list-map-keys alone replaces the list.
    "x-kubernetes-patch-strategy": "merge",
    "x-kubernetes-patch-merge-key": key,
    items: (isMap(schema.items) ? mergeKeys(schema.items) : undefined) ?? { type: "object" },
  };
}
