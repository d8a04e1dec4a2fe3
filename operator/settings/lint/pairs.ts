// Lint rules about settings that contradict each other, or that Spark refuses together.
import { assignment, type Finding, type Rule } from "./view.ts";

const found = (when: boolean, keys: readonly string[], message: () => string): Finding[] =>
  when ? [{ keys, message: message() }] : [];

const mib = 1024 ** 2;
const more = (a: number | undefined, b: number | undefined): boolean => a !== undefined && b !== undefined && a > b;

/** ExecutorAllocationManager.validateSettings. */
const fewestAboveMost: Rule = (conf) => {
  const [least, most] = ["spark.dynamicAllocation.minExecutors", "spark.dynamicAllocation.maxExecutors"] as const;
  const wrong = conf.on("spark.dynamicAllocation.enabled") && more(conf.number(least), conf.number(most));
  return found(
    wrong,
    [least, most],
    () =>
      `${assignment(conf, least)} is above ${assignment(conf, most)}, so Spark refuses to start; lower the one or raise the other`,
  );
};

/** Spark begins with the greatest of minExecutors, initialExecutors and executor.instances. */
const beginsAboveMost: Rule = (conf) => {
  const most = "spark.dynamicAllocation.maxExecutors";
  const first = ["spark.executor.instances", "spark.dynamicAllocation.initialExecutors"].find(
    (key) => conf.has(key) && more(conf.number(key), conf.number(most)),
  );
  const wrong = first !== undefined && conf.on("spark.dynamicAllocation.enabled");
  return found(
    wrong,
    [first ?? most, most],
    () =>
      `${assignment(conf, first ?? "")} asks for more executors to begin with than ${assignment(conf, most)} allows; lower the one or raise the other`,
  );
};

/** ExecutorAllocationManager.validateSettings; a ShuffleDataIO plugin may keep shuffles elsewhere. */
const allocationWithoutShuffles: Rule = (conf) => {
  const tracking = "spark.dynamicAllocation.shuffleTracking.enabled";
  const kept =
    conf.on(tracking) ||
    conf.on("spark.shuffle.service.enabled") ||
    conf.has("spark.shuffle.sort.io.plugin.class") ||
    (conf.on("spark.decommission.enabled") && conf.on("spark.storage.decommission.shuffleBlocks.enabled"));
  const wrong = conf.on("spark.dynamicAllocation.enabled") && !kept;
  return found(
    wrong,
    [tracking, "spark.dynamicAllocation.enabled"],
    () =>
      `spark.dynamicAllocation.enabled needs something that keeps shuffle files when executors go, or Spark refuses to start; set ${tracking}=true`,
  );
};

const shuffleService: Rule = (conf) => {
  const key = "spark.shuffle.service.enabled";
  return found(
    conf.on(key),
    [key],
    () =>
      `${key}=true makes executors look for an external shuffle service, which neither Kubernetes nor a laptop has; remove it, and set spark.dynamicAllocation.shuffleTracking.enabled=true if executors come and go`,
  );
};

/** ResourceUtils: "The number of cores per executor has to be >= the number of cpus per task". */
const coresBelowTask: Rule = (conf) => {
  const [cores, task] = ["spark.executor.cores", "spark.task.cpus"] as const;
  const wrong = more(conf.number(task), conf.number(cores));
  return found(
    wrong,
    [task, cores],
    () =>
      `${assignment(conf, task)} is more than ${assignment(conf, cores)}, so no task would fit an executor; raise ${cores} or lower ${task}`,
  );
};

/** Kubernetes refuses pods whose request is above their limit. */
const requestAboveLimit: Rule = (conf) =>
  ["driver", "executor"].flatMap((role) => {
    const [request, limit] = [
      `spark.kubernetes.${role}.request.cores`,
      `spark.kubernetes.${role}.limit.cores`,
    ] as const;
    const asked = conf.has(request) ? request : `spark.${role}.cores`;
    const wrong = more(cpus(conf.value(asked)), cpus(conf.value(limit)));
    return found(
      wrong,
      [limit, asked],
      () =>
        `${assignment(conf, asked)} is above ${assignment(conf, limit)}, so Kubernetes refuses the pod; raise the limit or lower the request`,
    );
  });

/** CPUs of a Kubernetes quantity such as `1.5` or `500m`. */
function cpus(text: string | undefined): number | undefined {
  const [, number, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(text ?? "") ?? [];
  return number === undefined ? undefined : Number(number) / (milli ? 1000 : 1);
}

/** UnifiedMemoryManager: one and a half times the 300 MiB that are reserved. */
const heapTooSmall: Rule = (conf) =>
  ["spark.driver.memory", "spark.executor.memory"].flatMap((key) =>
    found(
      more(450 * mib, conf.bytes(key)),
      [key],
      () =>
        `${assignment(conf, key)} is less than the 450m that Spark needs to start (a bare number is MiB); write at least 450m, better 1g`,
    ),
  );

const resultAboveHeap: Rule = (conf) => {
  const [result, heap] = ["spark.driver.maxResultSize", "spark.driver.memory"] as const;
  const wrong = conf.has(result) && more(conf.bytes(result), conf.bytes(heap));
  return found(
    wrong,
    [result, heap],
    () =>
      `${assignment(conf, result)} lets collect() fetch more than ${assignment(conf, heap)} holds, so the driver runs out of memory; lower the one or raise the other`,
  );
};

/** MemoryManager: "spark.memory.offHeap.size must be > 0 when spark.memory.offHeap.enabled == true". */
const offHeapWithoutSize: Rule = (conf) => {
  const [enabled, size] = ["spark.memory.offHeap.enabled", "spark.memory.offHeap.size"] as const;
  const wrong = conf.on(enabled) && conf.bytes(size) === 0;
  return found(
    wrong,
    [enabled, size],
    () => `${enabled}=true needs ${size} above 0, or Spark refuses to start; set it, such as ${size}=2g`,
  );
};

/** SparkConf.validateSettings. */
const fractions: Rule = (conf) =>
  ["spark.memory.fraction", "spark.memory.storageFraction"].flatMap((key) => {
    const value = conf.number(key);
    const wrong = value !== undefined && (value < 0 || value > 1);
    return found(
      wrong,
      [key],
      () => `${assignment(conf, key)} isn't between 0 and 1, so Spark refuses to start; write a fraction such as 0.6`,
    );
  });

/** SparkConf.validateSettings; a beat or two should fit besides. */
const heartbeatAboveTimeout: Rule = (conf) => {
  const [beat, timeout] = ["spark.executor.heartbeatInterval", "spark.network.timeout"] as const;
  const [every, until] = [conf.millis(beat), conf.millis(timeout)];
  const wrong = every !== undefined && until !== undefined && every >= until;
  return found(
    wrong,
    [beat, timeout],
    () =>
      `${assignment(conf, beat)} must be below ${assignment(conf, timeout)}, or Spark refuses to start; lower the interval or raise the time-out`,
  );
};

/** SparkConf.validateSettings: "spark.authenticate must be enabled when enabling encryption". */
const encryptionWithoutAuthentication: Rule = (conf) => {
  const key = ["spark.network.crypto.enabled", "spark.authenticate.enableSaslEncryption"].find((name) => conf.on(name));
  const wrong = key !== undefined && !conf.on("spark.authenticate");
  return found(
    wrong,
    [key ?? "", "spark.authenticate"],
    () => `${key}=true needs spark.authenticate=true, or Spark refuses to start; set both`,
  );
};

/** Without a folder Spark writes to the pod's own disk, and fails where the folder doesn't exist. */
const eventLogNowhere: Rule = (conf) => {
  const [enabled, dir] = ["spark.eventLog.enabled", "spark.eventLog.dir"] as const;
  return found(
    conf.on(enabled) && !conf.has(dir),
    [enabled],
    () =>
      `${enabled}=true without ${dir} writes to ${conf.value(dir)} of the driver, which must exist and is lost with it; set ${dir}, such as s3a://lake/events`,
  );
};

export const pairRules: readonly Rule[] = [
  fewestAboveMost,
  beginsAboveMost,
  allocationWithoutShuffles,
  shuffleService,
  coresBelowTask,
  requestAboveLimit,
  heapTooSmall,
  resultAboveHeap,
  offHeapWithoutSize,
  fractions,
  heartbeatAboveTimeout,
  encryptionWithoutAuthentication,
  eventLogNowhere,
];
