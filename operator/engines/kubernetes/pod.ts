// Pods as the operator keeps them in memory: only what it reads of them, a few hundred bytes each. A pod as the API server
// answers it has the same shape, with more in it.
import { defined } from "../../api/defined.ts";
import { attemptLabel, instanceLabel, roleLabel, taskUidLabel, trackingFinalizer } from "./labels.ts";
import { driverContainer, executorContainer } from "./paths.ts";

type Owner = { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean };
export type PodMetadata = {
  name: string;
  uid: string;
  resourceVersion: string;
  namespace?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: Owner[];
};
export type Terminated = {
  exitCode?: number;
  reason?: string;
  message?: string;
  startedAt?: string;
  finishedAt?: string;
};
export type ContainerState = {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: Terminated;
};
export type ContainerStatus = {
  name: string;
  state?: ContainerState;
  lastState?: ContainerState;
};
export type Condition = {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
};
type Container = { name: string; image?: string; resources?: { limits?: { memory?: string } } };
export type DriverPod = {
  metadata: PodMetadata;
  spec?: { nodeName?: string; activeDeadlineSeconds?: number; containers?: Container[] };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    podIP?: string;
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
};

export const isDriver = ({ metadata }: Pick<DriverPod, "metadata">): boolean =>
  metadata.labels?.[roleLabel] === "driver";
export const isTracked = ({ metadata }: Pick<DriverPod, "metadata">): boolean =>
  metadata.finalizers?.includes(trackingFinalizer) ?? false;

/**
 * The JSON patch that takes our finalizer off, and no other. It fails (422) if the finalizers, or the pod, are others by now;
 * the kubelet, which may write the pod's status at the same time, is no conflict.
 */
export function releasePatch({ metadata }: Pick<DriverPod, "metadata">): object[] {
  const { uid, finalizers = [] } = metadata;
  const left = finalizers.filter((finalizer) => finalizer !== trackingFinalizer);
  const path = "/metadata/finalizers";
  return [
    { op: "test", path: "/metadata/uid", value: uid },
    { op: "test", path, value: finalizers },
    left.length > 0 ? { op: "replace", path, value: left } : { op: "remove", path },
  ];
}

/** Spark's container of a driver or executor, and what became of it. */
export const sparkStatus = (pod: DriverPod): ContainerStatus | undefined =>
  pod.status?.containerStatuses?.find(({ name }) => isSparks(name));
export const sparkContainer = (pod: DriverPod): Container | undefined =>
  pod.spec?.containers?.find(({ name }) => isSparks(name));
const isSparks = (name: string) => name === driverContainer || name === executorContainer;

/** What the end of Spark's container was, if it has ended. With restartPolicy Never its first end is its end. */
export function endOf(pod: DriverPod): Terminated | undefined {
  const status = sparkStatus(pod);
  return status?.lastState?.terminated ?? status?.state?.terminated;
}

/** Whether the pod as a whole has ended: sidecars and all. */
export const isOver = ({ status }: DriverPod): boolean => status?.phase === "Succeeded" || status?.phase === "Failed";

/** A driver that runs, or may still come to run. */
export const isActiveDriver = (pod: DriverPod): boolean => isDriver(pod) && !isOver(pod) && endOf(pod) === undefined;

/**
 * The attempt that a pod belongs to, by its labels. A driver's label has to agree with its owner: labels anybody can
 * write, and a forged child must not be taken for one of ours.
 */
export function taskOf(pod: DriverPod): { uid: string; number: number; objectName: string } | undefined {
  const { labels = {} } = pod.metadata;
  const { [taskUidLabel]: uid, [instanceLabel]: objectName } = labels;
  const number = Number(labels[attemptLabel]);
  if (!uid || !objectName || !Number.isSafeInteger(number) || number < 1) return undefined;
  return isDriver(pod) && !isOwnedBy(pod, uid) ? undefined : { uid, number, objectName };
}

const isOwnedBy = ({ metadata }: DriverPod, taskUid: string): boolean =>
  metadata.ownerReferences?.some(
    ({ uid, kind, controller }) => uid === taskUid && kind === "SparkTask" && controller === true,
  ) ?? false;

/** What the operator keeps of a pod. A driver whose end is in its task's status keeps least. */
export function stripPod(raw: { metadata: object; spec?: unknown; status?: unknown }): DriverPod {
  const pod = raw as DriverPod;
  const least = isDriver(pod) && isOver(pod) && !isTracked(pod);
  if (least) return { metadata: metadataOf(pod, true), status: defined({ phase: pod.status?.phase }) };
  return { metadata: metadataOf(pod, false), spec: specOf(pod), status: statusOf(pod) };
}

const ourLabels = ["app.kubernetes.io/managed-by", instanceLabel, taskUidLabel, attemptLabel, roleLabel];

function metadataOf({ metadata }: DriverPod, least: boolean): PodMetadata {
  const { name, uid, resourceVersion, namespace, creationTimestamp, deletionTimestamp, finalizers } = metadata;
  const { labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  const ours = Object.entries(annotations).filter(([key]) => key.startsWith("sparkflow.dev/"));
  return {
    ...defined({ name, uid, resourceVersion, namespace, creationTimestamp, deletionTimestamp }),
    labels: Object.fromEntries(ourLabels.flatMap((key) => (key in labels ? [[key, labels[key]!]] : []))),
    ...(ours.length > 0 && !least ? { annotations: Object.fromEntries(ours) } : {}),
    ...(finalizers ? { finalizers } : {}),
    ...(ownerReferences.length > 0 ? { ownerReferences: ownerReferences.map(ownerOf) } : {}),
  };
}

const ownerOf = ({ apiVersion, kind, name, uid, controller }: Owner): Owner =>
  defined({ apiVersion, kind, name, uid, controller });

function specOf(pod: DriverPod): NonNullable<DriverPod["spec"]> {
  const { nodeName, activeDeadlineSeconds } = pod.spec ?? {};
  const container = sparkContainer(pod);
  if (!container) return defined({ nodeName, activeDeadlineSeconds });
  const { name, image, resources } = container;
  const memory = resources?.limits?.memory;
  const kept = {
    name,
    ...(isDriver(pod) ? defined({ image }) : {}),
    ...(memory ? { resources: { limits: { memory } } } : {}),
  };
  return { ...defined({ nodeName, activeDeadlineSeconds }), containers: [kept] };
}

/** Conditions that say something while they have this status. */
const telling: Readonly<Record<string, string>> = {
  PodScheduled: "False",
  PodReadyToStartContainers: "False",
  DisruptionTarget: "True",
  Ready: "False",
};

function statusOf(pod: DriverPod): NonNullable<DriverPod["status"]> {
  const { phase, reason, message, podIP, conditions = [], initContainerStatuses = [] } = pod.status ?? {};
  const spark = sparkStatus(pod);
  const told = conditions.filter(({ type, status }) => telling[type] === status).map(conditionOf);
  const inits = initContainerStatuses.filter(({ state }) => state?.terminated?.exitCode !== 0);
  return {
    ...defined({ phase, reason, message, ...(isActiveDriver(pod) ? { podIP } : {}) }),
    ...(told.length > 0 ? { conditions: told } : {}),
    ...(spark ? { containerStatuses: [containerOf(spark, !isDriver(pod))] } : {}),
    ...(inits.length > 0 ? { initContainerStatuses: inits.map((one) => containerOf(one, false)) } : {}),
  };
}

const conditionOf = ({ type, status, reason, message, lastTransitionTime }: Condition): Condition =>
  defined({ type, status, reason, message, lastTransitionTime });

/** `brief`: without the termination message, which is a result of up to 4 KiB. */
function containerOf({ name, state, lastState }: ContainerStatus, brief: boolean): ContainerStatus {
  const last = lastState?.terminated;
  return {
    name,
    ...(state ? { state: stateOf(state, brief) } : {}),
    ...(last ? { lastState: { terminated: terminatedOf(last, brief) } } : {}),
  };
}

const stateOf = ({ waiting, running, terminated }: ContainerState, brief: boolean): ContainerState => ({
  ...(waiting ? { waiting: defined({ reason: waiting.reason, message: waiting.message }) } : {}),
  ...(running ? { running: defined({ startedAt: running.startedAt }) } : {}),
  ...(terminated ? { terminated: terminatedOf(terminated, brief) } : {}),
});

const terminatedOf = ({ exitCode, reason, message, startedAt, finishedAt }: Terminated, brief: boolean): Terminated =>
  defined({ exitCode, reason, ...(brief ? {} : { message }), startedAt, finishedAt });
