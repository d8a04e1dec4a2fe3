// Conditions of tasks and runs, from the state that they are in. `Succeeded` is the result, `Finished` says that there is
// one; `Ready`, `Reconciling` and `Stalled` are what kstatus reads (cli-utils, pkg/kstatus/status): terminal failure needs
// Stalled, and a run under way is Ready, so that nobody waits for hours to call a deployment healthy. So is what is suspended:
// it is as its spec wants it. Suspended itself is as on a Job: False again after a resume.
import type { Condition } from "./status.ts";

export const conditionStates = ["Idle", "Pending", "Running", "Retrying", "Suspended", "Succeeded", "Failed"] as const;
export type ConditionState = (typeof conditionStates)[number];
type Status = Condition["status"];

const table: Record<ConditionState, Record<string, Status>> = {
  Idle: { Ready: "True" },
  Pending: { Succeeded: "Unknown", Finished: "False", Ready: "Unknown", Reconciling: "True" },
  Running: { Succeeded: "Unknown", Finished: "False", Ready: "True" },
  Retrying: { Succeeded: "Unknown", Finished: "False", Ready: "False", Reconciling: "True" },
  Suspended: { Suspended: "True", Succeeded: "Unknown", Finished: "False", Ready: "True" },
  Succeeded: { Succeeded: "True", Finished: "True", Ready: "True" },
  Failed: { Succeeded: "False", Finished: "True", Ready: "False", Stalled: "True" },
};

export type ConditionInput = {
  state: ConditionState;
  reason: string;
  message: string;
  generation: number;
  previous: readonly Condition[] | undefined;
  /** RFC 3339. */
  now: string;
};

/** The conditions of a state. A condition keeps its transition time for as long as its status stays. */
export function conditions({ state, reason, message, generation, previous = [], now }: ConditionInput): Condition[] {
  const once = previous.some(({ type }) => type === "Suspended");
  const all = { ...(once ? { Suspended: "False" as const } : {}), ...table[state] };
  return Object.entries(all).map(([type, status]) => {
    const before = previous.find((one) => one.type === type);
    return {
      type,
      status,
      reason: state === "Retrying" && type === "Reconciling" ? "ProgressingWithRetry" : conditionReason(reason),
      message,
      lastTransitionTime: before?.status === status ? before.lastTransitionTime : now,
      observedGeneration: generation,
    };
  });
}

const longestReason = 128;

/** A reason as the API conventions want it: `py4j.protocol.Py4JError` is `Py4JError`. */
export function conditionReason(reason: string): string {
  const last = reason.split(/[.$]/).findLast((part) => part !== "") ?? "";
  const word = last.replace(/[^A-Za-z0-9_]/g, "").replace(/^[^A-Za-z]+/, "");
  return word === "" ? "Unknown" : word.slice(0, longestReason);
}
