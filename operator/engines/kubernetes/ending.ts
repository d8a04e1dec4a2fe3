// Why a driver's pod ended: first the program's own result, then what the cluster did to it, then its exit code.
import type { Cause } from "../../api/status.ts";
import { hasOwnError, type Outcome, outcomeOf, parseResult } from "../../task/outcome.ts";
import { outputsAnnotation, stopAnnotation } from "./labels.ts";
import { type DriverPod, endOf, sparkContainer, type Terminated } from "./pod.ts";

/** The outcome of a pod whose Spark container has ended, or that has failed before it could. */
export function outcomeOfPod(pod: DriverPod, end: Terminated | undefined): Outcome {
  const result = parseResult(end?.message);
  const code = exitCode(pod, end);
  const exit = code === undefined ? {} : { exitCode: code };
  const told = code === undefined ? undefined : outcomeOf(code, result, declaredOutputs(pod), "cluster");
  if (told?.state === "Succeeded") return told;
  const own = told && hasOwnError(result) ? told : undefined;
  const cause =
    stopCause(pod) ??
    outOfMemory(pod, end) ??
    disruption(pod) ??
    (own
      ? undefined
      : (startError(pod, end) ?? deadline(pod, end) ?? deleted(pod) ?? nodeRefused(pod) ?? initFailed(pod)));
  if (cause) return failed({ ...exit, ...cause });
  if (!told) return failed(unknown(pod));
  return own ?? failed(withTail(told.cause, result ? undefined : end?.message));
}

function exitCode({ status }: DriverPod, end: Terminated | undefined): number | undefined {
  // The kubelet's own 137 for a container that it can't find, or that never was.
  if (end?.reason === "ContainerStatusUnknown") return undefined;
  return end?.exitCode ?? (status?.phase === "Succeeded" ? 0 : undefined);
}

const failed = (cause: Cause): Outcome => ({ state: "Failed", cause });

function declaredOutputs({ metadata }: DriverPod) {
  try {
    const outputs: unknown = JSON.parse(metadata.annotations?.[outputsAnnotation] ?? "[]");
    return Array.isArray(outputs) ? outputs.filter((one) => typeof one?.name === "string") : [];
  } catch {
    return [];
  }
}

/** Why the operator stopped it: written with the stop itself, so that no crash in between loses it. */
export function stopCause({ metadata }: DriverPod): Cause | undefined {
  try {
    const { class: of, reason, message } = JSON.parse(metadata.annotations?.[stopAnnotation] ?? "") as Cause;
    return of === "Cancelled" || of === "Timeout" || of === "Input" || of === "Infrastructure" || of === "Program"
      ? { class: of, reason: String(reason).slice(0, 128), message: String(message).slice(0, 4096) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The program's: its container has more than its limit lets it have, and will have it again. */
function outOfMemory(pod: DriverPod, end: Terminated | undefined): Cause | undefined {
  if (end?.reason !== "OOMKilled") return undefined;
  const limit = sparkContainer(pod)?.resources?.limits?.memory;
  const of = limit ? ` of ${limit}` : "";
  return {
    class: "Program",
    reason: "OOMKilled",
    message: `the driver took more memory than its limit${of} and was killed: raise driver.memoryOverhead (Python, native code) or driver.memory (the JVM's heap)`,
  };
}

const infrastructure = (reason: string, message: string): Cause => ({ class: "Infrastructure", reason, message });

/** What took the pod away, by the reason of its condition DisruptionTarget. */
const disruptions: Readonly<Record<string, [reason: string, what: string]>> = {
  PreemptionByScheduler: ["Preempted", "the driver gave way to a pod of higher priority"],
  DeletionByTaintManager: ["NodeLost", "the driver's node was tainted or didn't answer any more"],
  EvictionByEvictionAPI: ["Evicted", "the driver was evicted, as when its node is drained"],
  DeletionByPodGC: ["NodeLost", "the driver's node is gone"],
  TerminationByKubelet: ["Evicted", "the driver's node ended it, being short of resources or shutting down"],
};

function disruption({ status }: DriverPod): Cause | undefined {
  const words = status?.message ? `: ${status.message}` : "";
  // An own limit that was exceeded will be exceeded again.
  if (status?.reason === "Evicted" && /exceeds the (total )?limit/i.test(words))
    return {
      class: "Program",
      reason: "Evicted",
      message: `the driver was evicted${words}; raise the limit, or write less`,
    };
  if (status?.reason === "Evicted") return infrastructure("Evicted", `the driver was evicted${words}`);
  if (status?.reason === "NodeLost") return infrastructure("NodeLost", `the driver's node doesn't answer${words}`);
  const target = status?.conditions?.find(({ type, status: is }) => type === "DisruptionTarget" && is === "True");
  if (!target) return undefined;
  const [reason, what] = disruptions[target.reason ?? ""] ?? ["Disrupted", "the cluster took the driver's pod away"];
  return infrastructure(reason, `${what}${target.message ? `: ${target.message}` : ""}`);
}

/** The container's runtime couldn't start what the image should hold. */
function startError(pod: DriverPod, end: Terminated | undefined): Cause | undefined {
  if (!["StartError", "ContainerCannotRun", "RunContainerError"].includes(end?.reason ?? "")) return undefined;
  const words = (end?.message ?? "").replace(/\s+/g, " ").slice(0, 1000);
  const image = sparkContainer(pod)?.image ?? "the image";
  if (/executable file not found|no such file or directory/.test(words))
    return {
      class: "Input",
      reason: "ImageWithoutEntryPoint",
      message: `${image} doesn't hold Sparkflow's entry point: set runtime: inject, or build it FROM sparkflow/spark-sedona (${words})`,
    };
  if (/argument list too long/.test(words))
    return { class: "Input", reason: "EnvironmentTooLarge", message: `variables and params are too large: ${words}` };
  return infrastructure("StartError", `the driver's container couldn't be started: ${words}`);
}

function deadline({ status, spec }: DriverPod, end: Terminated | undefined): Cause | undefined {
  if (status?.reason !== "DeadlineExceeded") return undefined;
  if ((spec?.activeDeadlineSeconds ?? 2) <= 1)
    return {
      class: "Cancelled",
      reason: "Stopped",
      message: "the driver pod's deadline was set to its end by somebody else",
    };
  return end?.startedAt
    ? { class: "Timeout", reason: "RunTimeout", message: "it ran longer than timeouts.run" }
    : { class: "Timeout", reason: "StartTimeout", message: "it waited to start longer than timeouts.start" };
}

const deleted = ({ metadata }: DriverPod): Cause | undefined =>
  metadata.deletionTimestamp === undefined
    ? undefined
    : infrastructure("Deleted", "the driver pod was deleted by somebody else");

/** What a kubelet says that won't take the pod the scheduler gave it, or that has lost sight of a container. */
function nodeRefused(pod: DriverPod): Cause | undefined {
  const { reason = "", message = "" } = pod.status ?? {};
  if (endOf(pod)?.reason === "ContainerStatusUnknown")
    return infrastructure("NodeLost", "the driver's node lost its container, as in a restart of the node");
  return /^(OutOf\w+|Node\w+|UnexpectedAdmissionError|TopologyAffinityError|AppArmor|Shutdown|Terminated)$/.test(reason)
    ? infrastructure(reason, `the driver's node ended or refused it: ${message || reason}`)
    : undefined;
}

function initFailed({ status }: DriverPod): Cause | undefined {
  const broken = status?.initContainerStatuses?.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  if (!broken) return undefined;
  const { exitCode, reason, message } = broken.state!.terminated!;
  const why = reason === "OOMKilled" ? "took more memory than its limit" : `ended with exit code ${exitCode}`;
  return {
    class: "Program",
    reason: "InitContainerFailed",
    message: `the init container "${broken.name}" ${why}${tail(message)}`,
  };
}

function unknown({ status }: DriverPod): Cause {
  const words = [status?.reason, status?.message].filter(Boolean).join(": ");
  return infrastructure("PodFailed", `the driver pod failed${words ? `: ${words}` : ", and nothing says why"}`);
}

/** Without a result the kubelet gives the log's last lines. */
const withTail = (cause: Cause, message: string | undefined): Cause => ({
  ...cause,
  message: `${cause.message}${tail(message)}`,
});

/** The last lines of a log, 600 characters at most. */
function tail(message: string | undefined): string {
  const text = (message ?? "").trim();
  return text === "" ? "" : `; its log ends with: ${text.length > 600 ? `…${text.slice(-600)}` : text}`;
}
