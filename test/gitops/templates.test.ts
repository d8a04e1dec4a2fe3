// The projects that `sparkflow init` makes, held against the real kustomize: what `submit` gives to a cluster is what
// `kubectl apply -k` would.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { prepare } from "../../operator/cli/cluster/prepare.ts";
import { projectFiles, templateNames } from "../../operator/cli/init.ts";
import { loadProject } from "../../operator/manifest/project.ts";
import { type KubeManifest, kustomization, kustomize, only } from "./kubectl.ts";

const folderOf = (template: (typeof templateNames)[number]) =>
  kustomization(Object.fromEntries(projectFiles(template, "my-flow")));

const byName = (objects: readonly KubeManifest[]) =>
  Object.fromEntries(objects.map(({ kind, metadata, spec, data }) => [`${kind}/${metadata.name}`, { spec, data }]));

describe.each(templateNames)("the template %s", (template) => {
  it("is given to a cluster by submit as by kubectl apply -k", () => {
    const folder = folderOf(template);
    const { documents, problems } = loadProject([folder]);
    expect(problems).toEqual([]);
    const prepared = prepare(documents, { given: "spark", usual: "spark" });
    expect(prepared.problems).toEqual([]);
    expect(byName(prepared.objects.map(({ manifest }) => manifest as KubeManifest))).toEqual(byName(kustomize(folder)));
  });
});

describe("the template gitops", () => {
  it.each(["dev", "prod"])("has an overlay %s that is valid as kustomize prints it", (overlay) => {
    const folder = folderOf("gitops");
    const made = kustomize(join(folder, "overlays", overlay));
    const file = join(folder, "made.yaml");
    writeFileSync(file, made.map((one) => JSON.stringify(one)).join("\n---\n"));
    expect(loadProject([file]).problems).toEqual([]);
    expect(made.map(({ metadata }) => metadata.namespace)).toEqual(made.map(() => overlay));
  });

  it("has names that follow dev's prefix, and prod's image, executors and retries of one task", () => {
    const folder = folderOf("gitops");
    const dev = kustomize(join(folder, "overlays/dev"));
    expect(only(dev, "SparkFlow").spec.taskDefaults.engine).toBe("dev-lake");
    expect(only(dev, "SparkEngine").metadata.name).toBe("dev-lake");
    const prod = kustomize(join(folder, "overlays/prod"));
    expect(only(prod, "SparkEngine").spec).toMatchObject({
      image: "registry.example.com/spark-sedona:3.5.7-1.8.0",
      kubernetes: {},
      storage: { uri: "s3a://lake/flows" },
    });
    expect(only(prod, "SparkEngine").spec).not.toHaveProperty("local");
    const tasks = only(prod, "SparkFlow").spec.tasks as { name: string; retry?: object; sql?: object }[];
    expect(tasks.map(({ name, retry }) => [name, retry]).sort()).toEqual([
      ["near", { limit: 2 }],
      ["points", undefined],
    ]);
    expect(tasks.find(({ name }) => name === "near")).toHaveProperty("sql.statements");
  });
});
