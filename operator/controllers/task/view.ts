// What the operator sees of a task: its status and its driver pods, made one observation for `decideTask`. Pure.
import { unansweredRetry } from "../../api/retry.ts";
import type { AttemptStatus, Cause, TaskStatus } from "../../api/status.ts";
import { type DriverObservation, observeDriver } from "../../engines/kubernetes/observe.ts";
import type { DriverPod } from "../../engines/kubernetes/pod.ts";
import { hasEnded } from "../../flow/decide.ts";
import { type AttemptObservation, countFailures, type Failures } from "../../task/decide.ts";
import { isOtherScheme } from "../../task/runHash.ts";
import type { StoredTask } from "../context.ts";

/** On a driver pod: what its attempt was started for. */
export const runHashAnnotation = "sparkflow.dev/run-hash";

/** True if nothing of a task can change any more but by an edit or a retry: its end is written. Its pods may have to be let go yet. */
export function isFinal(task: StoredTask): boolean {
  const { status, metadata } = task;
  if (unansweredRetry(task) !== undefined) return false;
  if (!status || !hasEnded(status.phase) || status.observedGeneration !== metadata.generation) return false;
  return recordOf(status, status.attempt ?? 0)?.finishedAt !== undefined;
}

export type TaskView = {
  /** Number of the latest attempt; 0 before the first. It may still have to begin. */
  number: number;
  /** The latest attempt's pod as read, if there is one. */
  pod?: DriverPod;
  driver?: DriverObservation;
  attempts: AttemptObservation[];
  failures: Failures;
  firstNumber: number;
  outdated: boolean;
  /** The status says that this driver pod is there, and the store hasn't it: only a live read can tell. */
  verify?: string;
};

const none: Failures = { program: 0, infrastructure: 0 };

/** `hash` is that of the spec now; `drivers` are the task's own driver pods. */
export function viewTask(hash: string, status: TaskStatus, drivers: readonly DriverPod[], now: number): TaskView {
  const seen = drivers.map((pod) => ({ pod, driver: observeDriver(pod, now) }));
  const latest = seen.reduce<(typeof seen)[number] | undefined>(
    (best, one) => (!best || one.driver.number > best.driver.number ? one : best),
    undefined,
  );
  const number = Math.max(status.attempt ?? 0, latest?.driver.number ?? 0);
  const record = recordOf(status, number);
  const failures = status.failures ?? none;
  if (record?.finishedAt !== undefined) {
    const outdated = differs(status.runHash, hash);
    const attempts = [{ ...fromRecord(record), ...noteOf(status) }];
    return { number, ...podOf(latest, number), attempts, failures, firstNumber: 1, outdated };
  }
  if (latest?.driver.number === number) {
    const started = latest.pod.metadata.annotations?.[runHashAnnotation] ?? status.runHash;
    const attempts = [latest.driver];
    const counted = latest.driver.state === "Failed" ? add(failures, countFailures(attempts)) : failures;
    return { number, ...latest, attempts, failures: counted, firstNumber: 1, outdated: differs(started, hash) };
  }
  if (record) return { ...empty(number, failures), attempts: [fromRecord(record)], verify: record.driver };
  return due(status, hash, number, failures);
}

/** An attempt that has a number and no pod yet: after a failure, after an edit, or the first. */
function due(status: TaskStatus, hash: string, number: number, failures: Failures): TaskView {
  const before = recordOf(status, number - 1);
  const edited = differs(status.runHash, hash);
  if (status.nextAttemptAt === undefined || !before || edited)
    return { ...empty(number, edited ? none : failures), firstNumber: Math.max(1, number) };
  return { ...empty(number, failures), attempts: [fromRecord(before)] };
}

const empty = (number: number, failures: Failures): TaskView => ({
  number,
  attempts: [],
  failures,
  firstNumber: 1,
  outdated: false,
});

const podOf = (latest: { pod: DriverPod; driver: DriverObservation } | undefined, number: number) =>
  latest?.driver.number === number ? latest : {};
export const recordOf = (status: TaskStatus, number: number): AttemptStatus | undefined =>
  status.attempts?.find((attempt) => attempt.number === number);
const add = (a: Failures, b: Failures): Failures => ({
  program: a.program + b.program,
  infrastructure: a.infrastructure + b.infrastructure,
});

/** True if a hash that was seen says something else than the spec's now. One of another version says nothing. */
const differs = (seen: string | undefined, hash: string): boolean =>
  seen !== undefined && seen !== hash && !isOtherScheme(seen);

function fromRecord(record: AttemptStatus): AttemptObservation {
  const time = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));
  const { startedAt, finishedAt, cause } = record;
  return {
    number: record.number,
    state: record.state,
    createdAt: time(startedAt) ?? time(finishedAt) ?? 0,
    ...(startedAt === undefined ? {} : { startedAt: time(startedAt)! }),
    ...(finishedAt === undefined ? {} : { endedAt: time(finishedAt)! }),
    ...(cause ? { cause } : {}),
  };
}

/** What was said of a success stays, though its pod goes. */
const noteOf = ({ phase, message }: TaskStatus) => (phase === "Succeeded" && message ? { note: message } : {});

/** The attempt whose pod is gone without a result that anybody saw. */
export const lostAttempt = (attempt: AttemptObservation, driver: string, now: number): AttemptObservation => ({
  ...attempt,
  state: "Failed",
  endedAt: now,
  cause: {
    class: "Infrastructure",
    reason: "DriverLost",
    message: `the driver pod ${driver} is gone, and its result with it: somebody removed it and its finalizer`,
  } satisfies Cause,
});
