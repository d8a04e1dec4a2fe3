// Steps through a zod schema beside a value: what is known at a place, and which schema a child has.
import { z } from "zod";

/** The schema without its optional wrapper. */
export function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

/** The schema of a child; of a union, that of the first member that has such a child. */
export function childSchema(schema: z.ZodType, step: string | number): z.ZodType | undefined {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return Object.hasOwn(inner.shape, step) ? inner.shape[step] : undefined;
  if (inner instanceof z.ZodRecord) return inner.valueType as z.ZodType;
  if (inner instanceof z.ZodArray) return inner.element as z.ZodType;
  if (inner instanceof z.ZodUnion) {
    for (const option of inner.options) {
      const child = childSchema(option as z.ZodType, step);
      if (child) return child;
    }
  }
  return undefined;
}

/** Names of the fields that a schema knows, none if it isn't an object. */
export function knownKeys(schema: z.ZodType | undefined): string[] {
  const inner = schema && unwrap(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}
