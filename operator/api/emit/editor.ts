// JSON Schemas for editors (yaml-language-server): one per kind, and one that takes any of them.
import { kinds, objectSchema } from "../kinds.ts";
import { type Json, jsonSchema, mapSchema } from "./schema.ts";

const own = [
  "notYet",
  "names",
  "image",
  "podTemplate",
  "preserveUnknown",
  "looseInCrd",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
];

/** The JSON Schema of a whole manifest of a kind. */
export function editorSchema(kind: keyof typeof kinds): Json {
  const plain = mapSchema(jsonSchema(objectSchema(kinds[kind])), (schema) => {
    const { example, ...rest } = schema;
    for (const name of own) delete rest[name];
    return example === undefined ? rest : { ...rest, examples: [example] };
  });
  return { ...plain, title: kind, description: kinds[kind].description };
}

/** A schema for files that hold any of our kinds. */
export const anyKindSchema = (): Json => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Sparkflow",
  oneOf: Object.keys(kinds).map((kind) => ({ $ref: `${kind}.json` })),
});
