// The founding session factories, setting by setting, as their notebooks write them. What the operator owns (master,
// local.dir, app.name, jars) comes from engine, task and deps.

/** Seed 000's build_spark_session. */
export const seed000: Record<string, string> = {
  "spark.driver.memory": "4g",
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
  "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
  "spark.kryoserializer.buffer": "64m",
  "spark.kryoserializer.buffer.max": "512m",
};

/** Seed 003's create_production_spark_session. */
export const seed003: Record<string, string> = {
  "spark.driver.memory": "8g",
  "spark.driver.memoryOverhead": "2g",
  "spark.driver.maxResultSize": "4g",
  "spark.driver.extraJavaOptions": "-XX:+UseG1GC -XX:G1HeapRegionSize=16m -XX:+ParallelRefProcEnabled",
  "spark.executor.instances": "50",
  "spark.executor.cores": "4",
  "spark.executor.memory": "16g",
  "spark.executor.memoryOverhead": "4g",
  "spark.executor.extraJavaOptions": "-XX:+UseG1GC -XX:G1HeapRegionSize=16m -XX:+ParallelRefProcEnabled",
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
  "spark.sql.adaptive.coalescePartitions.targetPartitionSize": "64MB",
  "spark.sql.adaptive.skewJoin.enabled": "true",
  "spark.sql.adaptive.skewJoin.skewedPartitionFactor": "5",
  "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes": "256MB",
  "spark.sql.autoBroadcastJoinThreshold": "52428800",
  "spark.sql.parquet.mergeSchema": "false",
  "spark.sql.parquet.filterPushdown": "true",
  "spark.sql.parquet.enableVectorizedReader": "true",
  "spark.sql.parquet.compression.codec": "snappy",
};

/** What the seeds do by a call on the builder or the session, as the setting that does the same. */
export const seed003Calls: Record<string, string> = {
  "spark.sql.catalogImplementation": "hive", // enableHiveSupport()
  "spark.log.level": "WARN", // sparkContext.setLogLevel("WARN")
};

/**
 * Keys that have no effect in Spark 3.5, or not where a session's builder sets them, and what works instead (design,
 * section 3). Undefined: nothing has to be set for it.
 */
export const successors: Record<string, { key: string; value?: string } | undefined> = {
  "spark.sql.adaptive.maxNumPostShufflePartitions": {
    key: "spark.sql.adaptive.coalescePartitions.initialPartitionNum",
    value: "100",
  },
  // Merging down to one partition is what coalescing does once parallelism doesn't come first.
  "spark.sql.adaptive.minNumPostShufflePartitions": {
    key: "spark.sql.adaptive.coalescePartitions.parallelismFirst",
    value: "false",
  },
  "spark.shuffle.spill": undefined,
  "spark.sql.adaptive.coalescePartitions.targetPartitionSize": {
    key: "spark.sql.adaptive.advisoryPartitionSizeInBytes",
    value: "64MB",
  },
  // Profiles leave extraJavaOptions to the user.
  "spark.driver.extraJavaOptions": { key: "spark.driver.defaultJavaOptions" },
  "spark.executor.extraJavaOptions": { key: "spark.executor.defaultJavaOptions" },
};
