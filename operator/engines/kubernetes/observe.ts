// A driver pod, as the API server shows it, in the words of `decide`. An attempt ends when Spark's container ends, sidecars
// or not.
import type { OutputStatus } from "../../api/status.ts";
import type { AttemptObservation } from "../../task/decide.ts";
import type { Outcome } from "../../task/outcome.ts";
import { outcomeOfPod, stopCause } from "./ending.ts";
import { attemptLabel } from "./labels.ts";
import { type DriverPod, endOf, isOver, isTracked, sparkStatus, type Terminated } from "./pod.ts";
import { type Waiting, waiting } from "./waiting.ts";

export type { DriverPod } from "./pod.ts";

/** An attempt, of which a pod says more than `decide` asks. */
export type DriverObservation = AttemptObservation & {
  /** Pending: what it waits for, if that is worth a word. */
  waiting?: Waiting;
  /** Running on a node that doesn't answer: from `at` on it counts as lost. */
  lost?: { at: number };
  /** When to look again, though nothing happens: something more can be said then. */
  lookAt?: number;
  /** Succeeded: what it left. */
  values?: Record<string, unknown>;
  outputs?: OutputStatus[];
  /** Name and uid of the pod, and its node if it has one. */
  driver: string;
  uid: string;
  node?: string;
  /** Somebody deletes it. */
  deleting: boolean;
  /** It has our finalizer: its end isn't in the task's status yet. */
  tracked: boolean;
  /** It has ended, and other containers of the pod still run: `stopAction` ends them. */
  lingers: boolean;
};

/** After this long, in ms, without a sign of life a node's pod is lost, as Kubernetes' own toleration has it. */
const unknownMs = 5 * 60 * 1000;
/** After the time that a deleted pod had to end. */
const overdueMs = 60_000;

export function observeDriver(pod: DriverPod, now: number): DriverObservation {
  const { metadata, spec } = pod;
  const end = endOf(pod);
  const common = {
    number: Number(metadata.labels?.[attemptLabel] ?? 0),
    createdAt: time(metadata.creationTimestamp) ?? now,
    driver: metadata.name,
    uid: metadata.uid,
    ...(spec?.nodeName ? { node: spec.nodeName } : {}),
    deleting: metadata.deletionTimestamp !== undefined,
    tracked: isTracked(pod),
    lingers: false,
  };
  if (end || isOver(pod))
    return { ...common, ...outcomeOfPod(pod, end), ...times(pod, end, now), lingers: !isOver(pod) };
  const gone = neverRan(pod);
  if (gone) return { ...common, ...gone, endedAt: time(metadata.deletionTimestamp) ?? now };
  const lostAt = lostFrom(pod);
  if (lostAt !== undefined && now >= lostAt) return { ...common, ...nodeLost(pod), ...times(pod, undefined, lostAt) };
  const lost = lostAt === undefined ? {} : { lost: { at: lostAt }, lookAt: lostAt };
  const startedAt = time(sparkStatus(pod)?.state?.running?.startedAt);
  if (startedAt !== undefined) return { ...common, state: "Running", startedAt, ...lost };
  return { ...common, state: "Pending", ...waiting(pod, now), ...lost };
}

const time = (text: string | undefined): number | undefined => (text ? Date.parse(text) : undefined);

function times(pod: DriverPod, end: Terminated | undefined, otherwise: number) {
  const startedAt = time(end?.startedAt) ?? time(sparkStatus(pod)?.state?.running?.startedAt);
  return { ...(startedAt === undefined ? {} : { startedAt }), endedAt: time(end?.finishedAt) ?? otherwise };
}

/** A pod that was deleted before it got a node never will have one; only our finalizer keeps it. */
function neverRan(pod: DriverPod): Outcome | undefined {
  if (pod.metadata.deletionTimestamp === undefined || pod.spec?.nodeName) return undefined;
  const cause = stopCause(pod) ?? {
    class: "Infrastructure",
    reason: "Deleted",
    message: "the driver pod was deleted by somebody else before it ran",
  };
  return { state: "Failed", cause };
}

/**
 * When a pod that neither ends nor answers counts as lost: its node is gone or cut off. If it still runs, nothing that
 * it writes is seen: its attempt's output folder is its own.
 */
function lostFrom({ metadata, status }: DriverPod): number | undefined {
  if (metadata.deletionTimestamp !== undefined) return Date.parse(metadata.deletionTimestamp) + overdueMs;
  if (status?.phase !== "Unknown" && status?.reason !== "NodeLost") return undefined;
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  return ready?.lastTransitionTime === undefined ? 0 : Date.parse(ready.lastTransitionTime) + unknownMs;
}

function nodeLost(pod: DriverPod): Outcome {
  const message = `the node ${pod.spec?.nodeName ?? ""} doesn't answer: the driver is taken for lost`.replace(
    "  ",
    " ",
  );
  return { state: "Failed", cause: stopCause(pod) ?? { class: "Infrastructure", reason: "NodeLost", message } };
}
