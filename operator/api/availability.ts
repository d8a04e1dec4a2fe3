// What the API has and this version can't serve yet: refused by name, never ignored.
import type { z } from "zod";
import { isLaterFormat } from "./data.ts";
import { childSchema } from "./navigate.ts";
import { type Path, type Problem, problem } from "./problems.ts";

/** Problems for every set field of a value whose schema says `notYet`. `path` leads to the value. */
export function unavailable(schema: z.ZodType, value: unknown, path: Path = []): Problem[] {
  if (value === null || typeof value !== "object") return [];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([step, child]) => {
    const inner = child === undefined ? undefined : childSchema(schema, step);
    if (!inner) return [];
    const at = [...path, step];
    if (inner.meta()?.notYet) return [problem(at, `"${step}" is not available yet in this version`)];
    if (step === "format" && typeof child === "string" && isLaterFormat(child)) {
      return [problem(at, `format "${child}" is not available yet in this version`)];
    }
    return unavailable(inner, child, at);
  });
}
