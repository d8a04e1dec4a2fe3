// Settings that the operator owns on a cluster. They are explained in Spark's own terms in docs/settings.md.
import type { Layer } from "../../settings/layers.ts";
import { isPython } from "../../task/program.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import type { AttemptNames } from "./names.ts";
import { executorContainer, templateDir } from "./paths.ts";

/** The driver's address is the pod's own and comes by the entry point. */
export function ownedSettings(task: ResolvedTask, names: AttemptNames): Layer {
  const conf = new Map<string, string>([["spark.ui.port", "4040"]]);
  if (task.engine.kind === "local") {
    conf.set("spark.master", `local[${task.engine.localCores}]`);
    conf.set("spark.driver.host", "127.0.0.1");
    return { source: "operator", conf };
  }
  const set = new Map(task.settings.map(({ key, value }) => [key, value]));
  const settings = [...owned(task, names), ...defaults(task, set).filter(([key]) => !set.has(key))];
  for (const [key, value] of settings) conf.set(key, value);
  return { source: "operator", conf };
}

function owned(task: ResolvedTask, names: AttemptNames): [string, string][] {
  const entries: [string, string][] = [
    ["spark.master", "k8s://https://kubernetes.default.svc:443"],
    ["spark.submit.deployMode", "client"],
    ["spark.app.id", names.appId],
    ["spark.kubernetes.namespace", task.namespace],
    ["spark.kubernetes.driver.pod.name", names.driver],
    ["spark.kubernetes.executor.podNamePrefix", names.executorPrefix],
    ["spark.driver.port", "7078"],
    ["spark.driver.blockManager.port", "7079"],
    ["spark.kubernetes.container.image", task.image],
    ["spark.kubernetes.executor.podTemplateFile", `${templateDir}/executor.json`],
    ["spark.kubernetes.executor.podTemplateContainerName", executorContainer],
    ["spark.kubernetes.resource.type", isPython(task.program) ? "python" : "java"],
  ];
  const secrets = task.imagePullSecrets.map(({ name }) => name).join(",");
  return secrets === "" ? entries : [...entries, ["spark.kubernetes.container.image.pullSecrets", secrets]];
}

/** Defaults for pods, which a user may set otherwise. */
function defaults(task: ResolvedTask, set: ReadonlyMap<string, string>): [string, string][] {
  const claims = [...set.keys()].some((key) =>
    key.startsWith("spark.kubernetes.executor.volumes.persistentVolumeClaim."),
  );
  const entries: [string, string][] = [
    ["spark.kubernetes.memoryOverheadFactor", isPython(task.program) ? "0.4" : "0.1"],
    ["spark.kubernetes.executor.enablePollingWithResourceVersion", "true"],
    ["spark.kubernetes.driver.service.deleteOnTermination", "false"],
    ["spark.kubernetes.executor.disableConfigMap", "true"],
  ];
  // Without claims of its own Spark needs no rights on any; with them, it has to own them so that they go with the driver.
  if (!claims)
    entries.push(
      ["spark.kubernetes.driver.ownPersistentVolumeClaim", "false"],
      ["spark.kubernetes.driver.reusePersistentVolumeClaim", "false"],
    );
  // Ended executors stay until the operator deletes them at the attempt's end, for their logs and causes. Where executors
  // come and go all the time, that would be too many.
  if (set.get("spark.dynamicAllocation.enabled") !== "true")
    entries.push(["spark.kubernetes.executor.deleteOnTermination", "false"]);
  // Spark sets executors' policy from here, whatever their template says.
  const policy = templatePullPolicy(task);
  if (policy) entries.push(["spark.kubernetes.container.image.pullPolicy", policy]);
  return entries;
}

/** The image pull policy that the executors' template has for Spark's container. */
function templatePullPolicy({ executorTemplate }: ResolvedTask): string | undefined {
  const { containers } = (executorTemplate?.spec ?? {}) as { containers?: unknown };
  if (!Array.isArray(containers)) return undefined;
  const container = containers.find((one) => one?.name === executorContainer);
  return typeof container?.imagePullPolicy === "string" ? container.imagePullPolicy : undefined;
}
