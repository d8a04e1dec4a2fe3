// The component in kustomize/, held against the real tool: names, prefixes, images and patches reach every field.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { NamedKind } from "../../operator/api/common.ts";
import type { FlowSpec } from "../../operator/api/flow.ts";
import { apiVersion, kinds, type SparkResource } from "../../operator/api/kinds.ts";
import { type FieldPath, placesOf, referencesOf } from "../../operator/api/references.ts";
import { loadProject } from "../../operator/manifest/project.ts";
import { flowRunHash } from "../../operator/task/runHash.ts";
import { dedent } from "../unit/folder.ts";
import { type KubeManifest, kustomization, kustomize, only } from "./kubectl.ts";

type Kind = SparkResource["kind"];
const kindNames = Object.keys(kinds) as Kind[];

/** Fields that are lists on the way to a name. */
const lists =
  /^(tasks|finally|inputs|env|envFrom|secretConf|imagePullSecrets|volumes|sources|containers|initContainers)$/;

/** An object with nothing but this value at a path. */
const at = ([step, ...rest]: FieldPath, value: unknown): unknown => {
  const inner = rest.length === 0 ? value : at(rest, value);
  return { [step!]: lists.test(step!) && rest.length > 0 ? [{ name: "x", ...(inner as object) }] : inner };
};
const read = (value: unknown, [step, ...rest]: FieldPath): unknown => {
  if (step === undefined) return value;
  return Array.isArray(value) ? read(value[0], [step, ...rest]) : read((value as Record<string, unknown>)[step], rest);
};

const named: Record<NamedKind, string> = {
  ConfigMap: "{apiVersion: v1, kind: ConfigMap, metadata: {name: target}}",
  Secret: "{apiVersion: v1, kind: Secret, metadata: {name: target}}",
  ServiceAccount: "{apiVersion: v1, kind: ServiceAccount, metadata: {name: target}}",
  PersistentVolumeClaim: "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: target}, spec: {}}",
  SparkEngine: `{apiVersion: ${apiVersion}, kind: SparkEngine, metadata: {name: target}, spec: {local: {}}}`,
  SparkFlow: `{apiVersion: ${apiVersion}, kind: SparkFlow, metadata: {name: target}, spec: {tasks: []}}`,
};

/** One object for each path, each named by its number. */
const objects = (kind: Kind, paths: readonly FieldPath[], value: string) =>
  paths.map((path, index) =>
    stringify({ apiVersion, kind, metadata: { name: `n${index}` }, ...(at(path, value) as object) }),
  );
const valuesAt = (made: KubeManifest[], kind: Kind, prefix: string, paths: readonly FieldPath[]) =>
  paths.map((path, index) =>
    read(
      made.find((one) => one.kind === kind && one.metadata.name === `${prefix}n${index}`),
      path,
    ),
  );

describe("every field that names an object", () => {
  const cases = kindNames.flatMap((kind) =>
    (Object.keys(named) as NamedKind[]).flatMap((names) => {
      const paths = referencesOf(kind)
        .filter((reference) => reference.names === names)
        .map(({ path }) => path);
      return paths.length > 0 ? [{ kind, names, paths }] : [];
    }),
  );
  it.each(cases)("of a $kind gets the name with the prefix of a $names", ({ kind, names, paths }) => {
    const folder = kustomization({
      "kustomization.yaml": "resources: [all.yaml]\ncomponents: [$COMPONENT]\nnamePrefix: dev-\nnameSuffix: -eu\n",
      "all.yaml": [named[names], ...objects(kind, paths, "target")].join("\n---\n"),
    });
    const suffixed = kustomize(folder).map((one) => ({
      ...one,
      metadata: { ...one.metadata, name: one.metadata.name.replace(/-eu$/, "") },
    }));
    expect(valuesAt(suffixed, kind, "dev-", paths)).toEqual(paths.map(() => "dev-target-eu"));
  });

  it.each(cases.filter(({ names }) => names === "ConfigMap" || names === "Secret"))(
    "of a $kind gets the name with the hash of a generated $names",
    ({ kind, names, paths }) => {
      const generator = names === "Secret" ? "secretGenerator" : "configMapGenerator";
      const folder = kustomization({
        "kustomization.yaml": `resources: [all.yaml]\ncomponents: [$COMPONENT]\n${generator}: [{name: target, literals: [a=b]}]\n`,
        "all.yaml": objects(kind, paths, "target").join("\n---\n"),
      });
      const made = kustomize(folder);
      const { name } = only(made, names).metadata;
      expect(name).toMatch(/^target-[a-z0-9]{10}$/);
      expect(valuesAt(made, kind, "", paths)).toEqual(paths.map(() => name));
    },
  );

  it("keeps the name of an object that is not in the kustomization", () => {
    const folder = kustomization({
      "kustomization.yaml": "resources: [all.yaml]\ncomponents: [$COMPONENT]\nnamePrefix: dev-\n",
      "all.yaml": stringify({ apiVersion, kind: "SparkTask", metadata: { name: "t" }, spec: { engine: "default" } }),
    });
    expect(only(kustomize(folder), "SparkTask").spec).toEqual({ engine: "default" });
  });
});

describe("every image", () => {
  it.each(["SparkEngine", "SparkTask", "SparkFlow"] as const)("of a %s is replaced, and in its pods", (kind) => {
    const { images, podTemplates } = placesOf(kinds[kind].spec);
    const inPods = podTemplates.map((path) => [...path, "spec", "containers", "image"]);
    const paths = [...images, ...inPods];
    const folder = kustomization({
      "kustomization.yaml": dedent`
        resources: [all.yaml]
        components: [$COMPONENT]
        images: [{name: sparkflow/spark-sedona, newName: registry.example/spark, newTag: "7"}]
      `,
      "all.yaml": objects(kind, paths, "sparkflow/spark-sedona:1").join("\n---\n"),
    });
    expect(images.length).toBeGreaterThan(0);
    expect(inPods.length).toBeGreaterThan(0);
    expect(valuesAt(kustomize(folder), kind, "", paths)).toEqual(paths.map(() => "registry.example/spark:7"));
  });
});

const flow = dedent`
  apiVersion: ${apiVersion}
  kind: SparkFlow
  metadata: {name: nightly}
  spec:
    taskDefaults:
      env: [{name: A, value: a}, {name: B, value: b}]
      secretConf: [{key: spark.hadoop.x, secret: {name: lake, key: x}}]
    tasks:
      - name: load
        python: {script: "print(1)"}
        inputs: [{name: raw, uri: "s3a://raw/a"}, {name: more, uri: "s3a://raw/b"}]
        outputs: [{name: rows, schema: "n BIGINT"}]
        driver:
          memory: 2g
          podTemplate:
            spec:
              containers: [{name: spark-kubernetes-driver, env: [{name: X, value: x}]}, {name: side, image: side:1}]
              volumes: [{name: scratch, emptyDir: {}}]
      - {name: count, python: {script: "print(2)"}, inputs: [{name: rows, from: load.rows}]}
`;
/** The flow of `base` as an overlay with these patches makes it, checked as any manifest. */
function patched(patches: string): FlowSpec {
  const folder = kustomization({
    "base/kustomization.yaml": "resources: [flow.yaml]\ncomponents: [$COMPONENT]\n",
    "base/flow.yaml": flow,
    "overlay/kustomization.yaml": `resources: [../base]\npatches:\n${patches.replace(/^/gm, "  ")}`,
  });
  const { spec } = only(kustomize(join(folder, "overlay")), "SparkFlow");
  const { problems } = loadProject([join(folder, "base")]);
  expect(problems).toEqual([]);
  return spec as FlowSpec;
}
const task = (spec: FlowSpec, name: string) => spec.tasks.find((one) => one.name === name)!;

describe("a patch", () => {
  const unpatched = (name: string) => task(patched("[]"), name);

  it("of one task keeps the others and what it doesn't say itself", () => {
    const spec = patched(dedent`
      - patch: |
          apiVersion: ${apiVersion}
          kind: SparkFlow
          metadata: {name: nightly}
          spec:
            tasks:
              - name: count
                driver: {memory: 8g}
    `);
    expect(spec.tasks).toHaveLength(2);
    expect(task(spec, "load")).toEqual(unpatched("load"));
    expect(task(spec, "count")).toEqual({ ...unpatched("count"), driver: { memory: "8g" } });
  });

  it("of one input, output, variable, secret setting, container or volume keeps its neighbours", () => {
    const spec = patched(dedent`
      - patch: |
          apiVersion: ${apiVersion}
          kind: SparkFlow
          metadata: {name: nightly}
          spec:
            taskDefaults:
              env: [{name: B, value: c}]
              secretConf: [{key: spark.hadoop.y, secret: {name: lake, key: y}}]
            tasks:
              - name: load
                inputs: [{name: more, uri: "s3a://raw/c"}]
                outputs: [{name: second}]
                driver:
                  podTemplate:
                    spec:
                      containers: [{name: spark-kubernetes-driver, env: [{name: Y, value: "y"}]}]
                      volumes: [{name: more, emptyDir: {}}]
    `);
    const sorted = (list: unknown) =>
      (list as { name?: string; key?: string }[]).map((one) => one.name ?? one.key).sort();
    const { spec: pod } = task(spec, "load").driver!.podTemplate as {
      spec: { containers: object[]; volumes: object[] };
    };
    expect({
      env: spec.taskDefaults!.env!.map(({ name, value }) => `${name}=${value}`).sort(),
      secretConf: sorted(spec.taskDefaults!.secretConf),
      inputs: task(spec, "load")
        .inputs!.map(({ name, uri }) => `${name} ${uri}`)
        .sort(),
      outputs: sorted(task(spec, "load").outputs),
      containers: sorted(pod.containers),
      env2: sorted((pod.containers as { name: string; env?: object[] }[]).find(({ env }) => env)!.env),
      volumes: sorted(pod.volumes),
    }).toEqual({
      env: ["A=a", "B=c"],
      secretConf: ["spark.hadoop.x", "spark.hadoop.y"],
      inputs: ["more s3a://raw/c", "raw s3a://raw/a"],
      outputs: ["rows", "second"],
      containers: ["side", "spark-kubernetes-driver"],
      env2: ["X", "Y"],
      volumes: ["more", "scratch"],
    });
  });

  it("adds a task and takes one away", () => {
    const spec = patched(dedent`
      - patch: |
          apiVersion: ${apiVersion}
          kind: SparkFlow
          metadata: {name: nightly}
          spec:
            tasks:
              - {name: count, $patch: delete}
              - {name: third, sql: {statements: SELECT 1}}
    `);
    expect(spec.tasks.map(({ name }) => name).sort()).toEqual(["load", "third"]);
  });

  it("of JSON 6902 reaches a task by its place", () => {
    const spec = patched(dedent`
      - target: {kind: SparkFlow, name: nightly}
        patch: |
          - {op: replace, path: /spec/tasks/1/python/script, value: print(3)}
          - {op: add, path: /spec/maxParallelTasks, value: 3}
    `);
    expect([task(spec, "count").python, spec.maxParallelTasks]).toEqual([{ script: "print(3)" }, 3]);
    expect(task(spec, "load")).toEqual(unpatched("load"));
  });

  it("that changes only limits starts no new run, though it turns the tasks' order around", () => {
    const spec = patched(dedent`
      - patch: |
          apiVersion: ${apiVersion}
          kind: SparkFlow
          metadata: {name: nightly}
          spec:
            tasks:
              - {name: count, retry: {limit: 3}}
    `);
    expect(spec.tasks.map(({ name }) => name)).toEqual(["count", "load"]);
    expect(flowRunHash(spec)).toBe(flowRunHash(patched("[]")));
  });
});

it("labels, annotations and a namespace go to the metadata and nowhere else", () => {
  const folder = kustomization({
    "kustomization.yaml": dedent`
      resources: [flow.yaml]
      components: [$COMPONENT]
      namespace: lake
      commonAnnotations: {owner: me}
      labels: [{pairs: {team: a}, includeSelectors: true, includeTemplates: true}]
    `,
    "flow.yaml": flow,
  });
  const made = only(kustomize(folder), "SparkFlow");
  expect(made.metadata).toEqual({
    name: "nightly",
    namespace: "lake",
    labels: { team: "a" },
    annotations: { owner: "me" },
  });
  expect(made.spec).toEqual(patched("[]"));
});

it("a Deployment beside our kinds is still patched as Kubernetes says", () => {
  const folder = kustomization({
    "kustomization.yaml": dedent`
      resources: [all.yaml]
      components: [$COMPONENT]
      patches:
        - patch: |
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: d}
            spec: {template: {spec: {containers: [{name: a, image: a:2}]}}}
    `,
    "all.yaml": `${flow}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: [{name: a, image: "a:1"}, {name: b, image: "b:1"}]}}}\n`,
  });
  expect(only(kustomize(folder), "Deployment").spec.template.spec.containers).toEqual([
    { name: "a", image: "a:2" },
    { name: "b", image: "b:1" },
  ]);
});

it("without the component a patch of one task would lose the others, which is why we ship it", () => {
  const folder = kustomization({
    "kustomization.yaml": dedent`
      resources: [flow.yaml]
      patches:
        - patch: |
            apiVersion: ${apiVersion}
            kind: SparkFlow
            metadata: {name: nightly}
            spec: {tasks: [{name: count, retry: {limit: 3}}]}
    `,
    "flow.yaml": flow,
  });
  expect(only(kustomize(folder), "SparkFlow").spec.tasks).toEqual([{ name: "count", retry: { limit: 3 } }]);
});
