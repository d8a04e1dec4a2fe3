// Why a driver doesn't run yet, in one line: what Kubernetes says, and what to do. Nothing is said of the ordinary steps of
// a start, so that an undisturbed task costs no writes.
import type { Cause } from "../../api/status.ts";
import { type ContainerStatus, type DriverPod, sparkContainer, sparkStatus } from "./pod.ts";

/** `hopeless`: it can't ever start, so waiting is of no use. `until`: when more can be said, in ms since 1970. */
export type Waiting = { reason: string; message: string; hopeless?: Cause };

/** Volumes and network take seconds; what takes longer is missing. */
const volumesMs = 30_000;

export function waiting(pod: DriverPod, now: number): { waiting?: Waiting; lookAt?: number } {
  const said = unscheduled(pod) ?? containerWaits(pod);
  if (said) return { waiting: said };
  const since = notReadySince(pod);
  if (since === undefined) return {};
  return now < since + volumesMs ? { lookAt: since + volumesMs } : { waiting: volumesMissing };
}

/** The scheduler's own words, and what follows from them. */
function unscheduled({ spec, status }: DriverPod): Waiting | undefined {
  const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (spec?.nodeName || scheduled?.status !== "False") return undefined;
  const { reason = "Unschedulable", message = "" } = scheduled;
  if (reason === "SchedulingGated")
    return { reason, message: "the driver waits for its scheduling gates to be lifted" };
  return { reason, message: `no node takes the driver: ${message || "the scheduler says no more"}${advice(message)}` };
}

function advice(message: string): string {
  if (/persistentvolumeclaim/i.test(message)) return "; make the claim, or mend the volume that names it";
  if (/Insufficient memory/.test(message)) return "; lower driver.memory, or add nodes";
  if (/Insufficient/.test(message)) return "; lower what the driver asks for, or add nodes";
  return "";
}

function containerWaits(pod: DriverPod): Waiting | undefined {
  const init = pod.status?.initContainerStatuses ?? [];
  for (const status of init) {
    const said = waitingOf(status, pod, `init container "${status.name}"`);
    if (said) return said;
  }
  const spark = sparkStatus(pod);
  return spark && waitingOf(spark, pod, "driver");
}

const images: readonly string[] = [
  "ErrImagePull",
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
];

function waitingOf({ state }: ContainerStatus, pod: DriverPod, who: string): Waiting | undefined {
  const { reason, message = "" } = state?.waiting ?? {};
  if (!reason || reason === "ContainerCreating" || reason === "PodInitializing") return undefined;
  const words = oneLine(message);
  const image = who === "driver" ? ` ${sparkContainer(pod)?.image ?? ""}`.trimEnd() : "";
  if (reason === "InvalidImageName") {
    const said = `the ${who}'s image${image} has no valid name: mend the field image`;
    return { reason, message: said, hopeless: { class: "Input", reason, message: said } };
  }
  if (images.includes(reason))
    return {
      reason,
      message: `the ${who}'s image${image} can't be pulled: ${words}; check image and imagePullSecrets`,
    };
  if (reason === "CreateContainerConfigError")
    return { reason, message: `the ${who} can't be set up: ${words}; make it, or mend the field that names it` };
  if (reason === "CrashLoopBackOff") return { reason, message: `the ${who} ends again and again: ${words}` };
  return { reason, message: `the ${who} can't be started: ${words}` };
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim().slice(0, 1000);

/** Since when a pod with a node has waited for its volumes and network. */
function notReadySince({ spec, status }: DriverPod): number | undefined {
  const ready = status?.conditions?.find(({ type }) => type === "PodReadyToStartContainers");
  if (!spec?.nodeName || ready?.status !== "False" || !ready.lastTransitionTime) return undefined;
  return Date.parse(ready.lastTransitionTime);
}

/** Which of them is only in Events, which the operator doesn't read. */
const volumesMissing: Waiting = {
  reason: "VolumesNotReady",
  message:
    "the driver waits for its volumes or network: a ConfigMap, Secret or claim may be missing; `kubectl describe pod` says which",
};
