// The allow-list of spark.kubernetes.* keys: closed by default, since Spark writes them into pods. Source: Config.scala and
// Constants.scala of Spark 3.5's kubernetes module.
import { type Problem, problem, shown } from "../../../api/problems.ts";
import type { Setting } from "../../../settings/layers.ts";
import { whyOwned } from "../../../settings/owned.ts";
import { isReserved } from "../labels.ts";
import { localDir, normalised } from "../paths.ts";
import type { Refusal } from "./rules.ts";
import { pathProblems } from "./volumes.ts";

const prefix = "spark.kubernetes.";

/** Keys that may be set, below `spark.kubernetes.`; `*` stands for the rest of a key. */
const allowed: readonly string[] = [
  // How fast executors are asked for, watched and given up
  "allocation.batch.delay",
  "allocation.batch.size",
  "allocation.driver.readinessTimeout",
  "allocation.executor.timeout",
  "allocation.maxPendingPods",
  "dynamicAllocation.deleteGracePeriod",
  "driver.connectionTimeout",
  "driver.requestTimeout",
  "executor.apiPollingInterval",
  "executor.checkAllContainers",
  "executor.deleteOnTermination",
  "executor.enableApiPolling",
  "executor.enableApiWatcher",
  "executor.enablePollingWithResourceVersion",
  "executor.eventProcessingInterval",
  "executor.minTasksPerExecutorBeforeRolling",
  "executor.missingPodDetectDelta",
  "executor.rollInterval",
  "executor.rollPolicy",
  "executorSnapshotsSubscribersShutdownGracePeriod",
  "decommission.script",
  "executor.decommissionLabel",
  "executor.decommissionLabelValue",
  // Sizes and place
  "memoryOverheadFactor",
  "driver.request.cores",
  "driver.limit.cores",
  "executor.request.cores",
  "executor.limit.cores",
  "node.selector.*",
  "driver.node.selector.*",
  "executor.node.selector.*",
  "scheduler.name",
  "driver.scheduler.name",
  "executor.scheduler.name",
  // What pods are marked with
  "driver.label.*",
  "driver.annotation.*",
  "executor.label.*",
  "executor.annotation.*",
  // Images, local disks, claims
  "container.image.pullPolicy",
  "local.dirs.tmpfs",
  "configMap.maxSize",
  "executor.disableConfigMap",
  "driver.ownPersistentVolumeClaim",
  "driver.reusePersistentVolumeClaim",
  "driver.waitToReusePersistentVolumeClaim",
  "legacy.useReadWriteOnceAccessMode",
  "executor.volumes.emptyDir.*",
  "executor.volumes.persistentVolumeClaim.*",
  // Of no effect here, and harmless; the catalogue's warnings say so
  "jars.avoidDownloadSchemes",
  "pyspark.pythonVersion",
  "report.interval",
  "submission.*",
  "driver.service.deleteOnTermination",
];

/** What to do instead of a key that is refused, by its beginning below `spark.kubernetes.`. */
const instead: readonly [string, string][] = [
  ["driver.volumes.", "use driver.podTemplate"],
  ["driver.secrets.", "use a secret volume of driver.podTemplate"],
  ["driver.secretKeyRef.", "use env with valueFrom.secretKeyRef, or secretConf"],
  ["driverEnv.", "use the field env"],
  ["driver.service.", "the driver has no Service: executors reach it by its pod's address"],
  ["driver.podTemplate", "use driver.podTemplate"],
  ["driver.pod.featureSteps", "the operator makes the driver's pod; use driver.podTemplate"],
  ["executor.volumes.hostPath.", "pods see no files of their host; use emptyDir or persistentVolumeClaim"],
  ["executor.volumes.", "use emptyDir, persistentVolumeClaim or executor.podTemplate"],
  ["executor.secrets.", "use a secret volume of executor.podTemplate"],
  ["executor.secretKeyRef.", "use env with valueFrom.secretKeyRef, or secretConf"],
  [
    "executor.pod.featureSteps",
    "a class that changes executors' pods would pass by the list; use executor.podTemplate",
  ],
  ["allocation.pods.allocator", "executors are pods that the driver makes itself"],
  ["hadoop.configMapName", "use confFiles"],
  ["kerberos.", "Kerberos isn't available yet"],
  ["file.upload.path", "only spark-submit uploads files; give their URIs in deps"],
  ["context", "a driver knows the cluster that it runs in"],
  ["trust.certificates", "the driver checks that it talks to its own cluster"],
  ["scheduler.volcano.", "use schedulerName and labels of executor.podTemplate"],
];

const matches = (key: string, pattern: string) =>
  pattern.endsWith("*") ? key.length >= pattern.length && key.startsWith(pattern.slice(0, -1)) : key === pattern;

/** Refused keys among a task's merged settings. What the operator and secretConf set themselves isn't asked about. */
export function confRefusals(settings: readonly Setting[]): Refusal[] {
  return settings.flatMap(({ key, value, source }) => {
    if (source === "operator" || source === "secretConf") return [];
    const why = whyOwned(key);
    // A profile or a default can't say so; an unchecked layer could.
    if (why) return [problem(["sparkConf", key], `the key "${key}" belongs to the operator: ${why}`)];
    return key.startsWith(prefix) ? keyRefusals(key, value).map((one) => ({ id: key, ...one })) : [];
  });
}

function keyRefusals(key: string, value: string): Problem[] {
  const at = ["sparkConf", key];
  const rest = key.slice(prefix.length);
  if (!allowed.some((pattern) => matches(rest, pattern))) {
    const fix = instead.find(([start]) => rest.startsWith(start))?.[1] ?? "it isn't among the keys that may be set";
    return [problem(at, `the key "${key}" isn't allowed: ${fix}`)];
  }
  const marked = /^(?:driver|executor)\.(?:label|annotation)\.(.+)$/.exec(rest)?.[1];
  const label = marked ?? (rest === "executor.decommissionLabel" ? value : undefined);
  if (label !== undefined && isReserved(label))
    return [
      problem(at, `${shown(label)} isn't allowed here: the operator and Spark find pods by it; choose another key`),
    ];
  return volumeRefusals(rest, value, at);
}

/** `executor.volumes.TYPE.NAME.mount.path`, and names of volumes that are the operator's. */
function volumeRefusals(rest: string, value: string, at: string[]): Problem[] {
  const [, name, option] = /^executor\.volumes\.[^.]+\.([^.]+)\.(.+)$/.exec(rest) ?? [];
  if (name === undefined) return [];
  if (/^(sparkflow|cm)-/.test(name) || name === "tmp" || name === "work-dir")
    return [problem(at, `volumes named ${shown(name)} are the operator's; give it another name`)];
  if (option !== "mount.path") return [];
  if (normalised(value) === localDir && name.startsWith("spark-local-dir-")) return [];
  return pathProblems(value, ["/tmp", "/opt/spark/work-dir"], at).map(({ message }) => problem(at, message));
}
