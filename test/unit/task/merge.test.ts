// Merging: the upper wins, maps merge by key, lists by their items' keys, and no field is lost.
import { describe, expect, it } from "vitest";
import type { TaskSpec } from "../../../operator/api/task.ts";
import { merge, mergeTaskSpecs } from "../../../operator/task/merge.ts";

describe("merge", () => {
  it.each<[string, unknown, unknown, unknown]>([
    ["takes what only one side has", { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ["takes the upper's value", { a: 1 }, { a: 2 }, { a: 2 }],
    [
      "keeps false, 0 and empty text of the upper",
      { a: true, b: 1, c: "x" },
      { a: false, b: 0, c: "" },
      { a: false, b: 0, c: "" },
    ],
    ["goes down into maps", { a: { b: 1, c: 2 } }, { a: { c: 3 } }, { a: { b: 1, c: 3 } }],
    ["replaces lists of plain values", { args: ["a", "b"] }, { args: ["c"] }, { args: ["c"] }],
    [
      "merges containers by name, the lower's order first",
      { containers: [{ name: "a", x: 1 }, { name: "b" }] },
      { containers: [{ name: "c" }, { name: "a", y: 2 }] },
      { containers: [{ name: "a", x: 1, y: 2 }, { name: "b" }, { name: "c" }] },
    ],
    [
      "tells volume mounts apart by their paths: one volume may be mounted twice",
      {
        volumeMounts: [
          { name: "v", mountPath: "/a" },
          { name: "v", mountPath: "/b" },
        ],
      },
      { volumeMounts: [{ name: "w", mountPath: "/c" }] },
      {
        volumeMounts: [
          { name: "v", mountPath: "/a" },
          { name: "v", mountPath: "/b" },
          { name: "w", mountPath: "/c" },
        ],
      },
    ],
    [
      "replaces a volume's source",
      { volumes: [{ name: "tmp", emptyDir: {} }] },
      { volumes: [{ name: "tmp", persistentVolumeClaim: { claimName: "c" } }] },
      { volumes: [{ name: "tmp", persistentVolumeClaim: { claimName: "c" } }] },
    ],
    [
      "keeps a volume's source of the same kind",
      { volumes: [{ name: "tmp", emptyDir: { medium: "Memory" } }] },
      { volumes: [{ name: "tmp", emptyDir: { sizeLimit: "1Gi" } }] },
      { volumes: [{ name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "1Gi" } }] },
    ],
    [
      "replaces a variable's source",
      { env: [{ name: "A", value: "x" }] },
      { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] },
      { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] },
    ],
    [
      "tells ports apart by number and protocol",
      { ports: [{ containerPort: 53, protocol: "TCP" }] },
      {
        ports: [
          { containerPort: 53, protocol: "UDP" },
          { containerPort: 53, name: "dns" },
        ],
      },
      {
        ports: [
          { containerPort: 53, protocol: "TCP", name: "dns" },
          { containerPort: 53, protocol: "UDP" },
        ],
      },
    ],
    [
      "keeps tolerations of one key apart, as Kubernetes does: the list is the upper's",
      { tolerations: [{ key: "a", effect: "NoSchedule" }] },
      {
        tolerations: [
          { key: "a", effect: "NoExecute" },
          { key: "a", operator: "Exists" },
        ],
      },
      {
        tolerations: [
          { key: "a", effect: "NoExecute" },
          { key: "a", operator: "Exists" },
        ],
      },
    ],
    [
      "takes names of Object's own for names",
      { params: { constructor: 1 } },
      { params: { toString: 2 } },
      { params: { constructor: 1, toString: 2 } },
    ],
  ])("%s", (_, lower, upper, expected) => {
    expect(merge(lower, upper)).toEqual(expected);
  });

  it("changes neither side", () => {
    const lower = { containers: [{ name: "a", env: [{ name: "X", value: "1" }] }] };
    const before = structuredClone(lower);
    merge(lower, { containers: [{ name: "a", env: [{ name: "X", value: "2" }] }] });
    expect(lower).toEqual(before);
  });
});

describe("a flow's task over taskDefaults", () => {
  const script: TaskSpec = { python: { script: "print(1)" } };
  it.each<[string, TaskSpec | undefined, TaskSpec, TaskSpec]>([
    ["is itself without defaults", undefined, script, script],
    ["takes the default program", script, { args: ["a"] }, { ...script, args: ["a"] }],
    [
      "adds a function to the default program",
      { python: { file: "a.py" } },
      { python: { function: "f" } },
      { python: { file: "a.py", function: "f" } },
    ],
    [
      "replaces the default's source, and keeps its function",
      { python: { file: "a.py", function: "f" } },
      { python: { module: "m" } },
      { python: { module: "m", function: "f" } },
    ],
    [
      "replaces the default's jar, and keeps its main class",
      { jar: { file: "local:///a.jar", mainClass: "A" } },
      { jar: { configMap: { name: "code", key: "b.jar" } } },
      { jar: { configMap: { name: "code", key: "b.jar" }, mainClass: "A" } },
    ],
    [
      "replaces a program of another kind",
      { python: { file: "a.py" } },
      { sql: { statements: "SELECT 1" } },
      { sql: { statements: "SELECT 1" } },
    ],
    [
      "merges inputs by name, and replaces an input's source",
      {
        inputs: [
          { name: "a", uri: "x", format: "csv" },
          { name: "b", uri: "y" },
        ],
      },
      { inputs: [{ name: "a", from: "load.a" }] },
      {
        inputs: [
          { name: "a", format: "csv", from: "load.a" },
          { name: "b", uri: "y" },
        ],
      },
    ],
    [
      "adds dependencies up, without duplicates",
      { deps: { jars: ["a.jar", "b.jar"], files: ["f"] } },
      { deps: { jars: ["b.jar", "c.jar"] } },
      { deps: { jars: ["a.jar", "b.jar", "c.jar"], files: ["f"] } },
    ],
    [
      "merges secret settings by key",
      { secretConf: [{ key: "spark.a", secret: { name: "s", key: "k" } }] },
      { secretConf: [{ key: "spark.a", secret: { name: "t", key: "k" } }] },
      { secretConf: [{ key: "spark.a", secret: { name: "t", key: "k" } }] },
    ],
    [
      "merges sizes field by field",
      { driver: { memory: "4g", cores: 2 } },
      { driver: { memory: "8g" } },
      { driver: { memory: "8g", cores: 2 } },
    ],
    ["takes its own profiles instead", { profiles: ["session"] }, { profiles: [] }, { profiles: [] }],
  ])("%s", (_, defaults, task, expected) => {
    expect(mergeTaskSpecs(defaults, task)).toEqual(expected);
  });
});
