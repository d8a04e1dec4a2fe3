// Typed fields become Spark keys; a field and its key with different values in one layer are an error.
import { describe, expect, it } from "vitest";
import type { SettingsSpec } from "../../../operator/api/settings.ts";
import { specLayer } from "../../../operator/settings/typed.ts";
import { said } from "../builders.ts";

const conf = (spec: SettingsSpec) => Object.fromEntries(specLayer("task count", spec, ["spec"]).layer.conf);
const wrong = (spec: SettingsSpec) => said(specLayer("task count", spec, ["spec"]).problems);

describe("a typed field", () => {
  it.each<[string, SettingsSpec, Record<string, string>]>([
    [
      "driver sizes",
      { driver: { cores: 2, memory: "8Gi", memoryOverhead: "512Mi" } },
      { "spark.driver.cores": "2", "spark.driver.memory": "8g", "spark.driver.memoryOverhead": "512m" },
    ],
    [
      "executor sizes",
      { executor: { instances: 0, cores: 4, memory: "16g" } },
      { "spark.executor.instances": "0", "spark.executor.cores": "4", "spark.executor.memory": "16g" },
    ],
    [
      "maxInstances is dynamic allocation with shuffle tracking",
      { executor: { instances: 10, maxInstances: 50 } },
      {
        "spark.executor.instances": "10",
        "spark.dynamicAllocation.enabled": "true",
        "spark.dynamicAllocation.shuffleTracking.enabled": "true",
        "spark.dynamicAllocation.minExecutors": "10",
        "spark.dynamicAllocation.maxExecutors": "50",
      },
    ],
    [
      "spot is decommissioning",
      { executor: { spot: true } },
      {
        "spark.decommission.enabled": "true",
        "spark.storage.decommission.enabled": "true",
        "spark.storage.decommission.rddBlocks.enabled": "true",
        "spark.storage.decommission.shuffleBlocks.enabled": "true",
      },
    ],
    ["spot: false is nothing", { executor: { spot: false } }, {}],
    [
      "deps are lists",
      {
        deps: {
          jars: ["a.jar", "b.jar"],
          packages: ["g:a:1"],
          repositories: ["r"],
          pyFiles: ["x.zip"],
          files: ["f"],
          archives: ["e.tgz#env"],
        },
      },
      {
        "spark.jars": "a.jar,b.jar",
        "spark.jars.packages": "g:a:1",
        "spark.jars.repositories": "r",
        "spark.submit.pyFiles": "x.zip",
        "spark.files": "f",
        "spark.archives": "e.tgz#env",
      },
    ],
    ["empty deps are nothing", { deps: { jars: [] } }, {}],
    [
      "conf values may be numbers and booleans",
      { sparkConf: { "spark.a": 64, "spark.b": true, "spark.c": 0.5 } },
      { "spark.a": "64", "spark.b": "true", "spark.c": "0.5" },
    ],
    [
      "hadoopConf is written as spark.hadoop.*",
      { hadoopConf: { "fs.s3a.connection.maximum": 100 } },
      { "spark.hadoop.fs.s3a.connection.maximum": "100" },
    ],
  ])("%s", (_, spec, expected) => {
    expect(conf(spec)).toEqual(expected);
    expect(wrong(spec)).toEqual([]);
  });

  it("and its key with the same value are fine, also in another unit", () => {
    expect(
      wrong({
        driver: { memory: "4Gi", cores: 2 },
        sparkConf: { "spark.driver.memory": "4096m", "spark.driver.cores": "2" },
      }),
    ).toEqual([]);
  });
});

describe("settings that can't stand", () => {
  it.each<[string, SettingsSpec, string]>([
    [
      "a field and its key with different values",
      { driver: { memory: "4g" }, sparkConf: { "spark.driver.memory": "8g" } },
      'spec.sparkConf["spark.driver.memory"]: "8g" contradicts driver.memory, which says "4g" in the same place; keep one of them',
    ],
    [
      "a key that a field implies",
      { executor: { maxInstances: 5 }, sparkConf: { "spark.dynamicAllocation.enabled": false } },
      'spec.sparkConf["spark.dynamicAllocation.enabled"]: "false" contradicts executor.maxInstances, which says "true" in the same place; keep one of them',
    ],
    [
      "deps and their key",
      { deps: { jars: ["a.jar"] }, sparkConf: { "spark.jars": "b.jar" } },
      'spec.sparkConf["spark.jars"]: "b.jar" contradicts deps.jars, which says "a.jar" in the same place; keep one of them',
    ],
    [
      "hadoopConf and its key",
      { sparkConf: { "spark.hadoop.a": 1 }, hadoopConf: { a: 2 } },
      'spec.hadoopConf.a: sparkConf sets "spark.hadoop.a" too, to "1"; keep one',
    ],
    [
      "an owned key",
      { sparkConf: { "spark.master": "yarn" } },
      'spec.sparkConf["spark.master"]: the key "spark.master" belongs to the operator: the engine decides where Spark runs; choose another engine, or set its local.cores',
    ],
    [
      "a key that Spark would ignore",
      { sparkConf: { "fs.s3a.endpoint": "x" } },
      'spec.sparkConf["fs.s3a.endpoint"]: Spark ignores keys that don\'t begin with "spark."; for a Hadoop setting use hadoopConf or "spark.hadoop.fs.s3a.endpoint"',
    ],
    [
      "a key with white space",
      { sparkConf: { "spark.a b": 1 } },
      "spec.sparkConf[\"spark.a b\"]: a key can't hold white space, control characters or '='",
    ],
  ])("say so: %s", (_, spec, expected) => {
    expect(wrong(spec)).toEqual([expected]);
  });

  it("are left out of the layer, so that nothing wrong goes further", () => {
    expect(conf({ sparkConf: { "spark.master": "yarn", "spark.a": 1 } })).toEqual({ "spark.a": "1" });
  });
});
