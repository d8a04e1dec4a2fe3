// The CRDs: structural, bounded, described, small. The API server refuses what isn't.
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { crd } from "../../../operator/api/emit/crd.ts";
import { anyKindSchema, editorSchema } from "../../../operator/api/emit/editor.ts";
import { referencePage } from "../../../operator/api/emit/reference.ts";
import { kinds } from "../../../operator/api/kinds.ts";

type Schema = {
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  required?: string[];
  [key: string]: unknown;
};
type Crd = {
  metadata: { name: string };
  spec: {
    group: string;
    names: Record<string, unknown>;
    versions: [
      {
        name: string;
        schema: { openAPIV3Schema: Schema };
        subresources: object;
        additionalPrinterColumns: { jsonPath: string }[];
      },
    ];
  };
};
type Place = { path: string; schema: Schema; parent?: Schema; name?: string };

const root = (kind: keyof typeof kinds) => (crd(kinds[kind]) as unknown as Crd).spec.versions[0].schema.openAPIV3Schema;

/** Every schema of a tree with its path. */
function* places(schema: Schema, path: string): Generator<Place> {
  yield { path, schema };
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* places(child, `${path}.${name}`);
  if (schema.items) yield* places(schema.items, `${path}[]`);
  if (typeof schema.additionalProperties === "object") yield* places(schema.additionalProperties, `${path}.*`);
}
const all = (kind: keyof typeof kinds) => {
  const { spec, status } = root(kind).properties!;
  return [...places(spec!, "spec"), ...(status ? places(status, "status") : [])];
};
const where = (kind: keyof typeof kinds, holds: (schema: Schema) => boolean) =>
  all(kind)
    .filter(({ schema }) => holds(schema))
    .map(({ path }) => path);
const free = (schema: Schema) => schema["x-kubernetes-preserve-unknown-fields"] === true;

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])("the CRD of %s", (kind) => {
  it("is well below the 256 KiB that `kubectl apply` keeps in an annotation", () => {
    const text = stringify(crd(kinds[kind]), { lineWidth: 0, indent: 1, aliasDuplicateObjects: false });
    expect(Buffer.byteLength(text)).toBeLessThan(80_000);
  });

  it("has no additionalProperties beside properties", () => {
    expect(
      where(
        kind,
        ({ properties, additionalProperties }) => properties !== undefined && additionalProperties !== undefined,
      ),
    ).toEqual([]);
  });

  it("has only what a structural schema may have, and none of our own marks", () => {
    const allowed = new Set([
      ...[
        "type",
        "description",
        "properties",
        "additionalProperties",
        "items",
        "required",
        "default",
        "enum",
        "format",
      ],
      ...[
        "pattern",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "minimum",
        "maximum",
      ],
      ...[
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-list-type",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-validations",
      ],
    ]);
    expect(new Set(all(kind).flatMap(({ schema }) => Object.keys(schema).filter((key) => !allowed.has(key))))).toEqual(
      new Set(),
    );
  });

  it("says the type of everything but what it leaves alone", () => {
    expect(where(kind, (schema) => schema.type === undefined && !free(schema))).toEqual([]);
  });

  it("bounds every list", () => {
    expect(where(kind, ({ type, maxItems }) => type === "array" && !(Number(maxItems) > 0))).toEqual([]);
  });

  it("bounds every text", () => {
    expect(
      where(kind, (schema) => schema.type === "string" && schema.enum === undefined && !(Number(schema.maxLength) > 0)),
    ).toEqual([]);
  });

  it("bounds every map", () => {
    expect(
      where(kind, (schema) => typeof schema.additionalProperties === "object" && !(Number(schema.maxProperties) > 0)),
    ).toEqual([]);
  });

  it("keeps numbers to what the API server reads: no bound beyond 64 bits' exact ones", () => {
    const beyond = (bound: unknown) => typeof bound === "number" && !(Math.abs(bound) < Number.MAX_SAFE_INTEGER);
    expect(where(kind, ({ minimum, maximum }) => beyond(minimum) || beyond(maximum))).toEqual([]);
  });

  it("has the keys of every list that is a map among its items' required fields", () => {
    const keyed = all(kind).filter(({ schema }) => schema["x-kubernetes-list-type"] === "map");
    const loose = keyed.filter(({ schema }) =>
      (schema["x-kubernetes-list-map-keys"] as string[]).some((key) => !schema.items?.required?.includes(key)),
    );
    expect(loose.map(({ path }) => path)).toEqual([]);
  });

  it("has a pattern wherever one is meant, which Go's expressions can read", () => {
    const patterns = all(kind).flatMap(({ schema }) => (typeof schema.pattern === "string" ? [schema.pattern] : []));
    expect(patterns.filter((pattern) => /\(\?[=!<]|\\u/.test(pattern))).toEqual([]);
  });

  it("describes every field", () => {
    const fields = all(kind).flatMap(({ path, schema }) =>
      Object.entries(schema.properties ?? {}).map(([name, child]) => [`${path}.${name}`, child] as const),
    );
    expect(
      fields.filter(([, { description }]) => !/^[A-Z].{3,}[.>)]$/s.test(description ?? "")).map(([path]) => path),
    ).toEqual([]);
  });

  it("has no default in spec: it would look set by the user and beat the engine's", () => {
    expect(all(kind).filter(({ path, schema }) => path.startsWith("spec") && schema.default !== undefined)).toEqual([]);
  });

  it("has a status that says that nobody has seen a fresh object, if it has one", () => {
    const { status } = root(kind).properties!;
    if (status) expect(status.default).toEqual({ observedGeneration: -1 });
  });

  it("is one of the design's names, of category spark", () => {
    const { metadata, spec } = crd(kinds[kind]) as unknown as Crd;
    const shortNames = { SparkTask: "sptask", SparkFlow: "spflow", SparkFlowRun: "sprun", SparkEngine: "spengine" };
    expect(metadata.name).toBe(`${kind.toLowerCase()}s.sparkflow.dev`);
    expect(spec.names).toMatchObject({ kind, shortNames: [shortNames[kind]], categories: ["spark"] });
  });

  it("prints columns of fields that are there", () => {
    const known = new Set(["metadata.creationTimestamp", ...all(kind).map(({ path }) => path)]);
    const columns = (crd(kinds[kind]) as unknown as Crd).spec.versions[0].additionalPrinterColumns;
    expect(columns.map(({ jsonPath }) => jsonPath.slice(1)).filter((path) => !known.has(path))).toEqual([]);
  });

  it("has an editor's schema of the same fields, without our own marks", () => {
    const schema = editorSchema(kind) as Schema;
    const text = JSON.stringify(schema);
    expect(Object.keys(schema.properties!.spec!.properties!)).toEqual(
      Object.keys(root(kind).properties!.spec!.properties!),
    );
    expect(text).not.toMatch(/"(\$ref|notYet|preserveUnknown|example)"/);
  });

  it("has a section of the reference page with every field of its spec", () => {
    const page = referencePage();
    const fields = Object.keys(root(kind).properties!.spec!.properties!).map((name) => `| \`spec.${name}\` |`);
    const section = page.split("## ").find((part) => part.startsWith(`${kind}\n`))!;
    expect(fields.filter((field) => !section.includes(field))).toEqual([]);
  });
});

describe("the schema for any kind", () => {
  it("is one of the four", () => {
    expect(anyKindSchema().oneOf).toHaveLength(4);
  });
});
