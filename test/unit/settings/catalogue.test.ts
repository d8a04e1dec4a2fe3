import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type CatalogueEntry,
  catalogueVersions,
  defaultOf,
  findKey,
  nearestKey,
} from "../../../operator/settings/catalogue/catalogue.ts";
import { expected } from "../../../operator/settings/lint/sparkValues.ts";

const text = readFileSync(new URL("../../../operator/settings/catalogue/catalogue.json", import.meta.url), "utf8");
const keys = (JSON.parse(text) as { keys: Record<string, CatalogueEntry> }).keys;
const entries = Object.entries(keys);

describe("the catalogue's file", () => {
  it("is of the Spark and Sedona in use", () => expect(catalogueVersions).toEqual({ spark: "3.5.7", sedona: "1.8.0" }));

  it("is smaller than 350 KB", () => expect(text.length).toBeLessThan(350_000));

  it("has one key a line, sorted", () => {
    const lines = text.split("\n").slice(1, -2);
    expect(lines.map((line) => /^"([^"]+)":\{/.exec(line)?.[1])).toEqual(Object.keys(keys).sort());
  });

  it("holds nothing of the machine that it was made on, and no registry's host", () =>
    expect(text.match(/"[^"]*(\/(home|root|work)\/|repo1?\.maven|maven-central\.|Etc\/)[^"]*"/g)).toBeNull());

  it.each([["core"], ["sql"], ["hive"], ["kubernetes"], ["streaming"], ["connect"], ["kafka"], ["sedona"]])(
    "has keys of %s",
    (module) => expect(entries.filter(([, entry]) => entry.of === module).length).toBeGreaterThan(7),
  );

  it("gives no key a default that its own type refuses", () =>
    expect(entries.filter(([, entry]) => entry.default !== undefined && expected(entry, entry.default))).toEqual([]));

  it("cuts docs at 160 characters", () =>
    expect(entries.filter(([, { doc }]) => (doc?.length ?? 0) > 160)).toEqual([]));

  it("names only fallbacks and aliases that it has", () =>
    expect(entries.flatMap(([, { alias, fallback }]) => [alias, fallback]).filter((key) => key && !keys[key])).toEqual(
      [],
    ));
});

describe("findKey", () => {
  it.each([
    ["spark.executor.memory", { of: "core", type: "bytes", unit: "MiB", default: "1g" }],
    ["spark.sql.shuffle.partitions", { of: "sql", type: "int", min: 1, default: "200", dynamic: true }],
    ["spark.sql.warehouse.dir", { of: "sql", default: "spark-warehouse" }],
    ["spark.kubernetes.executor.podNamePrefix", { of: "kubernetes" }],
    ["spark.streaming.backpressure.enabled", { of: "streaming", type: "boolean" }],
    ["spark.sql.hive.metastore.version", { of: "hive" }],
    ["spark.network.timeout", { type: "time", unit: "s" }],
    [
      "spark.sedona.global.indextype",
      { of: "sedona", choices: ["quadtree", "rtree"], anyCase: true, default: "rtree" },
    ],
    ["spark.sedona.join.autoBroadcastJoinThreshold", { of: "sedona", type: "bytes" }],
    ["sedona.global.index", { alias: "spark.sedona.global.index" }],
    ["spark.sql.execution.arrow.enabled", { deprecated: { since: "3.0" } }],
    ["spark.sql.parquet.int64AsTimestampMillis", { removed: { since: "3.0.0" } }],
    ["spark.yarn.executor.memoryOverhead", { deprecated: { advice: "Use spark.executor.memoryOverhead instead." } }],
    ["spark.sql.parquet.compression.codec", { type: "choice", anyCase: true }],
    ["spark.rpc.io.serverThreads", { of: "core" }],
    ["spark.sql.streaming.stateStore.rocksdb.blockSizeKB", { of: "sql" }],
    ["spark.connect.grpc.binding.port", { of: "connect", default: "15002" }],
  ])("knows %s", (key, facts) => expect(findKey(key)).toMatchObject(facts));

  it.each([
    ["spark.app.name"],
    ["spark.master"],
    ["spark.submit.pyFiles"],
    ["spark.jars"],
    ["spark.jars.packages"],
    ["spark.jars.repositories"],
    ["spark.jars.ivySettings"],
    ["spark.files"],
    ["spark.archives"],
    ["spark.driver.defaultJavaOptions"],
    ["spark.executor.defaultJavaOptions"],
    ["spark.local.dir"],
    ["spark.default.parallelism"],
    ["spark.log.level"],
  ])("knows %s, which Spark reads as a plain string", (key) => expect(findKey(key)).toBeDefined());

  it.each([
    ["spark.hadoop.fs.s3a.endpoint"],
    ["spark.executorEnv.PATH"],
    ["spark.kubernetes.driver.label.team"],
    ["spark.kubernetes.executor.annotation.a.b/c"],
    ["spark.kubernetes.executor.volumes.persistentVolumeClaim.data.mount.path"],
    ["spark.kubernetes.executor.volumes.emptyDir.data.options.sizeLimit"],
    ["spark.kubernetes.executor.secretKeyRef.SF_SECRET_1"],
    ["spark.sql.catalog.lake"],
    ["spark.sql.catalog.lake.warehouse"],
    ["spark.metrics.conf.*.sink.csv.class"],
    ["spark.executor.resource.gpu.amount"],
    ["spark.scheduler.listenerbus.eventqueue.appStatus.capacity"],
    ["spark.databricks.delta.schema.autoMerge.enabled"],
  ])("knows the family of %s", (key) => expect(findKey(key)).toBeDefined());

  it.each([
    ["spark.foo"],
    ["spark.hadoop."],
    ["spark.kubernetes.executor.volumes.emptyDir.data.path"],
    ["spark.sql.adaptive.coalescePartitions.targetPartitionSize"],
    ["spark.job.description"],
    ["constructor"],
  ])("doesn't know %s", (key) => expect(findKey(key)).toBeUndefined());
});

describe("defaultOf", () => {
  it("follows fallbacks", () =>
    expect(defaultOf("spark.dynamicAllocation.initialExecutors")).toBe(
      defaultOf("spark.dynamicAllocation.minExecutors"),
    ));

  it.each([["spark.driver.host"], ["spark.sql.session.timeZone"]])(
    "has none for %s, which depends on the machine",
    (key) => expect(defaultOf(key)).toBeUndefined(),
  );
});

describe("nearestKey", () => {
  it.each([
    ["spark.excutor.memory", "spark.executor.memory"],
    ["spark.driver.memroy", "spark.driver.memory"],
    ["spark.executor.memory.overhead", "spark.executor.memoryOverhead"],
    ["spark.sql.shuffle.partition", "spark.sql.shuffle.partitions"],
    ["spark.sql.Shuffle.Partitions", "spark.sql.shuffle.partitions"],
    ["spark.sql.autobroadcastjointhreshold", "spark.sql.autoBroadcastJoinThreshold"],
    ["spark.dynamicAllocation.enable", "spark.dynamicAllocation.enabled"],
    ["spark.jars.package", "spark.jars.packages"],
    ["spark.sedona.global.indexType", "spark.sedona.global.indextype"],
    ["spark.hadop.fs.s3a.endpoint", "spark.hadoop.fs.s3a.endpoint"],
    ["spark.kubernetes.executor.lable.team", "spark.kubernetes.executor.label.team"],
    ["Spark.executor.cores", "spark.executor.cores"],
  ])("takes %s for %s", (typed, meant) => expect(nearestKey(typed)).toBe(meant));

  it.each([
    ["spark.etl.date"],
    ["spark.mycompany.threshold"],
    ["spark.sql.parquet.compression"],
    ["spark.foo.bar"],
    ["spark.sql.adaptive.maxNumPostShufflePartitions"],
    [""],
  ])("suggests nothing for %j", (key) => expect(nearestKey(key)).toBeUndefined());

  it("never suggests a deprecated or removed key", () => {
    const old = entries.filter(([, entry]) => entry.deprecated || entry.removed).map(([key]) => key);
    expect(old.map((key) => nearestKey(`${key}x`)).filter((key) => key && old.includes(key))).toEqual([]);
  });
});
