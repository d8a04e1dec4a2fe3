// What must hold of an engine and of settings beyond their schemas.
import { describe, expect, it } from "vitest";
import type { EngineSpec } from "../../../operator/api/engine.ts";
import type { SettingsSpec } from "../../../operator/api/settings.ts";
import { checkEngine, checkSettings } from "../../../operator/task/check.ts";
import { said } from "../builders.ts";

const ref = { name: "lake", key: "secret" };

describe("an engine", () => {
  it.each<[string, EngineSpec, string]>([
    [
      "none of the kinds",
      {},
      "spec: an engine is exactly one of kubernetes, local, connect and databricks, but none is given",
    ],
    [
      "two kinds",
      { kubernetes: {}, local: {} },
      "spec: an engine is exactly one of kubernetes, local, connect and databricks, but here are kubernetes and local",
    ],
    [
      "two storages",
      { local: {}, storage: { uri: "s3a://x", claim: "c" } },
      "spec.storage.claim: storage is a uri or a claim, not both",
    ],
    [
      "a template",
      { local: {}, sparkConf: { "spark.a": "$(params.x)" } },
      'spec.sparkConf["spark.a"]: "$(params.x)" is not valid: an engine knows no task\'s params; give the value in a task or taskDefaults, or write $$( for a literal $(',
    ],
  ])("can't have %s", (_, spec, sentence) => {
    expect(said(checkEngine(spec, ["spec"]))).toEqual([sentence]);
  });

  it("may have a literal $$( and templates of Kubernetes' own in pod templates", () => {
    const spec: EngineSpec = {
      local: {},
      sparkConf: { "spark.a": "$$(x)" },
      driver: { podTemplate: { spec: { hostname: "$(X)" } } },
    };
    expect(checkEngine(spec, ["spec"])).toEqual([]);
  });
});

const template = (role: string, resources: object) => ({
  podTemplate: { spec: { containers: [{ name: role, resources }] } },
});

describe("settings", () => {
  it.each<[string, SettingsSpec, string]>([
    [
      "a secret Java option",
      { secretConf: [{ key: "spark.driver.extraJavaOptions", secret: ref }] },
      'spec.secretConf[0].key: "spark.driver.extraJavaOptions" can\'t be secret: Java options stand on a command line that everybody on the machine can read',
    ],
    [
      "a secret that isn't a Spark key",
      { secretConf: [{ key: "fs.s3a.secret.key", secret: ref }] },
      'spec.secretConf[0].key: "fs.s3a.secret.key" is not a Spark key: it must begin with "spark."',
    ],
    [
      "a key both plain and secret",
      { sparkConf: { "spark.a": "x" }, secretConf: [{ key: "spark.a", secret: ref }] },
      'spec.sparkConf["spark.a"]: "spark.a" is in secretConf too; keep one',
    ],
    [
      "a secret key twice",
      {
        secretConf: [
          { key: "spark.a", secret: ref },
          { key: "spark.a", secret: ref },
        ],
      },
      'spec.secretConf[1].key: the key "spark.a" stands twice in this list',
    ],
    [
      "Java options with an open quote",
      { sparkConf: { "spark.driver.extraJavaOptions": "-Da='b" } },
      'spec.sparkConf["spark.driver.extraJavaOptions"]: "-Da=\'b" is not valid: a quote (\') isn\'t closed',
    ],
    [
      "an owned variable",
      { env: [{ name: "SPARK_HOME", value: "/x" }] },
      'spec.env[0].name: the variable "SPARK_HOME" belongs to the operator: the engine sets it for every attempt',
    ],
    [
      "a variable with two sources",
      { env: [{ name: "A", value: "x", valueFrom: { secretKeyRef: ref } }] },
      "spec.env[0]: the variable A has more than one source; keep one of value, secretKeyRef and configMapKeyRef",
    ],
    [
      "a variable twice",
      {
        env: [
          { name: "A", value: "x" },
          { name: "A", value: "y" },
        ],
      },
      'spec.env[1].name: the name "A" stands twice in this list',
    ],
    [
      "fewer executors at most than at least",
      { executor: { instances: 5, maxInstances: 2 } },
      "spec.executor.maxInstances: 2 is less than instances, which is 5",
    ],
    [
      "a template's memory beside driver.memory",
      { driver: { memory: "4g", ...template("spark-kubernetes-driver", { limits: { memory: "8Gi" } }) } },
      "spec.driver.podTemplate.spec.containers[0].resources.limits.memory: driver.memory says how much memory the container gets; keep one of them",
    ],
  ])("can't have %s", (_, spec, sentence) => {
    expect(said(checkSettings(spec, ["spec"]))).toEqual([sentence]);
  });

  it.each<[string, SettingsSpec]>([
    [
      "a GPU in a template beside memory",
      { driver: { memory: "4g", ...template("spark-kubernetes-driver", { limits: { "nvidia.com/gpu": 1 } }) } },
    ],
    [
      "a sidecar's memory beside driver.memory",
      { driver: { memory: "4g", ...template("proxy", { limits: { memory: "1Gi" } }) } },
    ],
    [
      "a template that is no PodTemplateSpec, which the API server refuses",
      { driver: { memory: "4g", podTemplate: { spec: { containers: "x" } } } },
    ],
  ])("may have %s", (_, spec) => {
    expect(checkSettings(spec, ["spec"])).toEqual([]);
  });
});

describe("a pod template's lists", () => {
  const said1 = (podTemplate: object) => said(checkSettings({ driver: { podTemplate } } as SettingsSpec, ["spec"]));

  it.each<[string, object, string]>([
    ["volumes", { volumes: [{ name: "v", emptyDir: {} }, { name: "v" }] }, 'volumes[1].name: the name "v"'],
    ["containers", { containers: [{ name: "c" }, { name: "c" }] }, 'containers[1].name: the name "c"'],
    ["init containers", { initContainers: [{ name: "c" }, { name: "c" }] }, 'initContainers[1].name: the name "c"'],
    [
      "variables",
      { containers: [{ name: "c", env: [{ name: "A" }, { name: "A" }] }] },
      'containers[0].env[1].name: the name "A"',
    ],
    [
      "mounts",
      { containers: [{ name: "c", volumeMounts: [{ mountPath: "/a" }, { mountPath: "/a" }] }] },
      'containers[0].volumeMounts[1].mountPath: the mountPath "/a"',
    ],
  ])("can't have one name twice: %s; the second would replace the first", (_, spec, place) => {
    expect(said1({ spec })).toEqual([`spec.driver.podTemplate.spec.${place} stands twice in this list`]);
  });

  it.each([{ spec: null }, { spec: [] }, { spec: { volumes: "x", containers: [null, 7] } }])(
    "of any other form are the policy's business: %j",
    (template) => {
      expect(said1(template)).toEqual([]);
    },
  );
});
