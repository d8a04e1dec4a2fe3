// What a cluster gets for one attempt: an immutable ConfigMap and the driver pod. Pure. Every pod passes Pod Security
// restricted with no template given. The settings are explained in Spark's own terms in docs/settings.md.
import { createHash } from "node:crypto";
import type { EnvVar } from "../../api/common.ts";
import type { Layer } from "../../settings/layers.ts";
import type { Attempt } from "../../task/attempt.ts";
import { merge } from "../../task/merge.ts";
import { isPython } from "../../task/program.ts";
import type { ResolvedTask } from "../../task/resolve.ts";

export const attemptDir = "/opt/sparkflow/attempt";
const templateDir = "/opt/sparkflow/template";
const workDir = "/opt/spark/work-dir";
const driverContainer = "spark-kubernetes-driver";
const executorContainer = "spark-kubernetes-executor";
const sparkUid = 185;
/** Longest prefix of a task's name in the names of its pods: prefix, uid and attempt must fit 63 characters. */
const namePrefix = 36;

/** Names of one attempt's objects: made of task, uid and attempt, so that nothing starts twice. */
export type AttemptNames = { driver: string; configMap: string; appId: string; executorPrefix: string };

/** `uid8`: eight hex digits of the task's uid. */
export function attemptNames(task: string, uid8: string, attempt: number): AttemptNames {
  const base = `${task.slice(0, namePrefix).replace(/-+$/, "")}-${uid8}-${attempt}`;
  return { driver: `${base}-driver`, configMap: `${base}-conf`, appId: base, executorPrefix: base };
}

/** Settings that the operator owns on a cluster. The driver's address is the pod's own and comes by the entry point. */
export function ownedSettings(task: ResolvedTask, names: AttemptNames): Layer {
  const conf = new Map<string, string>([["spark.ui.port", "4040"]]);
  if (task.engine.kind === "local") {
    conf.set("spark.master", `local[${task.engine.localCores}]`);
    conf.set("spark.driver.host", "127.0.0.1");
    return { source: "operator", conf };
  }
  const python = isPython(task.program);
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
    ["spark.kubernetes.resource.type", python ? "python" : "java"],
  ];
  // Defaults for pods, which a user may set otherwise.
  const defaults: [string, string][] = [
    ["spark.kubernetes.memoryOverheadFactor", python ? "0.4" : "0.1"],
    ["spark.kubernetes.executor.enablePollingWithResourceVersion", "true"],
    ["spark.kubernetes.driver.service.deleteOnTermination", "false"],
    ["spark.kubernetes.driver.ownPersistentVolumeClaim", "false"],
    ["spark.kubernetes.driver.reusePersistentVolumeClaim", "false"],
    ["spark.kubernetes.executor.disableConfigMap", "true"],
  ];
  const set = new Set(task.settings.map(({ key }) => key));
  entries.push(...defaults.filter(([key]) => !set.has(key)));
  if (task.imagePullSecrets.length > 0)
    entries.push([
      "spark.kubernetes.container.image.pullSecrets",
      task.imagePullSecrets.map(({ name }) => name).join(","),
    ]);
  for (const [key, value] of entries) conf.set(key, value);
  return { source: "operator", conf };
}

const labels = (task: ResolvedTask, attempt: Attempt): Record<string, string> => ({
  "app.kubernetes.io/name": "sparkflow",
  "app.kubernetes.io/managed-by": "sparkflow",
  "sparkflow.dev/task": task.name,
  "sparkflow.dev/attempt": String(attempt.number),
  ...(task.flow ? { "sparkflow.dev/flow": task.flow } : {}),
  ...(task.run ? { "sparkflow.dev/run": task.run } : {}),
});

/** The attempt's files as an immutable ConfigMap. */
export function configMap(task: ResolvedTask, attempt: Attempt, names: AttemptNames): object {
  const template =
    task.engine.kind === "kubernetes"
      ? { "executor.json": JSON.stringify(executorTemplate(task, attempt), null, 2) }
      : {};
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: names.configMap, namespace: task.namespace, labels: labels(task, attempt) },
    immutable: true,
    data: { ...attempt.files, ...template },
  };
}

/** The driver pod: what the user's template says, merged over what every driver has. */
export function driverPod(task: ResolvedTask, attempt: Attempt, names: AttemptNames): object {
  const onPods = task.engine.kind === "kubernetes";
  const { cores, memory } = attempt.resources.driver;
  const base = {
    metadata: {
      name: names.driver,
      namespace: task.namespace,
      labels: { ...labels(task, attempt), "spark-role": "driver", "spark-app-name": task.name },
      finalizers: ["sparkflow.dev/tracking"],
    },
    spec: {
      restartPolicy: "Never",
      enableServiceLinks: false,
      automountServiceAccountToken: onPods,
      ...(onPods ? { serviceAccountName: task.serviceAccountName } : {}),
      ...(task.imagePullSecrets.length > 0 ? { imagePullSecrets: task.imagePullSecrets } : {}),
      ...(task.timeouts.runMs === undefined ? {} : { activeDeadlineSeconds: Math.ceil(task.timeouts.runMs / 1000) }),
      securityContext: podSecurity,
      containers: [
        {
          name: driverContainer,
          image: task.image,
          args: ["driver"],
          workingDir: workDir,
          env: [
            ...attempt.env.map(verbatim),
            { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
          ],
          ports: onPods
            ? [port("driver-rpc-port", 7078), port("blockmanager", 7079), port("spark-ui", 4040)]
            : [port("spark-ui", 4040)],
          resources: {
            requests: { cpu: String(cores), memory: `${memory.totalMiB}Mi` },
            limits: { memory: `${memory.totalMiB}Mi` },
          },
          securityContext: containerSecurity,
          volumeMounts: [
            ...mounts(attempt),
            ...(onPods ? [{ name: "sparkflow-template", mountPath: templateDir }] : []),
          ],
        },
      ],
      volumes: [
        ...volumes(attempt, names),
        ...(onPods
          ? [
              {
                name: "sparkflow-template",
                configMap: { name: names.configMap, items: [{ key: "executor.json", path: "executor.json" }] },
              },
            ]
          : []),
      ],
    },
  };
  const template = { metadata: task.driverTemplate?.metadata, spec: task.driverTemplate?.spec };
  return { apiVersion: "v1", kind: "Pod", ...(merge(base, withoutUndefined(template)) as object) };
}

/** What executors' pods are made from; Spark sets image, resources, names and arguments itself. */
export function executorTemplate(task: ResolvedTask, attempt: Attempt): object {
  const own = new Set(["SPARKFLOW_PARAMS", ...task.secrets.env.map(({ name }) => name)]);
  const forExecutors = (env: EnvVar) => !own.has(env.name) && !env.name.startsWith("SPARKFLOW_");
  const base = {
    metadata: { labels: labels(task, attempt) },
    spec: {
      enableServiceLinks: false,
      automountServiceAccountToken: false,
      securityContext: podSecurity,
      containers: [
        {
          name: executorContainer,
          env: attempt.env.filter(forExecutors).map(verbatim),
          securityContext: containerSecurity,
          volumeMounts: attempt.configMaps.map(({ name, path }) => ({
            name: volumeName(name),
            mountPath: `${attemptDir}/${path}`,
          })),
        },
      ],
      volumes: configMapVolumes(attempt),
    },
  };
  const template = { metadata: task.executorTemplate?.metadata, spec: task.executorTemplate?.spec };
  return { apiVersion: "v1", kind: "Pod", ...(merge(base, withoutUndefined(template)) as object) };
}

/** Kubernetes expands $(NAME) in a variable's value and reads $$ as $; our values are data. */
const verbatim = (env: EnvVar): EnvVar =>
  env.value === undefined ? env : { ...env, value: env.value.replaceAll("$", "$$$$") };

const podSecurity = {
  runAsNonRoot: true,
  runAsUser: sparkUid,
  runAsGroup: sparkUid,
  fsGroup: sparkUid,
  seccompProfile: { type: "RuntimeDefault" },
};
const containerSecurity = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const port = (name: string, containerPort: number) => ({ name, containerPort, protocol: "TCP" });
/** A volume's name is a label, a ConfigMap's may be longer and hold dots: then a hash tells it from others. */
function volumeName(configMapName: string): string {
  if (configMapName.length <= 60 && !configMapName.includes(".")) return `cm-${configMapName}`;
  const hash = createHash("sha256").update(configMapName).digest("hex").slice(0, 8);
  return `cm-${configMapName.replaceAll(".", "-").slice(0, 51)}-${hash}`;
}

const mounts = (attempt: Attempt) => [
  ...Object.keys(attempt.files).map((file) => ({
    name: "sparkflow-attempt",
    mountPath: `${attemptDir}/${file}`,
    subPath: file,
  })),
  ...attempt.configMaps.map(({ name, path }) => ({ name: volumeName(name), mountPath: `${attemptDir}/${path}` })),
  { name: "spark-local-dir-1", mountPath: "/var/data/spark" },
  { name: "work-dir", mountPath: workDir },
  { name: "tmp", mountPath: "/tmp" },
];

/** A volume for each ConfigMap, also if it is mounted in several places. */
const configMapVolumes = ({ configMaps }: Attempt) =>
  [...new Set(configMaps.map(({ name }) => name))].map((name) => ({ name: volumeName(name), configMap: { name } }));

const volumes = (attempt: Attempt, names: AttemptNames) => [
  { name: "sparkflow-attempt", configMap: { name: names.configMap } },
  ...configMapVolumes(attempt),
  { name: "spark-local-dir-1", emptyDir: {} },
  { name: "work-dir", emptyDir: {} },
  { name: "tmp", emptyDir: {} },
];

const withoutUndefined = (value: object) =>
  Object.fromEntries(Object.entries(value).filter(([, child]) => child !== undefined));

/** MiB that all pods of an attempt ask for at their most. */
export function totalMiB({ resources }: Attempt): number {
  const { driver, executors } = resources;
  return (
    driver.memory.totalMiB +
    (executors ? (executors.maxInstances ?? executors.instances) * executors.memory.totalMiB : 0)
  );
}
