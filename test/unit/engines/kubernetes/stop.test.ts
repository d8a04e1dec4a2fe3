// How an attempt is stopped.
import { describe, expect, it } from "vitest";
import { observeDriver } from "../../../../operator/engines/kubernetes/observe.ts";
import { stripPod } from "../../../../operator/engines/kubernetes/pod.ts";
import { stopAction } from "../../../../operator/engines/kubernetes/stop.ts";
import { at, driverPod, ended, noon, running, succeededResult, waitingFor } from "./driverPods.ts";

const cause = { class: "Timeout", reason: "RunTimeout", message: "it ran longer than timeouts.run" } as const;
const annotations = { "sparkflow.dev/stop": JSON.stringify(cause) };
const noNode = { spec: { nodeName: undefined } };

describe("a driver is stopped", () => {
  it.each([
    ["that runs", driverPod(running)],
    ["that has a node and waits for its image", driverPod(waitingFor("ImagePullBackOff"))],
    ["whose deadline is later", driverPod(running, {}, { spec: { activeDeadlineSeconds: 690 } })],
  ])("%s by its deadline, with the cause in the same write", (_, pod) => {
    const patch = { metadata: { annotations }, spec: { activeDeadlineSeconds: 1 } };
    expect(stopAction(stripPod(pod), cause)).toEqual({ kind: "deadline", patch });
  });

  it("that never got a node by deleting it: no kubelet looks after it", () => {
    const patch = { metadata: { annotations } };
    expect(stopAction(stripPod(driverPod(undefined, {}, noNode)), cause)).toEqual({ kind: "delete", patch });
  });

  it("that waits for its volumes by deleting it too: the kubelet would look at a deadline after two minutes", () => {
    const conditions = [{ type: "PodReadyToStartContainers", status: "False", lastTransitionTime: at(2) }];
    const patch = { metadata: { annotations } };
    for (const state of [undefined, waitingFor("ContainerCreating")])
      expect(stopAction(stripPod(driverPod(state, { conditions })), cause)).toEqual({ kind: "delete", patch });
  });

  it("for having waited too long with what it waited for in its cause", () => {
    const timeout = { class: "Timeout", reason: "StartTimeout", message: "it waited too long" } as const;
    const pod = driverPod(waitingFor("CreateContainerConfigError", 'secret "lake" not found'));
    const { patch } = stopAction(stripPod(pod), timeout) as {
      patch: { metadata: { annotations: Record<string, string> } };
    };
    expect(JSON.parse(patch.metadata.annotations["sparkflow.dev/stop"]!)).toEqual({
      ...timeout,
      message:
        'it waited too long: the driver can\'t be set up: secret "lake" not found; make it, or mend the field that names it',
    });
  });

  it("with sidecars that outlive Spark's container by the deadline too, without a cause: it has its own", () => {
    const pod = driverPod(ended(0, succeededResult), { phase: "Running" });
    expect(stopAction(stripPod(pod), cause)).toEqual({
      kind: "deadline",
      patch: { spec: { activeDeadlineSeconds: 1 } },
    });
  });

  it.each([
    ["once: its deadline is over already", driverPod(running, {}, { spec: { activeDeadlineSeconds: 1 } })],
    ["not when it has ended", driverPod(ended(1))],
    ["not when somebody deletes it", driverPod(running, {}, { metadata: { deletionTimestamp: at(9) } })],
    [
      "not when it is being deleted for want of a node",
      driverPod(undefined, {}, { ...noNode, metadata: { deletionTimestamp: at(9) } }),
    ],
  ])("%s", (_, pod) => {
    expect(stopAction(stripPod(pod), cause)).toEqual({ kind: "none" });
  });

  it("and says afterwards why: the cause comes back from the pod", () => {
    const pod = driverPod(
      ended(143),
      { reason: "DeadlineExceeded" },
      { metadata: { annotations }, spec: { activeDeadlineSeconds: 1 } },
    );
    expect(observeDriver(stripPod(pod), noon)).toMatchObject({ state: "Failed", cause: { ...cause, exitCode: 143 } });
  });

  it.each(["", "x", "[]", "{}", '{"class":"Evil"}', "null"])("a forged cause %j isn't believed", (text) => {
    const pod = driverPod(
      ended(143),
      { reason: "DeadlineExceeded" },
      { metadata: { annotations: { "sparkflow.dev/stop": text } }, spec: { activeDeadlineSeconds: 1 } },
    );
    expect(observeDriver(stripPod(pod), noon)).toMatchObject({ cause: { reason: "Stopped" } });
  });
});
