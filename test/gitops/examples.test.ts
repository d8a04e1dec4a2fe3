// The examples as files: what we make of them ourselves is what kubectl makes of them, and overlays and charts say what they mean.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { prepare } from "../../operator/cli/cluster/prepare.ts";
import { loadManifests } from "../../operator/manifest/load.ts";
import { loadProject } from "../../operator/manifest/project.ts";
import { examples } from "../examples/all.ts";
import { folderOf } from "../examples/example.ts";
import { bin, tool } from "../examples/tools.ts";
import { type KubeManifest, kustomize, objectsIn, only } from "./kubectl.ts";

afterEach(() => void vi.unstubAllEnvs());

const byName = (objects: readonly KubeManifest[]) =>
  [...objects].sort((a, b) => (`${a.kind} ${a.metadata.name}` < `${b.kind} ${b.metadata.name}` ? -1 : 1));
/** A kustomization as `submit` applies it, without kubectl. */
function submitted(folder: string): KubeManifest[] {
  const { documents, problems } = loadManifests([folder]);
  expect(problems).toEqual([]);
  const { objects } = prepare(documents, { given: undefined, usual: "default" });
  return objects.map(({ manifest }) => {
    const { namespace: _, ...metadata } = manifest.metadata;
    return { ...manifest, metadata } as unknown as KubeManifest;
  });
}
const folders = [
  ...examples.flatMap(({ name, source }) => ("folder" in source ? [[name, source.folder] as const] : [])),
  ["gitops/base", folderOf("gitops/base")] as const,
];

describe("without kubectl", () => {
  it.each(folders)("%s is submitted as kubectl would apply it, names and data and all", (_, folder) => {
    vi.stubEnv("PATH", "/nonexistent");
    const ours = byName(submitted(folder));
    vi.unstubAllEnvs();
    expect(ours).toEqual(byName(kustomize(folder)));
  });

  it("an overlay with patches and images is refused by what it needs kubectl for", () => {
    vi.stubEnv("PATH", "/nonexistent");
    expect(loadProject([folderOf("gitops/overlays/prod")]).problems.map(({ message }) => message)).toEqual([
      "images, patches: this needs kubectl or kustomize on the PATH, and neither is there",
    ]);
  });
});

describe("gitops", () => {
  it.each(["dev", "prod"])("the overlay %s is valid as the command line reads it", (overlay) => {
    vi.stubEnv("PATH", `${bin}${delimiter}${process.env.PATH}`);
    expect(loadProject([folderOf(`gitops/overlays/${overlay}`)]).problems).toEqual([]);
  });

  it("dev has its own names for all of it, and more memory for one task", () => {
    const made = kustomize(folderOf("gitops/overlays/dev"));
    const { spec, metadata } = only(made, "SparkFlow");
    const configMaps = made.filter(({ kind }) => kind === "ConfigMap").map((one) => one.metadata.name as string);
    const code = configMaps.find((name) => /^dev-code-[a-z0-9]{10}$/.test(name));
    expect([metadata.name, metadata.namespace, metadata.labels]).toEqual(["dev-air", "dev", { environment: "dev" }]);
    expect([only(made, "SparkEngine").metadata.name, spec.taskDefaults.engine]).toEqual(["dev-lake", "dev-lake"]);
    const [byDistrict, clean] = spec.tasks;
    expect([byDistrict.name, clean.name]).toEqual(["by-district", "clean"]);
    expect([byDistrict.sql.configMap.name, clean.python.configMap.name]).toEqual([code, code]);
    expect([byDistrict.driver, clean.driver]).toEqual([{ memory: "2g" }, undefined]);
  });

  it("prod has executors, a bucket, another registry, and more executors for one task", () => {
    const made = kustomize(folderOf("gitops/overlays/prod"));
    const engine = only(made, "SparkEngine").spec;
    expect([engine.local, engine.kubernetes, engine.image]).toEqual([
      undefined,
      {},
      "registry.example.com/data/spark-sedona:3.5.7-1.8.0-r4",
    ]);
    expect([engine.storage.claim, engine.storage.uri]).toEqual([undefined, "s3a://lake/flows"]);
    const { tasks } = only(made, "SparkFlow").spec;
    expect(tasks.map((task: { name: string; executor?: object }) => [task.name, task.executor])).toEqual([
      ["by-district", { maxInstances: 40 }],
      ["clean", undefined],
    ]);
  });
});

/** What the chart of a folder makes. */
const templated = (folder: string, ...args: string[]): KubeManifest[] =>
  objectsIn(tool("helm", ["template", "sales", folder, ...args]));

describe("helm-chart", () => {
  const chart = folderOf("helm-chart");

  it("passes helm lint", () => {
    expect(tool("helm", ["lint", "--strict", chart])).toContain("0 chart(s) failed");
  });

  it("leaves the flow's templates to Sparkflow, and fills in the values", () => {
    const { spec } = only(templated(chart, "--set", "top=7,engine=big,memory=3g,retries=0"), "SparkFlow");
    expect(spec.tasks[1].params).toEqual({ top: "$(params.top)" });
    expect(spec.params.top.default).toBe(7);
    expect(spec.taskDefaults).toEqual({ engine: "big", driver: { memory: "3g" }, retry: { limit: 0 } });
  });

  it("refuses a value that nobody knows", () => {
    expect(() => templated(chart, "--set", "topp=7")).toThrow(/topp/);
  });

  it("has another ConfigMap, named in the flow, once a file is edited, and the same one as long as none is", () => {
    const copy = mkdtempSync(join(tmpdir(), "sparkflow-helm-"));
    onTestFinished(() => rmSync(copy, { recursive: true }));
    cpSync(chart, copy, { recursive: true });
    const named = (made: KubeManifest[]) => {
      const flow = only(made, "SparkFlow").spec;
      const { name } = only(made, "ConfigMap").metadata;
      const refers = [flow.tasks[0].sql, flow.tasks[0].inputs[0], flow.tasks[1].python].map(
        (one) => one.configMap.name,
      );
      expect(new Set(refers)).toEqual(new Set([name]));
      return name as string;
    };
    const before = named(templated(copy));
    expect(named(templated(chart, "--set", "top=9"))).toBe(before);
    writeFileSync(join(copy, "files/totals.sql"), "SELECT 1 AS one");
    expect(named(templated(copy))).not.toBe(before);
  });

  it("carries its files byte by byte", () => {
    const { data } = only(templated(chart), "ConfigMap");
    const files = readdirSync(join(chart, "files"));
    expect(data).toEqual(
      Object.fromEntries(files.map((name) => [name, readFileSync(join(chart, "files", name), "utf8")])),
    );
  });
});
