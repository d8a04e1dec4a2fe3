// Labels, annotations and owners of an attempt's objects.
import { apiVersion } from "../../api/kinds.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import type { AttemptIdentity } from "./names.ts";

export const taskLabel = "sparkflow.dev/task";
export const taskUidLabel = "sparkflow.dev/task-uid";
export const itemLabel = "sparkflow.dev/item";
export const attemptLabel = "sparkflow.dev/attempt";
export const instanceLabel = "app.kubernetes.io/instance";
export const roleLabel = "spark-role";
/** JSON list of the attempt's outputs (name, uri, format): a pod says itself where they are, whatever was edited since. */
export const outputsAnnotation = "sparkflow.dev/outputs";
/** JSON of the cause that the operator stopped the attempt for. */
export const stopAnnotation = "sparkflow.dev/stop";
/** Keeps an ended driver pod until its result is in the task's status. */
export const trackingFinalizer = "sparkflow.dev/tracking";
/** Selects every object that the operator makes or watches. */
export const managedBySelector = "app.kubernetes.io/managed-by=sparkflow";

/** What ConfigMap, driver and executors of an attempt are labelled with. */
export const attemptLabels = (task: ResolvedTask, identity: AttemptIdentity): Record<string, string> => ({
  "app.kubernetes.io/name": "sparkflow",
  "app.kubernetes.io/managed-by": "sparkflow",
  [instanceLabel]: identity.objectName,
  [taskLabel]: task.name,
  [taskUidLabel]: identity.uid,
  [attemptLabel]: String(identity.number),
  ...(task.item === undefined ? {} : { [itemLabel]: String(task.item) }),
  ...(task.flow ? { "sparkflow.dev/flow": task.flow } : {}),
  ...(task.run ? { "sparkflow.dev/run": task.run } : {}),
});

/** Selects the executors of one attempt. */
export const executorSelector = ({ uid, number }: Pick<AttemptIdentity, "uid" | "number">): string =>
  `${taskUidLabel}=${uid},${attemptLabel}=${number},${roleLabel}=executor`;

/** The SparkTask as the one owner of its ConfigMaps and driver pods. */
export const ownerReferences = ({ objectName, uid }: AttemptIdentity) => [
  { apiVersion, kind: "SparkTask", name: objectName, uid, controller: true, blockOwnerDeletion: true },
];

/** Labels that say whose a pod is, or that Spark finds its executors by. Services and PVCs with Spark's would be deleted at its end. */
const reserved = [
  "app.kubernetes.io/name",
  "app.kubernetes.io/managed-by",
  instanceLabel,
  roleLabel,
  "spark-app-selector",
  "spark-app-name",
  "spark-exec-id",
  "spark-exec-resourceprofile-id",
  "spark-exec-inactive",
  "spark-version",
];

/** Whether a label or annotation belongs to the operator or to Spark. */
export const isReserved = (key: string): boolean => key.startsWith("sparkflow.dev/") || reserved.includes(key);
