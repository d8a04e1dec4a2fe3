import { describe, expect, it } from "vitest";
import { lintConf } from "../../../operator/settings/lint/lint.ts";
import { profileLayer } from "../../../operator/settings/profiles.ts";
import { seed003 as production } from "./seeds.ts";

type Conf = Record<string, string>;
const settings = (conf: Conf, source = "task") => Object.entries(conf).map(([key, value]) => ({ key, value, source }));
const warnings = (conf: Conf, below: Conf = {}) => lintConf(settings(conf), settings(below, "profile"));
const messages = (conf: Conf, below: Conf = {}) => warnings(conf, below).map(({ message }) => message);

const kryo = "org.apache.spark.serializer.KryoSerializer";
const registrator = "org.apache.sedona.core.serde.SedonaKryoRegistrator";
const extension = "org.apache.sedona.sql.SedonaSqlExtensions";
const adaptive = { "spark.sql.adaptive.enabled": "true" };

const seed000 = {
  "spark.app.name": "my-sedona-demo",
  "spark.master": "local[4]",
  "spark.driver.memory": "6g",
  "spark.sql.adaptive.enabled": "true",
  "spark.sql.adaptive.coalescePartitions.enabled": "true",
  "spark.sql.adaptive.advisoryPartitionSizeInBytes": "128MB",
  "spark.sql.adaptive.maxNumPostShufflePartitions": "100",
  "spark.sql.adaptive.minNumPostShufflePartitions": "1",
  "spark.network.timeout": "800s",
  "spark.executor.heartbeatInterval": "90s",
  "spark.sql.sources.commitProtocolClass":
    "org.apache.spark.sql.execution.datasources.SQLHadoopMapReduceCommitProtocol",
  "spark.driver.maxResultSize": "4g",
  "spark.sql.files.maxPartitionBytes": "128m",
  "spark.reducer.maxSizeInFlight": "48m",
  "spark.memory.fraction": "0.7",
  "spark.memory.storageFraction": "0.3",
  "spark.shuffle.spill": "true",
  "spark.shuffle.spill.compress": "true",
  "spark.shuffle.compress": "true",
  "spark.driver.extraJavaOptions": "-XX:+UseG1GC -XX:InitiatingHeapOccupancyPercent=35 -XX:+HeapDumpOnOutOfMemoryError",
  "spark.serializer": kryo,
  "spark.kryoserializer.buffer": "64m",
  "spark.kryoserializer.buffer.max": "512m",
  "spark.local.dir": "/tmp/spark_temp",
  "spark.jars": "/jars/a.jar,/jars/b.jar",
};

const seed003 = {
  "spark.app.name": "Production_Pipeline",
  ...production,
  "spark.sql.catalogImplementation": "hive",
};

describe("the founding session factories", () => {
  it("get a warning for each setting of the first that does nothing, and for no other", () =>
    expect(warnings(seed000).map(({ key, message }) => [key, message])).toEqual([
      ["spark.sql.adaptive.advisoryPartitionSizeInBytes", expect.stringContaining("parallelismFirst=false")],
      [
        "spark.sql.adaptive.maxNumPostShufflePartitions",
        expect.stringContaining("coalescePartitions.initialPartitionNum"),
      ],
      ["spark.sql.adaptive.minNumPostShufflePartitions", expect.stringContaining("doesn't exist in Spark 3")],
      ["spark.shuffle.spill", expect.stringContaining("since Spark 1.6")],
    ]));

  it("get a warning for the one setting of the second that never existed, and for no other", () =>
    expect(warnings(seed003)).toEqual([
      {
        key: "spark.sql.adaptive.coalescePartitions.targetPartitionSize",
        source: "task",
        message: expect.stringContaining("never existed in Spark; set spark.sql.adaptive.advisoryPartitionSizeInBytes"),
      },
    ]));

  it.each([[["session"]], [["session", "sedona"]], [["session", "sedona", "production"]]] as const)(
    "get no warning as the profiles %j",
    (names) => {
      const conf = names.flatMap((name) => [...profileLayer(name).conf]);
      expect(warnings(Object.fromEntries(conf))).toEqual([]);
    },
  );
});

describe("a key", () => {
  it.each<[string, Conf, string]>([
    ["unknown", { "spark.acme.level": "1" }, "don't know spark.acme.level; remove it, unless a library"],
    ["misspelt", { "spark.excutor.memory": "4g" }, "did you mean spark.executor.memory?"],
    [
      "in the wrong case",
      { "spark.sql.Shuffle.partitions": "9" },
      "case-sensitive; write spark.sql.shuffle.partitions",
    ],
    ["of a misspelt family", { "spark.hadop.fs.x": "1" }, "did you mean spark.hadoop.fs.x?"],
    ["of Sedona's short spelling", { "sedona.global.index": "true" }, "write spark.sedona.global.index"],
    ["without spark.", { "fs.s3a.endpoint": "x" }, "write spark.hadoop.fs.s3a.endpoint if"],
    [
      "deprecated",
      { "spark.sql.execution.arrow.enabled": "true" },
      "deprecated since Spark 3.0. Use 'spark.sql.execution.arrow.pyspark.enabled'",
    ],
    ["renamed", { "spark.yarn.executor.memoryOverhead": "1g" }, "Use spark.executor.memoryOverhead instead."],
    ["removed", { "spark.rpc.numRetries": "3" }, "no effect since Spark 2.2.0: remove it"],
    ["removed, at its old default", { "spark.sql.fromJsonForceNullableSchema": "true" }, "no effect since Spark 3.0.0"],
    [
      "removed, at another value",
      { "spark.sql.fromJsonForceNullableSchema": "false" },
      'no session starts with another value than "true"',
    ],
    ["of the old memory manager", { "spark.memory.useLegacyMode": "true" }, "set spark.memory.fraction"],
    ["of Akka", { "spark.akka.frameSize": "10" }, "hasn't used Akka since 2.0"],
    [
      "that people make up for pods' memory",
      { "spark.kubernetes.executor.limit.memory": "4g" },
      "set spark.executor.memory and",
    ],
    ["of YARN", { "spark.yarn.queue": "prod" }, "only YARN reads it; remove it"],
    ["of a history server", { "spark.history.fs.logDirectory": "s3a://x" }, "only a history server reads it"],
  ])("that is %s is told", (_, conf, message) => expect(messages(conf)).toEqual([expect.stringContaining(message)]));

  it.each<[string, Conf]>([
    ["of Hadoop", { "spark.hadoop.fs.s3a.endpoint": "x" }],
    ["of a catalog", { "spark.sql.catalog.lake.warehouse": "s3a://x" }],
    ["of a library that people add", { "spark.databricks.delta.schema.autoMerge.enabled": "true" }],
    ["of an executor's environment", { "spark.executorEnv.TZ": "UTC" }],
    ["of a pod's volume", { "spark.kubernetes.executor.volumes.emptyDir.a.mount.path": "/a" }],
  ])("%s is let be", (_, conf) => expect(messages(conf)).toEqual([]));
});

describe("a value", () => {
  it.each([
    ["spark.sql.adaptive.enabled", "yes", "true or false"],
    ["spark.sql.shuffle.partitions", "many", "a whole number, 1 or more"],
    ["spark.sql.shuffle.partitions", "0", "a whole number, 1 or more"],
    ["spark.sql.shuffle.partitions", "3000000000", "a whole number, 1 or more"],
    ["spark.executor.memory", "4Gi", "such as 4g"],
    ["spark.executor.memory", "1.5g", "a whole number with k, m, g or t"],
    ["spark.network.timeout", "90 sec", "such as 90s"],
    ["spark.network.timeout", "soon", "a whole number with ms, s, min, h or d, such as 90s"],
    ["spark.memory.fraction", "half", "a number such as 0.5"],
    ["spark.sql.sources.partitionOverwriteMode", "some", "one of DYNAMIC, STATIC"],
    ["spark.sedona.global.indextype", "btree", "one of quadtree, rtree"],
    ["spark.sedona.global.index", "on", "true or false"],
  ])("%s=%s is told what to be", (key, value, form) =>
    expect(messages({ [key]: value })).toEqual([expect.stringContaining(form)]),
  );

  it.each([
    ["spark.sql.adaptive.enabled", " TRUE "],
    ["spark.executor.memory", "4096"],
    ["spark.executor.memory", "4GB"],
    ["spark.network.timeout", "2min"],
    ["spark.memory.fraction", ".6"],
    ["spark.sql.autoBroadcastJoinThreshold", "-1"],
    ["spark.sql.sources.partitionOverwriteMode", "dynamic"],
    ["spark.sedona.global.indextype", "QuadTree"],
    ["spark.sql.shuffle.partitions", "$(params.partitions)"],
    ["spark.executor.memory", "${env:MEMORY}"],
  ])("%s=%s is let be", (key, value) => expect(messages({ [key]: value })).toEqual([]));
});

const allocation = { "spark.dynamicAllocation.enabled": "true" };
const sedona = { "spark.serializer": kryo, "spark.kryo.registrator": registrator, "spark.sql.extensions": extension };

describe("settings that contradict each other", () => {
  it.each<[string, Conf, string]>([
    [
      "fewest executors above most",
      { ...allocation, "spark.dynamicAllocation.minExecutors": "5", "spark.dynamicAllocation.maxExecutors": "2" },
      "minExecutors=5 is above",
    ],
    [
      "first executors above most",
      { ...allocation, "spark.executor.instances": "9", "spark.dynamicAllocation.maxExecutors": "2" },
      "spark.executor.instances=9 asks for more",
    ],
    [
      "dynamic allocation that loses shuffles",
      { ...allocation, "spark.dynamicAllocation.shuffleTracking.enabled": "false" },
      "set spark.dynamicAllocation.shuffleTracking.enabled=true",
    ],
    [
      "a shuffle service that isn't there",
      { "spark.shuffle.service.enabled": "true" },
      "which neither Kubernetes nor a laptop has",
    ],
    ["tasks wider than executors", { "spark.task.cpus": "4", "spark.executor.cores": "2" }, "no task would fit"],
    [
      "a request above the limit",
      { "spark.kubernetes.executor.request.cores": "1500m", "spark.kubernetes.executor.limit.cores": "1" },
      "Kubernetes refuses the pod",
    ],
    [
      "cores above the limit",
      { "spark.executor.cores": "4", "spark.kubernetes.executor.limit.cores": "2" },
      "spark.executor.cores=4 is above",
    ],
    ["a heap of mebibytes meant as gibibytes", { "spark.executor.memory": "4" }, "a bare number is MiB"],
    [
      "results larger than the heap",
      { "spark.driver.memory": "2g", "spark.driver.maxResultSize": "4g" },
      "lets collect() fetch more",
    ],
    ["off-heap memory without a size", { "spark.memory.offHeap.enabled": "true" }, "spark.memory.offHeap.size above 0"],
    [
      "a size of off-heap memory that is off",
      { "spark.memory.offHeap.size": "2g" },
      "set spark.memory.offHeap.enabled=true, or remove it",
    ],
    ["a fraction above 1", { "spark.memory.storageFraction": "30" }, "isn't between 0 and 1"],
    [
      "heartbeats as rare as the time-out",
      { "spark.executor.heartbeatInterval": "120s" },
      "below spark.network.timeout=120s",
    ],
    ["encryption without authentication", { "spark.network.crypto.enabled": "true" }, "needs spark.authenticate=true"],
    ["an event log without a folder", { "spark.eventLog.enabled": "true" }, "set spark.eventLog.dir"],
    [
      "a group that is switched off",
      { "spark.dynamicAllocation.maxExecutors": "5" },
      "no effect while spark.dynamicAllocation.enabled is false",
    ],
    [
      "a Kryo buffer of 2 GiB",
      { "spark.serializer": kryo, "spark.kryoserializer.buffer.max": "2g" },
      "isn't below 2048m",
    ],
    [
      "a first Kryo buffer above the largest",
      { "spark.serializer": kryo, "spark.kryoserializer.buffer": "128m" },
      "is above spark.kryoserializer.buffer.max=64m",
    ],
    ["Kryo's settings without Kryo", { "spark.kryoserializer.buffer.max": "512m" }, `set spark.serializer=${kryo}`],
    [
      "Sedona's registrator without its SQL",
      { ...sedona, "spark.sql.extensions": "" },
      `add ${extension} to spark.sql.extensions`,
    ],
    [
      "Sedona's SQL without its registrator",
      { "spark.sql.extensions": `a.B, ${extension}` },
      `spark.kryo.registrator=${registrator}`,
    ],
    [
      "a partition size that is ignored",
      { ...adaptive, "spark.sql.adaptive.advisoryPartitionSizeInBytes": "64m" },
      "parallelismFirst=false",
    ],
    [
      "two first numbers of partitions",
      { "spark.sql.shuffle.partitions": "50", "spark.sql.adaptive.coalescePartitions.initialPartitionNum": "100" },
      "spark.sql.shuffle.partitions=50 has no effect beside",
    ],
  ])("get one warning: %s", (_, conf, message) => expect(messages(conf)).toEqual([expect.stringContaining(message)]));

  it.each<[string, Conf]>([
    [
      "dynamic allocation with tracking, Spark's default",
      { ...allocation, "spark.dynamicAllocation.maxExecutors": "9" },
    ],
    [
      "dynamic allocation with decommissioning",
      {
        ...allocation,
        "spark.dynamicAllocation.shuffleTracking.enabled": "false",
        "spark.decommission.enabled": "true",
        "spark.storage.decommission.enabled": "true",
        "spark.storage.decommission.shuffleBlocks.enabled": "true",
      },
    ],
    ["instances above a maximum that is switched off", { "spark.executor.instances": "9" }],
    [
      "heartbeats well below the time-out, in other units",
      { "spark.executor.heartbeatInterval": "90000", "spark.network.timeout": "800" },
    ],
    ["Sedona complete", sedona],
    ["Sedona beside another extension", { ...sedona, "spark.sql.extensions": `org.acme.Other,${extension}` }],
    ["off-heap memory with its size", { "spark.memory.offHeap.enabled": "true", "spark.memory.offHeap.size": "1g" }],
    [
      "half a CPU below a limit of one",
      { "spark.kubernetes.driver.request.cores": "500m", "spark.kubernetes.driver.limit.cores": "1" },
    ],
  ])("get none: %s", (_, conf) => expect(messages(conf)).toEqual([]));
});

describe("JVM options", () => {
  it.each<[string, Conf, string]>([
    ["the heap", { "spark.driver.extraJavaOptions": "-Xmx4g" }, "set spark.driver.memory instead"],
    ["a Spark setting", { "spark.executor.extraJavaOptions": "-Dspark.foo=1" }, "set the key in sparkConf"],
    [
      "a second collector",
      { "spark.executor.extraJavaOptions": "-XX:+UseG1GC -XX:+UseParallelGC" },
      "several garbage collectors (G1, Parallel)",
    ],
    [
      "a collector that is gone",
      { "spark.executor.extraJavaOptions": "-XX:+UseConcMarkSweepGC" },
      "the CMS collector is gone; use G1",
    ],
    ["logging of old", { "spark.driver.extraJavaOptions": "-XX:+PrintGCDateStamps" }, "use -Xlog:gc*"],
    ["an open quote", { "spark.driver.extraJavaOptions": '-Da="b' }, "isn't closed; close it"],
  ])("that name %s are told", (_, conf, message) => expect(messages(conf)).toEqual([expect.stringContaining(message)]));

  it("may take back a profile's collector before they name their own", () =>
    expect(
      messages(
        { "spark.driver.extraJavaOptions": "-XX:-UseG1GC -XX:+UseZGC" },
        { "spark.driver.defaultJavaOptions": "-XX:+UseG1GC" },
      ),
    ).toEqual([]));
});

describe("lower layers", () => {
  it("get no warnings themselves", () =>
    expect(warnings({}, { "spark.shuffle.spill": "true", "spark.foo": "1" })).toEqual([]));

  it("say what a rule would miss in the task alone", () =>
    expect(messages({ "spark.memory.offHeap.enabled": "true" }, { "spark.memory.offHeap.size": "2g" })).toEqual([]));

  it("are contradicted at the task's own setting", () =>
    expect(warnings({ "spark.network.timeout": "60s" }, { "spark.executor.heartbeatInterval": "90s" })).toEqual([
      {
        key: "spark.network.timeout",
        source: "task",
        message: expect.stringContaining("spark.executor.heartbeatInterval=90s must be below"),
      },
    ]));

  it("clash with the task's own collector at the task's options", () =>
    expect(
      warnings(
        { "spark.driver.extraJavaOptions": "-XX:+UseZGC" },
        { "spark.driver.defaultJavaOptions": "-XX:+UseG1GC" },
      ),
    ).toMatchObject([{ key: "spark.driver.extraJavaOptions", message: expect.stringContaining("-XX:-UseG1GC") }]));
});

describe("a warning", () => {
  it("names the setting's source", () =>
    expect(lintConf([{ key: "spark.shuffle.spill", value: "true", source: "engine prod" }])).toMatchObject([
      { source: "engine prod" },
    ]));

  it("comes in the order of the settings", () =>
    expect(warnings({ "spark.foo": "1", "spark.shuffle.spill": "1", "spark.bar": "1" }).map(({ key }) => key)).toEqual([
      "spark.foo",
      "spark.shuffle.spill",
      "spark.bar",
    ]));
});
