// What the API has and this version can't serve is refused by name, never ignored.
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { z as zod } from "zod";
import { unavailable } from "../../../operator/api/availability.ts";
import { kinds } from "../../../operator/api/kinds.ts";
import { childSchema, unwrap } from "../../../operator/api/navigate.ts";
import { said } from "../builders.ts";

/** Every field of a schema that says notYet, as a path of steps; lists are entered at their first item. */
function notYetFields(schema: z.ZodType, path: (string | number)[] = []): (string | number)[][] {
  const inner = unwrap(schema);
  if (inner instanceof zod.ZodArray) return notYetFields(inner.element as z.ZodType, [...path, 0]);
  if (inner instanceof zod.ZodUnion) return inner.options.flatMap((option) => notYetFields(option as z.ZodType, path));
  if (!(inner instanceof zod.ZodObject)) return [];
  return Object.keys(inner.shape).flatMap((name) => {
    const child = childSchema(inner, name)!;
    return child.meta()?.notYet ? [[...path, name]] : notYetFields(child, [...path, name]);
  });
}

/** A value that has just the field at a path. */
const valueAt = (path: (string | number)[]): unknown =>
  path.reduceRight<unknown>((value, step) => (typeof step === "number" ? [value] : { [step]: value }), {});

describe("a field that this version can't serve", () => {
  const all = Object.values(kinds).flatMap(({ kind, spec }) =>
    notYetFields(spec).map((path) => [kind, path.join("."), path] as const),
  );

  it("is there in several kinds: else this test would hold of nothing", () => {
    expect(all.map(([kind, path]) => `${kind} ${path}`)).toEqual(
      expect.arrayContaining([
        "SparkEngine connect",
        "SparkTask r",
        "SparkTask reuse",
        "SparkFlow tasks.0.reuse",
        "SparkFlow taskDefaults.reuse",
        "SparkTask reuse",
      ]),
    );
  });

  it.each(all)("is refused by name: %s %s", (kind, _, path) => {
    const found = unavailable(kinds[kind].spec, valueAt(path), ["spec"]);
    expect(found.map(({ path: at, message }) => [at, message])).toEqual([
      [["spec", ...path], `"${path.at(-1)}" is not available yet in this version`],
    ]);
  });

  it.each(all)("says so in its description too: %s %s", (kind, _, path) => {
    const field = path.reduce<z.ZodType | undefined>(
      (schema, step) => schema && childSchema(schema, step),
      kinds[kind].spec,
    );
    expect(field?.meta()?.description).toMatch(/^Not available yet\. /);
  });

  it("may be a word: formats of a later version", () => {
    const spec = { outputs: [{ name: "b", format: "iceberg" }] };
    expect(said(unavailable(kinds.SparkTask.spec, spec))).toEqual([
      'outputs[0].format: format "iceberg" is not available yet in this version',
    ]);
  });

  it("isn't what stands in a pod template or in params", () => {
    const spec = { driver: { podTemplate: { spec: { suspend: true, map: {} } } }, params: { suspend: 1 } };
    expect(unavailable(kinds.SparkTask.spec, spec)).toEqual([]);
  });
});
