// The profiles: named sets of settings. `session` and `production` are the product's founding session factories, complete
// but for keys that have no effect in Spark 3.5; where such a key meant something, its working successor stands in.
import type { ProfileName } from "../api/settings.ts";
import type { Layer } from "./layers.ts";

/** Profiles of an engine that names none. */
export const defaultProfiles: readonly ProfileName[] = ["session", "sedona"];

const session: Record<string, string> = {
  "spark.driver.memory": "4g",
  "spark.driver.maxResultSize": "4g",
  "spark.driver.defaultJavaOptions":
    "-XX:+UseG1GC -XX:InitiatingHeapOccupancyPercent=35 -XX:+HeapDumpOnOutOfMemoryError",
  // Adaptive execution, with partitions of about 128 MB.
  "spark.sql.adaptive.enabled": "true",
  "spark.sql.adaptive.coalescePartitions.enabled": "true",
  "spark.sql.adaptive.advisoryPartitionSizeInBytes": "128MB",
  // Successors of maxNumPostShufflePartitions=100 and minNumPostShufflePartitions=1, which Spark 3 doesn't have:
  // begin with 100 partitions, and merge down to one if that is all the data needs.
  "spark.sql.adaptive.coalescePartitions.initialPartitionNum": "100",
  "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
  "spark.network.timeout": "800s",
  "spark.executor.heartbeatInterval": "90s",
  "spark.sql.sources.commitProtocolClass":
    "org.apache.spark.sql.execution.datasources.SQLHadoopMapReduceCommitProtocol",
  "spark.sql.files.maxPartitionBytes": "128m",
  "spark.reducer.maxSizeInFlight": "48m",
  "spark.memory.fraction": "0.7",
  "spark.memory.storageFraction": "0.3",
  // spark.shuffle.spill has had no effect since Spark 1.6: shuffles always spill.
  "spark.shuffle.spill.compress": "true",
  "spark.shuffle.compress": "true",
  "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
  "spark.kryoserializer.buffer": "64m",
  "spark.kryoserializer.buffer.max": "512m",
};

const sedona: Record<string, string> = {
  "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
  "spark.kryo.registrator": "org.apache.sedona.core.serde.SedonaKryoRegistrator",
  "spark.sql.extensions": "org.apache.sedona.sql.SedonaSqlExtensions",
};

const production: Record<string, string> = {
  "spark.driver.memory": "8g",
  "spark.driver.memoryOverhead": "2g",
  "spark.driver.maxResultSize": "4g",
  "spark.driver.defaultJavaOptions": "-XX:+UseG1GC -XX:G1HeapRegionSize=16m -XX:+ParallelRefProcEnabled",
  "spark.executor.instances": "50",
  "spark.executor.cores": "4",
  "spark.executor.memory": "16g",
  "spark.executor.memoryOverhead": "4g",
  "spark.executor.defaultJavaOptions": "-XX:+UseG1GC -XX:G1HeapRegionSize=16m -XX:+ParallelRefProcEnabled",
  "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
  "spark.kryoserializer.buffer.max": "1024m",
  "spark.kryo.registrationRequired": "false",
  "spark.sql.shuffle.partitions": "500",
  "spark.default.parallelism": "500",
  "spark.shuffle.compress": "true",
  "spark.shuffle.spill.compress": "true",
  "spark.shuffle.file.buffer": "64k",
  "spark.reducer.maxSizeInFlight": "96m",
  "spark.sql.adaptive.enabled": "true",
  "spark.sql.adaptive.coalescePartitions.enabled": "true",
  // Successor of coalescePartitions.targetPartitionSize=64MB, a key that never existed.
  "spark.sql.adaptive.advisoryPartitionSizeInBytes": "64MB",
  // With `session` below, its 100 would be fewer than the 500 asked for here.
  "spark.sql.adaptive.coalescePartitions.initialPartitionNum": "500",
  "spark.sql.adaptive.skewJoin.enabled": "true",
  "spark.sql.adaptive.skewJoin.skewedPartitionFactor": "5",
  "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes": "256MB",
  "spark.sql.autoBroadcastJoinThreshold": "52428800",
  "spark.sql.parquet.mergeSchema": "false",
  "spark.sql.parquet.filterPushdown": "true",
  "spark.sql.parquet.enableVectorizedReader": "true",
  "spark.sql.parquet.compression.codec": "snappy",
  // What enableHiveSupport() and setLogLevel("WARN") do.
  "spark.sql.catalogImplementation": "hive",
  "spark.log.level": "WARN",
};

const contents: Record<ProfileName, Record<string, string>> = { session, sedona, production };

/** The layer of a profile. */
export function profileLayer(name: ProfileName): Layer {
  return { source: `profile ${name}`, conf: new Map(Object.entries(contents[name])) };
}
