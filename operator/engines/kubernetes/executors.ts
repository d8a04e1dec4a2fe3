// The executors of an attempt, as counts and one line: never a list that grows with them.
import { type DriverPod, sparkContainer, sparkStatus } from "./pod.ts";
import { waiting } from "./waiting.ts";

export type ExecutorCounts = { pending: number; running: number; succeeded: number; failed: number; oomKilled: number };

export function executorCounts(pods: Iterable<DriverPod>): ExecutorCounts {
  const counts: ExecutorCounts = { pending: 0, running: 0, succeeded: 0, failed: 0, oomKilled: 0 };
  for (const pod of pods) {
    counts[stateOf(pod)] += 1;
    if (isOomKilled(pod)) counts.oomKilled += 1;
  }
  return counts;
}

/** An executor's state is that of Spark's container; a sidecar may outlive it. */
function stateOf(pod: DriverPod): "pending" | "running" | "succeeded" | "failed" {
  const { state } = sparkStatus(pod) ?? {};
  const { phase } = pod.status ?? {};
  if (state?.terminated) return state.terminated.exitCode === 0 ? "succeeded" : "failed";
  if (phase === "Succeeded") return "succeeded";
  if (phase === "Failed") return "failed";
  return state?.running ? "running" : "pending";
}

const isOomKilled = (pod: DriverPod) => sparkStatus(pod)?.state?.terminated?.reason === "OOMKilled";

/** What a person should know of the executors, if anything: memory first, then why some don't start. */
export function executorHint(pods: Iterable<DriverPod>): string | undefined {
  const all = [...pods];
  const killed = all.filter(isOomKilled);
  if (killed.length > 0) {
    const limit = sparkContainer(killed[0]!)?.resources?.limits?.memory;
    return `${many(killed.length, "was", "were")} killed for want of memory${limit ? `, at the limit of ${limit}` : ""}: raise executor.memoryOverhead (Python, native code) or executor.memory`;
  }
  const pending = all.filter((pod) => stateOf(pod) === "pending");
  const said = pending.map((pod) => waiting(pod, 0).waiting).find((one) => one !== undefined);
  if (!said) return undefined;
  return `${many(pending.length, "waits", "wait")}: ${said.message.replaceAll("the driver", "an executor")}`;
}

const many = (count: number, one: string, more: string) =>
  count === 1 ? `1 executor ${one}` : `${count} executors ${more}`;
