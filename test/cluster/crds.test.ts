// The kinds as a real API server sees them: accepted, explained, and strict about what is wrong.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { crd } from "../../operator/api/emit/crd.ts";
import { apiVersion, group, kinds } from "../../operator/api/kinds.ts";
import { examples } from "../examples/all.ts";
import { manifestsOf } from "../examples/example.ts";
import { binaries } from "./build.ts";
import { type LightCluster, startLight } from "./light.ts";
import { repository } from "./paths.ts";

const minutes = 60_000;
let cluster: LightCluster;
const crds = join(repository, "crds");
const names = Object.values(kinds).map(({ plural }) => `${plural}.${group}`);
const program = { sql: { statements: "SELECT 1" } };

beforeAll(async () => {
  await binaries(console.error, ["kube"]);
  cluster = await startLight();
  await cluster.kubectl(["apply", "--server-side", "-f", crds]);
  await cluster.kubectl([
    "wait",
    "--for=condition=Established",
    "--timeout=30s",
    ...names.map((name) => `crd/${name}`),
  ]);
}, 20 * minutes);
afterAll(() => cluster?.stop());

/** Applies an object as kubectl does, with server-side strict validation. */
const apply = (kind: string, spec: object, name = "tried") =>
  cluster.kubectl(
    ["apply", "--validate=strict", "-f", "-"],
    JSON.stringify({ apiVersion, kind, metadata: { name }, spec }),
  );

type Schema = { description?: string; properties?: Record<string, Schema> };
type Definition = { spec: { versions: [{ schema: { openAPIV3Schema: Schema } }] } };
const schemaOf = (definition: unknown): Schema => (definition as Definition).spec.versions[0].schema.openAPIV3Schema;
/** An empty list of properties says nothing, and the API server doesn't keep it. */
const withoutEmpty = (schema: Schema): Schema =>
  JSON.parse(JSON.stringify(schema), (name, value) =>
    name === "properties" && Object.keys(value).length === 0 ? undefined : value,
  );

describe("the CRDs", () => {
  it("are accepted, and their schemas are structural", async () => {
    for (const name of names) {
      const { status } = JSON.parse(await cluster.kubectl(["get", `crd/${name}`, "-o", "json"]));
      const bad = (status.conditions as { type: string; status: string; message: string }[]).filter(
        ({ type, status: is }) => (type === "NonStructuralSchema" ? is === "True" : is !== "True"),
      );
      expect(bad).toEqual([]);
    }
  });

  it("are kept as they are written: the API server drops nothing of them", async () => {
    for (const { plural } of Object.values(kinds)) {
      const written = parse(readFileSync(join(crds, `${plural}.yaml`), "utf8"));
      const kept = JSON.parse(await cluster.kubectl(["get", `crd/${plural}.${group}`, "-o", "json"]));
      expect(schemaOf(kept)).toEqual(withoutEmpty(schemaOf(written)));
    }
  });

  it.each(["sparktask.spec.retry", "sparkflow.spec.tasks", "sparkengine.spec.profiles", "sparkflowrun.spec.cancel"])(
    "explain %s in our words",
    async (path) => {
      const [kind, ...fields] = path.split(".");
      const definition = Object.values(kinds).find(({ plural }) => plural === `${kind}s`)!;
      const { description } = fields.reduce((at, field) => at.properties![field]!, schemaOf(crd(definition)));
      const words = (text: string) => text.replace(/\s+/g, " ");
      expect(words(await cluster.kubectl(["explain", path]))).toContain(words(description!));
    },
  );
});

describe("every example", () => {
  it.each(examples)("$name is applied under strict validation, and again without a change", async (example) => {
    const namespace = `example-${example.name}`;
    await cluster.kubectl(["create", "namespace", namespace]);
    const apply = () =>
      cluster.kubectl(["apply", "-n", namespace, "--validate=strict", "-f", "-"], manifestsOf(example));
    expect(await apply()).toContain(`${example.kind.toLowerCase()}.sparkflow.dev/${example.object} created\n`);
    expect(await apply()).not.toMatch(/^spark.* (created|configured)$/m);
  });

  it("is in the table of examples", () => {
    expect(readdirSync(join(repository, "examples")).sort()).toEqual(examples.map(({ name }) => name).sort());
  });
});

describe("the API server refuses", () => {
  it.each([
    ["SparkTask", "a task without a program", {}, "a task has exactly one program: python, jar, sql, fugueSql or r"],
    [
      "SparkTask",
      "two programs",
      { ...program, r: { file: "a.R" } },
      "a task has exactly one program: python, jar, sql, fugueSql or r",
    ],
    [
      "SparkEngine",
      "an engine of two kinds",
      { local: {}, kubernetes: {} },
      "an engine is exactly one of kubernetes, local, connect and databricks",
    ],
    ["SparkTask", "an unknown field", { ...program, dependson: [] }, 'unknown field "spec.dependson"'],
    [
      "SparkTask",
      "two inputs of one name",
      {
        ...program,
        inputs: [
          { name: "a", uri: "x" },
          { name: "a", uri: "y" },
        ],
      },
      "Duplicate value",
    ],
    [
      "SparkFlow",
      "an unknown field of a flow's task",
      { tasks: [{ name: "a", ...program, dependson: [] }] },
      'unknown field "spec.tasks[0].dependson"',
    ],
    [
      "SparkTask",
      "memory in a unit that Spark and Kubernetes read differently",
      { ...program, driver: { memory: "4G" } },
      "spec.driver.memory",
    ],
  ])("as a %s: %s", async (kind, _what, spec, message) => {
    await expect(apply(kind, spec)).rejects.toThrow(message);
  });

  it("a run that moves to another flow", async () => {
    await apply("SparkFlowRun", { flow: "nightly" }, "moved");
    await expect(apply("SparkFlowRun", { flow: "hourly" }, "moved")).rejects.toThrow(
      "a run belongs to one flow: make another run instead",
    );
  });
});

it("a fresh object says by its observedGeneration that nobody has seen it", async () => {
  await apply("SparkTask", program, "fresh");
  const { status } = JSON.parse(await cluster.kubectl(["get", "sptask/fresh", "-o", "json"]));
  expect(status).toEqual({ observedGeneration: -1 });
});

it("`kubectl get spark` lists objects of different kinds, with our columns", async () => {
  await apply("SparkTask", program, "listed");
  await apply("SparkEngine", { local: {} }, "listed");
  const listed = await cluster.kubectl(["get", "spark", "-n", "default"]);
  expect(listed).toMatch(/^NAME +PHASE +ATTEMPT +EXECUTORS +STARTED +FINISHED +AGE$/m);
  expect(listed).toMatch(/^sparktask\.sparkflow\.dev\/listed /m);
  expect(listed).toMatch(/^sparkengine\.sparkflow\.dev\/listed /m);
});
