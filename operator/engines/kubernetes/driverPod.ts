// The driver pod: what the user's template says, merged over what every driver has. It passes Pod Security restricted.
import type { Attempt } from "../../task/attempt.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import { driverConf } from "./driverConf.ts";
import { driverEnv } from "./environment.ts";
import { attemptLabels, outputsAnnotation, ownerReferences, trackingFinalizer } from "./labels.ts";
import { type AttemptIdentity, attemptNames } from "./names.ts";
import { driverContainer, terminationLog, workDir } from "./paths.ts";
import { runtimeCommand, runtimeContainers, runtimeMounts, runtimeVolumes } from "./runtime.ts";
import { containerSecurity, podSecurity } from "./security.ts";
import { storageMounts, storageVolumes } from "./storage.ts";
import { withTemplate } from "./template.ts";
import {
  attemptVolumes,
  configMapMounts,
  configMapVolumes,
  fileMounts,
  scratchMounts,
  scratchVolumes,
  templateMounts,
  templateVolumes,
} from "./volumes.ts";

/** Longest time from a driver pod's creation until it runs, where `timeouts.start` says nothing. */
export const defaultStartMs = 10 * 60 * 1000;
/** Seconds between SIGTERM and SIGKILL: what a program has to end in order when it is stopped. */
const graceSeconds = 30;
/** Service account of drivers that make executors; the chart makes it in every watched namespace. */
export const defaultServiceAccount = "sparkflow-driver";

export const driverPod = (task: ResolvedTask, attempt: Attempt, identity: AttemptIdentity): object =>
  withTemplate(driverBase(task, attempt, identity), task.driverTemplate);

/** The driver pod before the user's template. */
export function driverBase(task: ResolvedTask, attempt: Attempt, identity: AttemptIdentity) {
  const names = attemptNames(identity);
  const conf = driverConf(attempt);
  return {
    metadata: {
      name: names.driver,
      namespace: task.namespace,
      labels: {
        ...conf.labels,
        ...attemptLabels(task, identity),
        "spark-role": "driver",
        "spark-app-name": task.name,
      },
      ...annotations(conf.annotations, attempt),
      ownerReferences: ownerReferences(identity),
      finalizers: [trackingFinalizer],
    },
    spec: {
      restartPolicy: "Never",
      enableServiceLinks: false,
      ...account(task),
      ...(task.imagePullSecrets.length > 0 ? { imagePullSecrets: task.imagePullSecrets } : {}),
      ...deadline(task),
      terminationGracePeriodSeconds: graceSeconds,
      ...(Object.keys(conf.nodeSelector).length > 0 ? { nodeSelector: conf.nodeSelector } : {}),
      ...(conf.schedulerName === undefined ? {} : { schedulerName: conf.schedulerName }),
      securityContext: podSecurity,
      ...runtimeContainers(task),
      containers: [container(task, attempt)],
      volumes: [
        ...attemptVolumes(names),
        ...configMapVolumes(attempt),
        ...storageVolumes(task),
        ...runtimeVolumes(task),
        ...scratchVolumes("driver"),
        ...(makesExecutors(task) ? templateVolumes(names) : []),
      ],
    },
  };
}

function annotations(ofConf: Record<string, string>, { outputs }: Attempt) {
  const own = outputs.length > 0 ? { [outputsAnnotation]: JSON.stringify(outputs) } : {};
  const all = { ...ofConf, ...own };
  return Object.keys(all).length > 0 ? { annotations: all } : {};
}

const makesExecutors = ({ engine }: ResolvedTask) => engine.kind === "kubernetes";

/** Only a driver that makes executors has a token. With `local[N]` the user's own account may still carry an identity. */
function account(task: ResolvedTask) {
  const { serviceAccountName } = task;
  if (makesExecutors(task))
    return { automountServiceAccountToken: true, serviceAccountName: serviceAccountName ?? defaultServiceAccount };
  return { automountServiceAccountToken: false, ...(serviceAccountName === undefined ? {} : { serviceAccountName }) };
}

/** Ends the pod also while the operator is down: waiting and running time together, in whole seconds. */
function deadline({ timeouts }: ResolvedTask) {
  if (timeouts.runMs === undefined) return {};
  const ms = (timeouts.startMs ?? defaultStartMs) + timeouts.runMs;
  return { activeDeadlineSeconds: Math.max(1, Math.ceil(ms / 1000)) };
}

function container(task: ResolvedTask, attempt: Attempt) {
  const { cores, memory } = attempt.resources.driver;
  const { requestCores, limitCores, resources, imagePullPolicy } = driverConf(attempt);
  const mebibytes = `${memory.totalMiB}Mi`;
  return {
    name: driverContainer,
    image: task.image,
    ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }),
    ...runtimeCommand(task),
    args: ["driver"],
    workingDir: workDir,
    env: driverEnv(task, attempt),
    ports: makesExecutors(task)
      ? [port("driver-rpc-port", 7078), port("blockmanager", 7079), port("spark-ui", 4040)]
      : [port("spark-ui", 4040)],
    resources: {
      requests: { cpu: requestCores ?? String(cores), memory: mebibytes },
      limits: { ...(limitCores === undefined ? {} : { cpu: limitCores }), memory: mebibytes, ...resources },
    },
    securityContext: containerSecurity,
    terminationMessagePath: terminationLog,
    // The entry point writes the result itself. Where it can't (SIGKILL, no entry point in the image), the log's tail is
    // all that anybody will ever hear of the attempt.
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [
      ...fileMounts(Object.keys(attempt.files)),
      ...configMapMounts(attempt),
      ...storageMounts(task),
      ...runtimeMounts(task),
      ...scratchMounts("driver"),
      ...(makesExecutors(task) ? templateMounts : []),
    ],
  };
}

const port = (name: string, containerPort: number) => ({ name, containerPort, protocol: "TCP" });
