// Executors as counts and one line.
import { describe, expect, it } from "vitest";
import { executorCounts, executorHint } from "../../../../operator/engines/kubernetes/executors.ts";
import { stripPod } from "../../../../operator/engines/kubernetes/pod.ts";
import { ended, executorPod, running, waitingFor } from "./driverPods.ts";

const unscheduled = executorPod(undefined, {
  conditions: [
    {
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message: "0/3 nodes are available: 3 Insufficient cpu.",
    },
  ],
});
const withoutNode = { ...unscheduled, spec: {} };
const oom = executorPod(ended(137, undefined, "OOMKilled"), { phase: "Failed" });
const of = (...pods: Parameters<typeof stripPod>[0][]) => pods.map(stripPod);

describe("executors", () => {
  it("are counted by what Spark's container does, sidecars or not", () => {
    const pods = of(
      executorPod(undefined),
      executorPod(waitingFor("ContainerCreating")),
      executorPod(running, { phase: "Running" }),
      executorPod(ended(0), { phase: "Running" }),
      executorPod(ended(1), { phase: "Failed" }),
      executorPod(undefined, { phase: "Failed", reason: "Evicted" }),
      executorPod(undefined, { phase: "Succeeded" }),
      oom,
    );
    expect(executorCounts(pods)).toEqual({ pending: 2, running: 1, succeeded: 2, failed: 3, oomKilled: 1 });
  });

  it("of an attempt that has none are none", () => {
    expect(executorCounts([])).toEqual({ pending: 0, running: 0, succeeded: 0, failed: 0, oomKilled: 0 });
    expect(executorHint([])).toBeUndefined();
  });

  it.each([
    [[oom], /^1 executor was killed for want of memory, at the limit of 1408Mi: raise executor.memoryOverhead/],
    [[oom, oom, withoutNode], /^2 executors were killed/],
    [[withoutNode], /^1 executor waits: no node takes an executor: 0\/3 nodes are available: 3 Insufficient cpu/],
    [[withoutNode, executorPod(waitingFor("ImagePullBackOff", "x"))], /^2 executors wait: /],
  ])("have a line for people where something is wrong (%#)", (pods, line) => {
    expect(executorHint(of(...pods))).toMatch(line);
  });

  it("that are well have none", () => {
    expect(executorHint(of(executorPod(running), executorPod(undefined)))).toBeUndefined();
  });
});
