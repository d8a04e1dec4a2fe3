// Row 22: everything that happens to driver pods.
import { expect, it } from "vitest";
import type { KubeObject } from "../../../operator/kube/objects.ts";
import { pods } from "../../../operator/kube/resources.ts";
import { release } from "../live.ts";
import { quiet } from "../oracles.ts";
import { ended, type RawPod, stamp } from "../podStatus.ts";
import type { Script } from "../script.ts";
import { Trial } from "../trial.ts";
import type { Stage } from "./stage.ts";

type Pod = RawPod & KubeObject;
type What = {
  name: string;
  title: string;
  script?: Script;
  spec?: object;
  /** Done to the first driver once it runs. */
  happens?: (stage: Stage, pod: Pod) => Promise<unknown>;
  class: string;
  reason: string;
};

const again = { retry: { limit: 0, infrastructureLimit: 2, backoff: { initial: "1s" } } };
const result = { outcome: "Succeeded", values: { distinct: 7 }, outputs: {} };
/** The first attempt as said, the second one well. */
const firstly = (first: Script): Script => ({ attempts: [first], runMs: 100, result });
const killed = { exitCode: 137, reason: "Error" };
const target = (reason: string, message: string) => ({
  conditions: [{ type: "DisruptionTarget", status: "True", reason, message, lastTransitionTime: stamp() }],
});

/** What the infrastructure did: another attempt follows, and succeeds. */
const infrastructure: What[] = [
  {
    name: "evicted",
    title: "evicted by its kubelet",
    happens: ({ rig }, pod) => {
      const message = "The node was low on resource: memory.";
      const why = { reason: "Evicted", message, ...target("TerminationByKubelet", message) };
      return rig.kubelet.setStatus(pod, ended(pod, killed, why));
    },
    class: "Infrastructure",
    reason: "Evicted",
  },
  {
    name: "node-gone",
    title: "deleted by the pod garbage collector, its node being gone",
    happens: async ({ rig }, pod) => {
      const why = { phase: "Failed", ...target("DeletionByPodGC", "PodGC: node no longer exists") };
      await rig.kubelet.setStatus(pod, why);
      await rig.client.delete(pods, pod.metadata.namespace, pod.metadata.name, { gracePeriodSeconds: 0 });
    },
    class: "Infrastructure",
    reason: "NodeLost",
  },
  {
    name: "node-silent",
    title: "on a node that hasn't answered for more than five minutes",
    happens: ({ rig }, pod) => {
      const lastTransitionTime = stamp(Date.now() - 360_000);
      const ready = { type: "Ready", status: "Unknown", reason: "NodeStatusUnknown", lastTransitionTime };
      return rig.kubelet.setStatus(pod, {
        phase: "Unknown",
        reason: "NodeLost",
        conditions: [{ ...ready, status: "False" }],
      });
    },
    class: "Infrastructure",
    reason: "NodeLost",
  },
  {
    name: "deleted",
    title: "deleted by hand",
    happens: ({ rig }, { metadata }) => rig.client.delete(pods, metadata.namespace, metadata.name),
    class: "Infrastructure",
    reason: "Deleted",
  },
  {
    name: "forced",
    title: "deleted by hand with --force",
    happens: ({ rig }, { metadata }) =>
      rig.client.delete(pods, metadata.namespace, metadata.name, { gracePeriodSeconds: 0 }),
    class: "Infrastructure",
    reason: "Deleted",
  },
  {
    name: "vanished",
    title: "removed by hand with its finalizer, so that nobody sees its end",
    happens: async ({ rig }, { metadata }) => {
      await release(rig.client, metadata as never);
      await rig.client.delete(pods, metadata.namespace, metadata.name, { gracePeriodSeconds: 0 });
    },
    class: "Infrastructure",
    reason: "DriverLost",
  },
  {
    name: "exit-137",
    title: "killed with SIGKILL, and not for its memory",
    script: firstly({ ...killed, runMs: 200 }),
    class: "Infrastructure",
    reason: "Killed",
  },
  {
    name: "exit-143",
    title: "told to end by somebody else",
    script: firstly({ exitCode: 143, runMs: 200 }),
    class: "Infrastructure",
    reason: "Terminated",
  },
  {
    name: "restarted",
    title: "whose container ended and was started again",
    happens: ({ rig }, pod) => {
      const [status] = pod.status!.containerStatuses!;
      const terminated = { ...killed, startedAt: stamp(), finishedAt: stamp() };
      const containerStatuses = [{ ...status, restartCount: 1, lastState: { terminated } }];
      return rig.kubelet.setStatus(pod, { containerStatuses });
    },
    class: "Infrastructure",
    reason: "Killed",
  },
];

/** What the program did itself: it isn't tried again. */
const program: What[] = [
  {
    name: "oom",
    title: "OOMKilled",
    script: { exitCode: 137, reason: "OOMKilled", runMs: 200 },
    class: "Program",
    reason: "OOMKilled",
  },
  {
    name: "raised",
    title: "that raised an exception",
    script: {
      exitCode: 1,
      runMs: 200,
      result: { outcome: "Failed", error: { class: "ValueError", message: "no words", at: "words.py:3" } },
    },
    class: "Program",
    reason: "ValueError",
  },
  {
    name: "left",
    title: "that fails and leaves its executors, which are taken away,",
    script: { exitCode: 1, runMs: 200, executors: 2 },
    spec: { engine: "cluster" },
    class: "Program",
    reason: "ExitCode1",
  },
  {
    name: "no-node",
    title: "that no node takes, until timeouts.start",
    script: { unschedulable: "0/1 nodes are available: 1 Insufficient memory." },
    spec: { timeouts: { start: "5s" } },
    class: "Timeout",
    reason: "StartTimeout",
  },
  {
    name: "no-image",
    title: "whose image can't be pulled, until timeouts.start",
    script: { waiting: { reason: "ImagePullBackOff", message: 'Back-off pulling image "example.test/spark:1"' } },
    spec: { timeouts: { start: "5s" } },
    class: "Timeout",
    reason: "StartTimeout",
  },
];

export function driverPodRows(stage: () => Stage): void {
  for (const { name, title, script, happens, class: of, reason } of infrastructure)
    it.concurrent(`row 22: a driver ${title} is followed by another one, which succeeds`, async () => {
      const trial = await Trial.begin(stage().shared, name, script ?? firstly({ runMs: "never" }), again);
      if (happens) await happens(stage(), (await trial.driver(1, "Running")) as Pod);
      await trial.reaches("Succeeded");
      expect(
        trial.status.attempts?.map(({ number, state, cause }) => [number, state, cause?.class, cause?.reason]),
      ).toEqual([
        [1, "Failed", of, reason],
        [2, "Succeeded", undefined, undefined],
      ]);
      expect(trial.status.values).toEqual({ distinct: 7 });
      expect(trial.status.cause).toBeUndefined();
      expect(await trial.settled()).toEqual([]);
      await trial.remove();
    });

  for (const { name, title, script, spec, class: of, reason } of program)
    it.concurrent(`row 22: a driver ${title} ends the task with its cause`, async () => {
      const trial = await Trial.begin(stage().shared, name, script!, { ...again, ...spec });
      await trial.reaches("Failed");
      expect(trial.status).toMatchObject({ attempt: 1, cause: { class: of, reason } });
      await trial.until("its executors' end", () => !trial.left().some((text) => text.includes("-exec-")));
      expect(await trial.settled()).toEqual([]);
      await trial.remove();
    });

  it.concurrent("row 22: why a driver doesn't start stands in the status within seconds", async () => {
    const { shared } = stage();
    const unschedulable = await Trial.begin(shared, "pending-node", { unschedulable: "0/1 nodes are available." });
    const waiting = { reason: "ImagePullBackOff", message: "Back-off pulling image" };
    const unpullable = await Trial.begin(shared, "pending-image", { waiting });
    await unschedulable.until("the scheduler's words", () => /0\/1 nodes/.test(unschedulable.status.message ?? ""));
    await unpullable.until("the image's words", () => /can't be pulled/.test(unpullable.status.message ?? ""));
    expect(unschedulable.status.phase).toBe("Pending");
    for (const trial of [unschedulable, unpullable]) {
      expect(await quiet(() => trial.writes, 3000, 15_000)).toEqual([]);
      await trial.remove();
    }
  });

  it.concurrent("row 22: a driver whose node is silent for a moment goes on", async () => {
    const trial = await Trial.begin(stage().shared, "moment", { runMs: "never", result });
    const pod = (await trial.driver(1, "Running")) as Pod;
    const ready = { type: "Ready", status: "False", reason: "NodeStatusUnknown", lastTransitionTime: stamp() };
    const unknown = await stage().rig.kubelet.setStatus(pod, {
      phase: "Unknown",
      reason: "NodeLost",
      conditions: [ready],
    });
    await trial.reaches("Running");
    const end = { exitCode: 0, reason: "Completed", message: JSON.stringify(result) };
    await stage().rig.kubelet.setStatus(unknown, ended(unknown, end, { reason: null }));
    await trial.reaches("Succeeded");
    expect(trial.status.attempt).toBe(1);
    expect(await trial.settled()).toEqual([]);
    await trial.remove();
  });
}
