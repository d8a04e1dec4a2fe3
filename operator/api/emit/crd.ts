// CustomResourceDefinitions: structural, every size bounded, descriptions for `kubectl explain`.
import type { z } from "zod";
import { group, type KindDefinition, version } from "../kinds.ts";
import { isMap, type Json, jsonSchema, mapSchema } from "./schema.ts";

/** Bounds of what has none of its own: the rule cost estimate of CEL needs one everywhere. */
const maxMapEntries = 1000;

/** The CRD of a kind as a plain object. */
export function crd(definition: KindDefinition): Json {
  const { kind, plural, shortName, spec, status, columns, rules, description } = definition;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}`, labels: { "app.kubernetes.io/name": "sparkflow" } },
    spec: {
      group,
      scope: "Namespaced",
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [shortName],
        categories: ["spark"],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: {
            openAPIV3Schema: {
              type: "object",
              description,
              required: ["spec"],
              properties: {
                apiVersion: { type: "string" },
                kind: { type: "string" },
                metadata: { type: "object" },
                spec: { ...structural(spec), ...(rules.length > 0 ? { "x-kubernetes-validations": rules } : {}) },
                ...(status ? { status: statusSchema(status) } : {}),
              },
            },
          },
        },
      ],
    },
  };
}

/** A fresh object hasn't been seen by anybody: `observedGeneration: -1` makes tools say that it is in progress. */
function statusSchema(status: z.ZodObject): Json {
  return { ...structural(status), default: { observedGeneration: -1 } };
}

const structural = (schema: z.ZodType): Json => mapSchema(jsonSchema(schema), toStructural);

/** What the API server wants otherwise than JSON Schema says it; each case was seen refused by a real one. */
function toStructural(schema: Json): Json {
  const {
    $schema: _s,
    notYet: _n,
    example: _e,
    names: _k,
    image: _i,
    podTemplate: _t,
    preserveUnknown,
    looseInCrd,
    propertyNames: _p,
    exclusiveMinimum: _x,
    ...rest
  } = schema;
  const { description } = rest;
  if (preserveUnknown || (isMap(rest.additionalProperties) && Object.keys(rest.additionalProperties).length === 0)) {
    return described({ type: "object", "x-kubernetes-preserve-unknown-fields": true }, description);
  }
  if (looseInCrd) {
    const { name } = rest.properties as Json;
    const named = name ? { required: ["name"], properties: { name } } : {};
    return described({ type: "object", ...named, "x-kubernetes-preserve-unknown-fields": true }, description);
  }
  // A union of scalars (or of scalar and list) has no structural form.
  if (rest.anyOf) return described({ "x-kubernetes-preserve-unknown-fields": true }, description);
  if (rest.properties) delete rest.additionalProperties;
  if (isMap(rest.additionalProperties)) rest.maxProperties ??= maxMapEntries;
  if (rest.type === "integer") {
    rest.format = "int64";
    if (rest.minimum === Number.MIN_SAFE_INTEGER) delete rest.minimum;
    if (rest.maximum === Number.MAX_SAFE_INTEGER) delete rest.maximum;
  }
  if (rest.type === "string" && rest.enum) delete rest.pattern;
  return rest;
}

const described = (schema: Json, description: unknown): Json => (description ? { description, ...schema } : schema);
