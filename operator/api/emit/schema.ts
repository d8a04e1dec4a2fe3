// zod → JSON Schema, the common root of CRDs and editors' schemas.
import { z } from "zod";

export type Json = { [key: string]: unknown };

/** JSON Schema of a zod schema as input, everything inline. Our own marks (`notYet`, `preserveUnknown`, `looseInCrd`) stay in it. */
export const jsonSchema = (schema: z.ZodType): Json =>
  z.toJSONSchema(schema, { io: "input", reused: "inline", unrepresentable: "any", target: "draft-7" }) as Json;

/** Applies a change to every schema of a tree, children first. Only places that hold schemas are entered. */
export function mapSchema(schema: Json, change: (schema: Json) => Json): Json {
  const result: Json = { ...schema };
  if (isMap(result.properties)) {
    result.properties = Object.fromEntries(
      Object.entries(result.properties).map(([name, child]) => [name, mapSchema(child as Json, change)]),
    );
  }
  for (const place of ["items", "additionalProperties"] as const) {
    if (isMap(result[place])) result[place] = mapSchema(result[place], change);
  }
  for (const place of ["anyOf", "oneOf", "allOf"] as const) {
    if (Array.isArray(result[place])) result[place] = result[place].map((child: Json) => mapSchema(child, change));
  }
  return change(result);
}

export const isMap = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
