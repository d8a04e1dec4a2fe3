// decide: what to do next for one task. Pure: the same rules on the cluster and on a laptop.
import type { Cause, TaskPhase } from "../api/status.ts";
import type { ResolvedRetry } from "./resolve.ts";

/** An attempt as it was seen. Times are milliseconds since 1970. */
export type AttemptObservation = {
  number: number;
  state: "Pending" | "Running" | "Succeeded" | "Failed";
  createdAt: number;
  startedAt?: number;
  endedAt?: number;
  /** Failed: why. */
  cause?: Cause;
  /** Succeeded: what the user should know all the same. */
  note?: string;
};

/** Failed attempts by retry budget. */
export type Failures = { program: number; infrastructure: number };

export type TaskObservation = {
  retry: ResolvedRetry;
  timeouts: { startMs?: number; runMs?: number };
  /** In order of their numbers; the last one counts, the others only where `failures` isn't known. */
  attempts: readonly AttemptObservation[];
  /** Failures since the task was last started, the latest attempt's among them. Default: those of `attempts`. */
  failures?: Failures;
  /** Number that the first attempt gets. Default: 1; after an edit numbers go on. */
  firstNumber?: number;
  cancelled: boolean;
  suspended?: boolean;
  /** The latest attempt runs what the spec said before an edit. */
  outdated?: boolean;
  /** Somebody asks for another attempt, whatever the budgets say. */
  retryAsked?: boolean;
};

export type TaskAction = { kind: "start"; number: number } | { kind: "stop"; number: number; cause: Cause };

export type TaskDecision = {
  action?: TaskAction;
  phase: TaskPhase;
  message: string;
  /** Number of the attempt that starts now or at `wakeAt`. */
  next?: number;
  /** When to look again even if nothing happens. */
  wakeAt?: number;
  /** The attempt that starts now begins the task anew: budgets, times and results of what was before don't count. */
  anew?: boolean;
  /** Why the task has failed, where that isn't its latest attempt's cause. */
  cause?: Cause;
};

export function decideTask(observed: TaskObservation, now: number): TaskDecision {
  const latest = observed.attempts.at(-1);
  if (!latest) {
    if (observed.cancelled) return cancelled("cancelled before it started");
    if (observed.suspended) return suspended;
    return start(observed.firstNumber ?? 1, "Pending", "starting");
  }
  const outdated = observed.outdated || latest.cause?.reason === superseded.reason;
  if (outdated && !observed.cancelled) return replace(latest, observed.suspended === true);
  const over = latest.state === "Succeeded" || latest.state === "Failed";
  if (observed.retryAsked && over && !observed.cancelled && !observed.suspended)
    return { ...start(latest.number + 1, "Pending", "starting again, since a retry was asked for"), anew: true };
  if (latest.state === "Succeeded") return { phase: "Succeeded", message: latest.note ?? "" };
  if (latest.state === "Failed") return afterFailure(observed, latest, now);
  if (observed.cancelled)
    return stop(latest, { class: "Cancelled", reason: "Cancelled", message: "the task was cancelled" });
  if (observed.suspended) return stop(latest, paused);
  return whileActive(observed, latest, now);
}

const suspended: TaskDecision = { phase: "Suspended", message: "it goes on when spec.suspend is false" };
const cancelled = (message: string): TaskDecision => ({
  phase: "Failed",
  message,
  cause: { class: "Cancelled", reason: "Cancelled", message },
});

const start = (number: number, phase: TaskPhase, message: string): TaskDecision => ({
  action: { kind: "start", number },
  next: number,
  phase,
  message,
});

/** Why an attempt of a spec that was edited ends. */
export const superseded = { class: "Cancelled", reason: "Superseded", message: "the task was edited" } as const;

/** Why an attempt of a task that was suspended ends. It counts for no budget. */
const paused = { class: "Cancelled", reason: "Suspended", message: "the task was suspended" } as const;

/** An edit starts the task again, once the attempt under way has been stopped. */
function replace(latest: AttemptObservation, isSuspended: boolean): TaskDecision {
  if (latest.state !== "Succeeded" && latest.state !== "Failed") return stop(latest, superseded);
  if (isSuspended) return suspended;
  return { ...start(latest.number + 1, "Pending", "starting again, since the task was edited"), anew: true };
}

function whileActive({ timeouts }: TaskObservation, latest: AttemptObservation, now: number): TaskDecision {
  const running = latest.state === "Running";
  const since = running ? (latest.startedAt ?? latest.createdAt) : latest.createdAt;
  const limit = running ? timeouts.runMs : timeouts.startMs;
  const phase = running ? "Running" : "Pending";
  if (limit === undefined) return { phase, message: "" };
  const deadline = since + limit;
  if (now < deadline) return { phase, message: "", wakeAt: deadline };
  const field = running ? "timeouts.run" : "timeouts.start";
  const did = running ? "ran" : "waited to start";
  return stop(latest, {
    class: "Timeout",
    reason: running ? "RunTimeout" : "StartTimeout",
    message: `it ${did} longer than ${field}, which is ${limit / 1000} s`,
  });
}

const stop = (latest: AttemptObservation, cause: Cause): TaskDecision => ({
  action: { kind: "stop", number: latest.number, cause },
  phase: latest.state === "Pending" ? "Pending" : "Running",
  message: `stopping: ${cause.message}`,
});

/** The program's failures and the infrastructure's have budgets of their own. Cancelled work and bad input aren't tried again. */
function afterFailure(observed: TaskObservation, latest: AttemptObservation, now: number): TaskDecision {
  const { retry } = observed;
  const failure = latest.cause ?? { class: "Program" as const, reason: "Unknown", message: "it failed" };
  const final: TaskDecision = { phase: "Failed", message: failure.message };
  if (failure.reason === paused.reason && failure.class === "Cancelled") {
    if (observed.cancelled) return cancelled("cancelled while it was suspended");
    return observed.suspended ? suspended : start(latest.number + 1, "Pending", "resuming");
  }
  if (observed.cancelled || failure.class === "Cancelled" || failure.class === "Input") return final;
  const infrastructure = failure.class === "Infrastructure";
  const failures = observed.failures ?? countFailures(observed.attempts);
  const used = infrastructure ? failures.infrastructure : failures.program;
  const limit = infrastructure ? retry.infrastructureLimit : retry.limit;
  if (used > limit) return final;
  if (observed.suspended) return suspended;
  const wakeAt = (latest.endedAt ?? now) + backoffMs(retry, used);
  if (now < wakeAt) {
    return {
      phase: "Retrying",
      message: `attempt ${latest.number} failed: ${failure.message}`,
      next: latest.number + 1,
      wakeAt,
    };
  }
  return start(latest.number + 1, "Retrying", "starting again");
}

/** Failures by the budget that they use: what isn't the infrastructure's is the program's. What was stopped uses none. */
export function countFailures(attempts: readonly Pick<AttemptObservation, "state" | "cause">[]): Failures {
  const failed = attempts.filter(({ state, cause }) => state === "Failed" && cause?.class !== "Cancelled");
  const infrastructure = failed.filter((attempt) => attempt.cause?.class === "Infrastructure").length;
  return { program: failed.length - infrastructure, infrastructure };
}

/** Wait after the n-th failure of a budget (n from 1): initial × factor^(n−1), at most max. */
export const backoffMs = (retry: ResolvedRetry, failures: number): number =>
  Math.min(retry.maxMs, retry.initialMs * retry.factor ** (failures - 1));
