// Settings that Spark 3.5 reads no more or never did, though pages and colleagues still recommend them. What Spark itself
// lists as deprecated or removed is in the catalogue; this table has what it says nothing about.

/** `keys` may end in `*`. `why` follows the key in a sentence, `fix` says what works instead. */
export type Ineffective = { keys: readonly string[]; why: string; fix: string };

const gone = "doesn't exist in Spark 3";
const never = "never existed in Spark";

export const ineffectiveSettings: readonly Ineffective[] = [
  // SortShuffleManager: "this configuration is ignored as of Spark 1.6+".
  { keys: ["spark.shuffle.spill"], why: "has had no effect since Spark 1.6: shuffles always spill", fix: "remove it" },
  {
    keys: ["spark.sql.adaptive.maxNumPostShufflePartitions", "spark.sql.adaptive.shuffle.maxNumPostShufflePartitions"],
    why: gone,
    fix: "set spark.sql.adaptive.coalescePartitions.initialPartitionNum, with which adaptive execution begins",
  },
  {
    keys: ["spark.sql.adaptive.minNumPostShufflePartitions", "spark.sql.adaptive.shuffle.minNumPostShufflePartitions"],
    why: gone,
    fix: "set spark.sql.adaptive.coalescePartitions.parallelismFirst=false to let partitions be merged down to one",
  },
  {
    keys: [
      "spark.sql.adaptive.reducePostShufflePartitions.enabled",
      "spark.sql.adaptive.shuffle.reducePostShufflePartitions.enabled",
    ],
    why: gone,
    fix: "set spark.sql.adaptive.coalescePartitions.enabled",
  },
  {
    keys: ["spark.sql.adaptive.coalescePartitions.targetPartitionSize"],
    why: never,
    fix: "set spark.sql.adaptive.advisoryPartitionSizeInBytes",
  },
  {
    keys: ["spark.sql.adaptive.optimizeSkewedJoin.*", "spark.sql.adaptive.skewedPartition*"],
    why: gone,
    fix: "set spark.sql.adaptive.skewJoin.*",
  },
  // The memory manager of Spark 1.5, removed in 3.0 (SPARK-26539).
  {
    keys: ["spark.memory.useLegacyMode", "spark.shuffle.memoryFraction", "spark.shuffle.safetyFraction"],
    why: "belongs to the memory manager that Spark 3.0 removed",
    fix: "set spark.memory.fraction",
  },
  {
    keys: ["spark.storage.memoryFraction", "spark.storage.safetyFraction", "spark.storage.unrollFraction"],
    why: "belongs to the memory manager that Spark 3.0 removed",
    fix: "set spark.memory.fraction and spark.memory.storageFraction",
  },
  {
    keys: ["spark.akka.*", "spark.ssl.akka.*"],
    why: "has no effect: Spark hasn't used Akka since 2.0",
    fix: "remove it, or set spark.network.timeout, spark.rpc.askTimeout or spark.rpc.message.maxSize",
  },
  {
    keys: [
      "spark.shuffle.consolidateFiles",
      "spark.sql.codegen",
      "spark.sql.tungsten.enabled",
      "spark.sql.unsafe.enabled",
    ],
    why: "has had no effect since Spark 2.0: it is always on",
    fix: "remove it",
  },
  {
    keys: ["spark.cleaner.ttl", "spark.externalBlockStore.*", "spark.tachyonStore.*"],
    why: "has had no effect since Spark 2.0",
    fix: "remove it",
  },
  {
    keys: ["spark.num.executors", "spark.executor.num", "spark.executor.count", "spark.executor.number"],
    why: never,
    fix: "set spark.executor.instances",
  },
  {
    keys: ["spark.driver.libraryPath"],
    why: "has been replaced since Spark 1.2",
    fix: "set spark.driver.extraLibraryPath",
  },
  // A pod's memory request and limit are one number, which BasicDriverFeatureStep and BasicExecutorFeatureStep add up.
  ...["driver", "executor"].map((role) => ({
    keys: [`spark.kubernetes.${role}.request.memory`, `spark.kubernetes.${role}.limit.memory`],
    why: never,
    fix: `set spark.${role}.memory and spark.${role}.memoryOverhead, whose sum is the pod's request and limit`,
  })),
  {
    keys: ["spark.kubernetes.executor.env.*", "spark.kubernetes.executorEnv.*"],
    why: never,
    fix: "set spark.executorEnv.NAME, or the field env",
  },
  { keys: ["spark.kubernetes.driver.env.*"], why: never, fix: "set the field env" },
];

/** Keys of processes and cluster managers that Sparkflow doesn't run, by their beginning. */
export const elsewhere: readonly { prefix: string; where: string }[] = [
  { prefix: "spark.yarn.", where: "only YARN reads it" },
  { prefix: "spark.mesos.", where: "only Mesos reads it" },
  { prefix: "spark.deploy.", where: "only a standalone master reads it" },
  { prefix: "spark.master.", where: "only a standalone master reads it" },
  { prefix: "spark.worker.", where: "only a standalone worker reads it" },
  { prefix: "spark.history.", where: "only a history server reads it" },
];

/** Groups of settings that count only while a switch is on: first the narrower of two that begin alike. */
export const switches: readonly { group: string; needs: string }[] = [
  { group: "spark.dynamicAllocation.", needs: "spark.dynamicAllocation.enabled" },
  { group: "spark.eventLog.", needs: "spark.eventLog.enabled" },
  { group: "spark.excludeOnFailure.", needs: "spark.excludeOnFailure.enabled" },
  { group: "spark.executor.decommission.", needs: "spark.decommission.enabled" },
  { group: "spark.io.encryption.", needs: "spark.io.encryption.enabled" },
  { group: "spark.memory.offHeap.", needs: "spark.memory.offHeap.enabled" },
  { group: "spark.network.crypto.", needs: "spark.network.crypto.enabled" },
  { group: "spark.speculation.", needs: "spark.speculation" },
  { group: "spark.sql.adaptive.coalescePartitions.", needs: "spark.sql.adaptive.coalescePartitions.enabled" },
  { group: "spark.sql.adaptive.skewJoin.", needs: "spark.sql.adaptive.skewJoin.enabled" },
  { group: "spark.sql.adaptive.", needs: "spark.sql.adaptive.enabled" },
  { group: "spark.storage.decommission.enabled", needs: "spark.decommission.enabled" },
  { group: "spark.storage.decommission.", needs: "spark.storage.decommission.enabled" },
  { group: "spark.streaming.backpressure.", needs: "spark.streaming.backpressure.enabled" },
  { group: "spark.task.reaper.", needs: "spark.task.reaper.enabled" },
];
