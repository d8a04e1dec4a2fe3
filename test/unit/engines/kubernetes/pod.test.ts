// Pods as the operator keeps them: whose they are, and how little of them.
import { describe, expect, it } from "vitest";
import { observeDriver } from "../../../../operator/engines/kubernetes/observe.ts";
import { isActiveDriver, isDriver, stripPod, taskOf } from "../../../../operator/engines/kubernetes/pod.ts";
import { driverPod, ended, executorPod, noon, running, succeededResult, uid, waitingFor } from "./driverPods.ts";

const bytes = (value: unknown) => JSON.stringify(value).length;

describe("a stripped pod", () => {
  const states = [
    driverPod(running),
    driverPod(ended(0, succeededResult)),
    driverPod(ended(137, "log", "OOMKilled")),
    driverPod(waitingFor("ImagePullBackOff", "x")),
    driverPod(undefined, { phase: "Failed", reason: "Evicted", message: "m" }),
  ];

  it("tells the same as the whole one", () => {
    for (const pod of states) expect(observeDriver(stripPod(pod), noon)).toEqual(observeDriver(pod, noon));
  });

  it("stripped again is the same, and holds nothing that isn't JSON", () => {
    for (const pod of states) {
      const once = stripPod(pod);
      expect(stripPod(once)).toEqual(once);
      expect(JSON.parse(JSON.stringify(once))).toEqual(once);
    }
  });

  it("is small: no managedFields, no environment, no labels and annotations of others", () => {
    const text = JSON.stringify(stripPod(driverPod(running)));
    for (const word of ["managedFields", '"env"', "kubectl.kubernetes.io", 'sparkflow.dev/task"'])
      expect(text).not.toContain(word);
    expect(text.length).toBeLessThan(1300);
  });

  it("whose end is in the task's status keeps least, but still says whose it is and that it has ended", () => {
    const pod = stripPod(driverPod(ended(0, succeededResult), {}, { metadata: { finalizers: [] } }));
    expect(bytes(pod)).toBeLessThan(bytes(stripPod(driverPod(ended(0, succeededResult)))));
    expect(JSON.stringify(pod)).not.toMatch(/distinct|outputs|image/);
    expect(taskOf(pod)).toEqual({ uid, number: 1, objectName: "count" });
    expect(isActiveDriver(pod)).toBe(false);
  });

  it("of a driver that runs keeps its address, for its progress", () => {
    expect(stripPod(driverPod(running)).status?.podIP).toBe("10.1.2.3");
    expect(stripPod(driverPod(ended(0))).status).not.toHaveProperty("podIP");
  });
});

describe("whose a pod is", () => {
  it("say its labels, for a driver together with its owner: a forged child is nobody's", () => {
    expect(taskOf(driverPod(running))).toEqual({ uid, number: 1, objectName: "count" });
    expect(taskOf(executorPod(running))).toEqual({ uid, number: 1, objectName: "count" });
    const owners = driverPod(running).metadata.ownerReferences!;
    for (const ownerReferences of [
      [],
      [{ ...owners[0], uid: "other" }],
      [{ ...owners[0], controller: false }],
      [{ ...owners[0], kind: "Job" }],
    ])
      expect(taskOf(driverPod(running, {}, { metadata: { ownerReferences } }))).toBeUndefined();
  });

  it.each([
    [{}],
    [{ "sparkflow.dev/attempt": "x" }],
    [{ "sparkflow.dev/attempt": "0" }],
    [{ "sparkflow.dev/attempt": "1.5" }],
    [{ "sparkflow.dev/task-uid": "" }],
  ])("nobody's with labels like %j", (labels) => {
    const { metadata } = driverPod(running);
    const all = Object.keys(labels).length === 0 ? {} : { ...metadata.labels, ...labels };
    expect(taskOf(driverPod(running, {}, { metadata: { labels: all } }))).toBeUndefined();
  });

  it("drivers and executors are told apart by their role", () => {
    expect([isDriver(driverPod(running)), isDriver(executorPod(running))]).toEqual([true, false]);
    expect([isActiveDriver(driverPod(running)), isActiveDriver(executorPod(running))]).toEqual([true, false]);
    expect(isActiveDriver(driverPod(ended(0), { phase: "Running" }))).toBe(false);
  });
});
