// How an attempt is stopped so that its log and its cause stay.
import type { Cause } from "../../api/status.ts";
import { stopAnnotation } from "./labels.ts";
import { type DriverPod, endOf, isOver, sparkStatus } from "./pod.ts";
import { waiting } from "./waiting.ts";

export type StopAction =
  /** A merge-patch of the pod: the kubelet ends it as at its deadline, with SIGTERM and the grace period. */
  | { kind: "deadline"; patch: object }
  /** It has no log to keep: patch, for the cause's sake, and delete. Our finalizer keeps it. */
  | { kind: "delete"; patch: object }
  /** It has ended, or is being stopped already. */
  | { kind: "none" };

/** What to do to stop a pod. The cause goes with the stop in one write, so that no crash in between loses it. */
export function stopAction(pod: DriverPod, cause: Cause): StopAction {
  const { metadata, spec } = pod;
  if (isOver(pod) || metadata.deletionTimestamp) return { kind: "none" };
  // Sidecars of an ended driver end without a cause: the attempt has its own.
  if (endOf(pod)) return byDeadline(pod, {});
  const why = { metadata: { annotations: { [stopAnnotation]: JSON.stringify(withReason(pod, cause)) } } };
  return !spec?.nodeName || waitsForVolumes(pod) ? { kind: "delete", patch: why } : byDeadline(pod, why);
}

function byDeadline({ spec }: DriverPod, why: object): StopAction {
  if (spec?.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds <= 1) return { kind: "none" };
  return { kind: "deadline", patch: { ...why, spec: { activeDeadlineSeconds: 1 } } };
}

/** A kubelet that waits for volumes looks at a pod's deadline every two minutes only, but at its deletion at once. */
const waitsForVolumes = (pod: DriverPod) =>
  sparkStatus(pod)?.state?.running === undefined &&
  (pod.status?.conditions?.some(({ type, status }) => type === "PodReadyToStartContainers" && status === "False") ??
    false);

/** What a driver that never started waited for is the better half of why it is stopped. */
function withReason(pod: DriverPod, cause: Cause): Cause {
  const said = cause.reason === "StartTimeout" ? waiting(pod, Number.POSITIVE_INFINITY).waiting : undefined;
  return said ? { ...cause, message: `${cause.message}: ${said.message}`.slice(0, 4096) } : cause;
}
