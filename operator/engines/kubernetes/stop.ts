// How an attempt is stopped so that its log and its cause stay.
import type { Cause } from "../../api/status.ts";
import { stopAnnotation } from "./labels.ts";
import { type DriverPod, endOf, isOver } from "./pod.ts";

export type StopAction =
  /** A merge-patch of the pod: the kubelet ends it as at its deadline, with SIGTERM and the grace period. */
  | { kind: "deadline"; patch: object }
  /** It never got a node, so no kubelet looks after it: patch, for the cause's sake, and delete. Our finalizer keeps it. */
  | { kind: "delete"; patch: object }
  /** It has ended, or is being stopped already. */
  | { kind: "none" };

/** What to do to stop a pod. The cause goes with the stop in one write, so that no crash in between loses it. */
export function stopAction(pod: DriverPod, cause: Cause): StopAction {
  const { metadata, spec } = pod;
  if (isOver(pod) || metadata.deletionTimestamp) return { kind: "none" };
  const ended = endOf(pod) !== undefined;
  // Sidecars of an ended driver end without a cause: the attempt has its own.
  const why = ended ? {} : { metadata: { annotations: { [stopAnnotation]: JSON.stringify(cause) } } };
  if (!spec?.nodeName && !ended) return { kind: "delete", patch: why };
  if (spec?.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds <= 1) return { kind: "none" };
  return { kind: "deadline", patch: { ...why, spec: { activeDeadlineSeconds: 1 } } };
}
