// What the operator reads of a driver pod, stripped as it keeps it in memory.
import { describe, expect, it } from "vitest";
import { observeDriver } from "../../../../operator/engines/kubernetes/observe.ts";
import { type DriverPod, stripPod } from "../../../../operator/engines/kubernetes/pod.ts";
import type { AttemptObservation } from "../../../../operator/task/decide.ts";
import { at, driverPod, ended, failedResult, noon, running, succeededResult, waitingFor, words } from "./driverPods.ts";

const observe = (pod: DriverPod, seconds = 100) => observeDriver(stripPod(pod), noon + seconds * 1000);
const target = (reason: string, message = "") => ({
  conditions: [{ type: "DisruptionTarget", status: "True", reason, message }],
});
const deleting = (seconds: number) => ({ metadata: { deletionTimestamp: at(seconds) } });
const stopped = (cause: object) => ({
  metadata: { annotations: { "sparkflow.dev/stop": JSON.stringify(cause) } },
  spec: { activeDeadlineSeconds: 1 },
});
const cancelled = { class: "Cancelled", reason: "Cancelled", message: "the task was cancelled" };

describe("a driver", () => {
  it("that runs is known by name, node and time, in the words of decide", () => {
    const seen: AttemptObservation = observe(driverPod(running));
    expect(seen).toMatchObject({
      number: 1,
      state: "Running",
      createdAt: noon,
      startedAt: noon + 5000,
      driver: "count-0123abcd-1-driver",
      uid: "pod-uid",
      node: "node-1",
      deleting: false,
      tracked: true,
      lingers: false,
    });
  });

  it("that succeeded has its values and outputs, whose places the pod itself says", () => {
    expect(observe(driverPod(ended(0, succeededResult)))).toMatchObject({
      state: "Succeeded",
      values: { distinct: 12 },
      outputs: [{ ...words, rows: 12, schemaHash: "9f86d081", schema: "word STRING" }],
      startedAt: noon + 5000,
      endedAt: noon + 65_000,
    });
  });

  it("that failed has the error's class, message, the user's line and the exit code", () => {
    expect(observe(driverPod(ended(1, failedResult("ValueError", "no such word"))))).toMatchObject({
      state: "Failed",
      endedAt: noon + 65_000,
      cause: { class: "Program", reason: "ValueError", message: "no such word", at: "words.py:12", exitCode: 1 },
    });
  });

  it("has ended when Spark's container has, though a sidecar runs on, which is to be ended then", () => {
    const pod = driverPod(ended(0, succeededResult), { phase: "Running" });
    expect(observe(pod)).toMatchObject({ state: "Succeeded", lingers: true });
    expect(observe(driverPod(ended(0, succeededResult)))).toMatchObject({ lingers: false });
  });

  it("whose container was started again has ended the first time: one attempt is one run", () => {
    const pod = driverPod(running);
    pod.status.containerStatuses![0]!.lastState = ended(1, failedResult("ValueError", "x"));
    expect(observe(pod)).toMatchObject({ state: "Failed", cause: { reason: "ValueError" }, lingers: true });
  });

  it("that has succeeded stays so, whatever became of its pod since", () => {
    for (const status of [
      { phase: "Failed", reason: "DeadlineExceeded" },
      { phase: "Failed", reason: "Evicted" },
      target("DeletionByTaintManager"),
    ])
      expect(observe(driverPod(ended(0, succeededResult), status, deleting(70)))).toMatchObject({ state: "Succeeded" });
    expect(observe(driverPod(ended(0, succeededResult), {}, stopped(cancelled)))).toMatchObject({ state: "Succeeded" });
  });

  it("without outputs may end its process itself; with outputs it has to say what became of them", () => {
    const without = { metadata: { annotations: {} } };
    expect(observe(driverPod(ended(0), {}, without))).toMatchObject({ state: "Succeeded", outputs: [] });
    expect(observe(driverPod(ended(0)))).toMatchObject({ state: "Failed", cause: { reason: "OutputMissing" } });
    expect(observe(driverPod(undefined, { phase: "Succeeded" }, without))).toMatchObject({ state: "Succeeded" });
  });

  it.each(["not JSON", "[1]", '"x"', '{"outcome": 7}', '{"outcome": "Succ'])(
    "whose result is %s is told by its exit code",
    (text) => {
      expect(observe(driverPod(ended(3, text)))).toMatchObject({ state: "Failed", cause: { reason: "ExitCode3" } });
    },
  );

  it("whose result is forged gives nothing that a status couldn't hold", () => {
    const forged = {
      outcome: "Failed",
      error: { class: "C".repeat(9999), message: "m".repeat(9999), at: { deep: 1 } },
      outputs: { words: { rows: "many", uri: "s3a://elsewhere" } },
    };
    const { cause } = observe(driverPod(ended(1, forged)));
    expect(cause!.reason).toHaveLength(128);
    expect(cause!.message.length).toBeLessThanOrEqual(4096);
    expect(cause).not.toHaveProperty("at");
    const good = {
      outcome: "Succeeded",
      values: [1],
      outputs: { words: { rows: "many", uri: "s3a://elsewhere" }, other: {} },
    };
    expect(observe(driverPod(ended(0, good)))).toMatchObject({ state: "Succeeded", values: {}, outputs: [words] });
  });
});

describe("a driver that doesn't run yet", () => {
  const unscheduled = (message: string, reason = "Unschedulable") =>
    driverPod(
      undefined,
      { conditions: [{ type: "PodScheduled", status: "False", reason, message }] },
      { spec: { nodeName: undefined } },
    );
  const init = (state: object) =>
    driverPod(waitingFor("PodInitializing"), { initContainerStatuses: [{ name: "wait", state }] });

  it.each<[string, DriverPod, string, RegExp]>([
    [
      "finds no node",
      unscheduled("0/3 nodes are available: 3 Insufficient memory."),
      "Unschedulable",
      /0\/3 nodes.*Insufficient memory.*lower driver.memory/,
    ],
    [
      "has a claim that isn't there",
      unscheduled('persistentvolumeclaim "data" not found'),
      "Unschedulable",
      /"data" not found; make the claim/,
    ],
    ["is held", unscheduled("", "SchedulingGated"), "SchedulingGated", /scheduling gates/],
    [
      "has no image",
      driverPod(waitingFor("ErrImagePull", "rpc error: not\nfound")),
      "ErrImagePull",
      /sparkflow\/spark-sedona:1 can't be pulled: rpc error: not found; check image/,
    ],
    [
      "has no image still",
      driverPod(waitingFor("ImagePullBackOff", 'Back-off pulling image "x"')),
      "ImagePullBackOff",
      /can't be pulled/,
    ],
    [
      "misses a Secret",
      driverPod(waitingFor("CreateContainerConfigError", 'secret "lake" not found')),
      "CreateContainerConfigError",
      /secret "lake" not found; make it/,
    ],
    [
      "misses a key",
      driverPod(waitingFor("CreateContainerConfigError", "couldn't find key token in Secret default/lake")),
      "CreateContainerConfigError",
      /key token/,
    ],
    [
      "can't be made",
      driverPod(waitingFor("CreateContainerError", "context deadline exceeded")),
      "CreateContainerError",
      /can't be started/,
    ],
    [
      "waits for an init container's image",
      init(waitingFor("ImagePullBackOff", "x")),
      "ImagePullBackOff",
      /init container "wait"'s image can't be pulled/,
    ],
  ])("says why: it %s", (_, pod, reason, message) => {
    const seen = observe(pod);
    expect(seen).toMatchObject({ state: "Pending", waiting: { reason } });
    expect(seen.waiting!.message).toMatch(message);
    expect(seen.waiting).not.toHaveProperty("hopeless");
  });

  it("says nothing of the ordinary steps of a start, so that they cost no writes", () => {
    const steps = [
      driverPod(undefined, {}, { spec: { nodeName: undefined } }),
      driverPod(waitingFor("ContainerCreating")),
      driverPod(waitingFor("PodInitializing")),
    ];
    for (const pod of steps) {
      const seen = observe(pod);
      expect(seen.state).toBe("Pending");
      expect(seen).not.toHaveProperty("waiting");
    }
  });

  it("has no hope with an image name that can't be one", () => {
    expect(observe(driverPod(waitingFor("InvalidImageName", "couldn't parse"))).waiting).toMatchObject({
      reason: "InvalidImageName",
      hopeless: { class: "Input", reason: "InvalidImageName" },
    });
  });

  it("waits for its volumes half a minute before it says so, and says when to look again", () => {
    const pod = driverPod(waitingFor("ContainerCreating"), {
      conditions: [{ type: "PodReadyToStartContainers", status: "False", lastTransitionTime: at(2) }],
    });
    expect(observe(pod, 20)).toMatchObject({ state: "Pending", lookAt: noon + 32_000 });
    expect(observe(pod, 20)).not.toHaveProperty("waiting");
    expect(observe(pod, 33)).toMatchObject({
      waiting: { reason: "VolumesNotReady", message: expect.stringMatching(/kubectl describe pod/) },
    });
  });
});

describe("a driver's failure is", () => {
  const exit = (code: number, reason?: string, status: object = {}, more: object = {}) =>
    driverPod(ended(code, undefined, reason), status, more);
  it.each<[string, DriverPod, string, string, RegExp]>([
    [
      "the program's: killed for want of memory",
      exit(137, "OOMKilled"),
      "Program",
      "OOMKilled",
      /limit of 5734Mi.*memoryOverhead/,
    ],
    [
      "the program's: its JVM killed for want of memory, as Python saw it",
      driverPod(ended(1, failedResult("Py4JNetworkError", "Answer from Java side is empty"), "OOMKilled")),
      "Program",
      "OOMKilled",
      /memoryOverhead/,
    ],
    [
      "the node's: evicted",
      exit(137, "Error", { reason: "Evicted", message: "The node was low on resource: memory." }),
      "Infrastructure",
      "Evicted",
      /low on resource/,
    ],
    [
      "the program's: evicted for its own limit",
      exit(137, "Error", { reason: "Evicted", message: 'Usage of EmptyDir volume "tmp" exceeds the limit "1Gi".' }),
      "Program",
      "Evicted",
      /raise the limit/,
    ],
    [
      "the cluster's: drained",
      exit(143, "Error", target("EvictionByEvictionAPI", "Eviction API: evicting"), deleting(60)),
      "Infrastructure",
      "Evicted",
      /drained.*evicting/,
    ],
    [
      "the cluster's: preempted",
      exit(143, "Error", target("PreemptionByScheduler"), deleting(60)),
      "Infrastructure",
      "Preempted",
      /higher priority/,
    ],
    [
      "the node's: tainted",
      exit(143, "Error", target("DeletionByTaintManager"), deleting(60)),
      "Infrastructure",
      "NodeLost",
      /didn't answer/,
    ],
    [
      "the node's: gone",
      driverPod(undefined, { phase: "Failed", ...target("DeletionByPodGC", "PodGC: node no longer exists") }),
      "Infrastructure",
      "NodeLost",
      /no longer exists/,
    ],
    [
      "the node's: it ended its pods",
      exit(143, "Error", target("TerminationByKubelet")),
      "Infrastructure",
      "Evicted",
      /shutting down/,
    ],
    [
      "the cluster's, in words of tomorrow",
      exit(143, "Error", target("ByMars")),
      "Infrastructure",
      "Disrupted",
      /took the driver's pod away/,
    ],
    [
      "the node's: it lost the container",
      exit(137, "ContainerStatusUnknown"),
      "Infrastructure",
      "NodeLost",
      /restart of the node/,
    ],
    [
      "the node's: it had no room",
      driverPod(undefined, { phase: "Failed", reason: "OutOfcpu", message: "Node didn't have enough resource" }),
      "Infrastructure",
      "OutOfcpu",
      /enough resource/,
    ],
    [
      "the node's: it doesn't answer",
      driverPod(undefined, { phase: "Failed", reason: "NodeLost", message: "Node n is unresponsive" }),
      "Infrastructure",
      "NodeLost",
      /unresponsive/,
    ],
    [
      "a time-out: it ran too long",
      exit(143, "Error", { reason: "DeadlineExceeded" }, { spec: { activeDeadlineSeconds: 690 } }),
      "Timeout",
      "RunTimeout",
      /timeouts.run/,
    ],
    [
      "a time-out: it never ran",
      driverPod(
        waitingFor("ImagePullBackOff"),
        { phase: "Failed", reason: "DeadlineExceeded" },
        { spec: { activeDeadlineSeconds: 690 } },
      ),
      "Timeout",
      "StartTimeout",
      /timeouts.start/,
    ],
    [
      "somebody's, who set its deadline",
      exit(143, "Error", { reason: "DeadlineExceeded" }, { spec: { activeDeadlineSeconds: 1 } }),
      "Cancelled",
      "Stopped",
      /somebody else/,
    ],
    [
      "the operator's: it was cancelled",
      exit(143, "Error", { reason: "DeadlineExceeded" }, stopped(cancelled)),
      "Cancelled",
      "Cancelled",
      /was cancelled/,
    ],
    [
      "the operator's, though the program failed as it was stopped",
      driverPod(ended(1, failedResult("SparkException", "Job cancelled")), {}, stopped(cancelled)),
      "Cancelled",
      "Cancelled",
      /was cancelled/,
    ],
    [
      "somebody's, who deleted it",
      exit(143, "Error", {}, deleting(60)),
      "Infrastructure",
      "Deleted",
      /deleted by somebody else/,
    ],
    [
      "the program's, though somebody deleted it too",
      driverPod(ended(1, failedResult("ValueError", "x")), {}, deleting(60)),
      "Program",
      "ValueError",
      /^x$/,
    ],
    [
      "the image's: no entry point",
      driverPod(ended(128, 'failed to create task: exec: "driver": executable file not found in $PATH', "StartError")),
      "Input",
      "ImageWithoutEntryPoint",
      /spark-sedona:1 doesn't hold.*executable file not found/,
    ],
    [
      "the environment's: too large",
      driverPod(ended(128, "exec /x: argument list too long", "StartError")),
      "Input",
      "EnvironmentTooLarge",
      /too large/,
    ],
    [
      "the node's: it can't start it",
      driverPod(ended(128, "cgroup: no space left", "StartError")),
      "Infrastructure",
      "StartError",
      /no space left/,
    ],
    [
      "an init container's",
      driverPod(waitingFor("PodInitializing"), {
        phase: "Failed",
        initContainerStatuses: [{ name: "wait", state: ended(2, "no host\n") }],
      }),
      "Program",
      "InitContainerFailed",
      /"wait" ended with exit code 2; its log ends with: no host/,
    ],
    [
      "the declaration's",
      driverPod(ended(2, failedResult("SparkflowError", "no output"))),
      "Input",
      "SparkflowError",
      /no output/,
    ],
    [
      "nobody knows whose",
      driverPod(undefined, { phase: "Failed" }),
      "Infrastructure",
      "PodFailed",
      /nothing says why/,
    ],
  ])("%s", (_, pod, of, reason, message) => {
    const seen = observe(pod);
    expect(seen).toMatchObject({ state: "Failed", cause: { class: of, reason } });
    expect(seen.cause!.message).toMatch(message);
  });

  it.each([
    [1, "Program", "ExitCode1"],
    [11, "Program", "ExecutorsFailed"],
    [50, "Program", "UncaughtException"],
    [51, "Program", "UncaughtException"],
    [52, "Program", "OutOfMemoryError"],
    [53, "Infrastructure", "DiskStore"],
    [101, "Program", "ClassNotFound"],
    [127, "Program", "NotStarted"],
    [134, "Program", "Crashed"],
    [137, "Infrastructure", "Killed"],
    [139, "Program", "Crashed"],
    [143, "Infrastructure", "Terminated"],
  ])("without a result told by its exit code %d: %s, %s", (code, of, reason) => {
    expect(observe(exit(code))).toMatchObject({ state: "Failed", cause: { class: of, reason, exitCode: code } });
  });

  it("a time-out without an exit code where the container never was", () => {
    const gone = { exitCode: 137, reason: "ContainerStatusUnknown", message: "The container could not be located" };
    const pod = driverPod({ terminated: gone }, { phase: "Failed", reason: "DeadlineExceeded" }, stopped(cancelled));
    expect(observe(pod)).toMatchObject({ state: "Failed", endedAt: noon + 100_000 });
    expect(observe(pod).cause).toEqual(cancelled);
  });

  it("told with the log's end where there is no result, at most 600 characters of it", () => {
    const log = `${"x".repeat(2000)}\n# A fatal error has been detected by the Java Runtime Environment`;
    const { message } = observe(driverPod(ended(134, log))).cause!;
    expect(message).toMatch(/its log ends with: ….*fatal error has been detected/s);
    expect(message.length).toBeLessThan(800);
    expect(
      observe(driverPod(ended(143, { outcome: "Failed", error: { class: "Terminated", message: "SIGTERM" } }))).cause!
        .message,
    ).not.toMatch(/log ends/);
  });
});

describe("a driver that somebody takes away", () => {
  it("has ended at once if it never had a node: it never will", () => {
    const pod = driverPod(undefined, {}, { ...deleting(7), spec: { nodeName: undefined } });
    expect(observe(pod)).toMatchObject({
      state: "Failed",
      endedAt: noon + 7000,
      cause: { class: "Infrastructure", reason: "Deleted" },
    });
  });

  it("has the operator's cause if that did it", () => {
    const pod = driverPod(
      undefined,
      {},
      {
        metadata: { deletionTimestamp: at(7), annotations: { "sparkflow.dev/stop": JSON.stringify(cancelled) } },
        spec: { nodeName: undefined },
      },
    );
    expect(observe(pod)).toMatchObject({ state: "Failed", cause: cancelled });
  });

  it("goes on until it ends, or a minute after it should have: then its node is cut off", () => {
    const pod = driverPod(running, target("DeletionByTaintManager"), deleting(30));
    expect(observe(pod, 60)).toMatchObject({
      state: "Running",
      deleting: true,
      lost: { at: noon + 90_000 },
      lookAt: noon + 90_000,
    });
    expect(observe(pod, 90)).toMatchObject({
      state: "Failed",
      startedAt: noon + 5000,
      endedAt: noon + 90_000,
      cause: { class: "Infrastructure", reason: "NodeLost" },
    });
  });

  it("counts as lost five minutes after its node was last heard, where Kubernetes says Unknown", () => {
    const pod = driverPod(running, {
      phase: "Unknown",
      conditions: [{ type: "Ready", status: "False", lastTransitionTime: at(10) }],
    });
    expect(observe(pod, 60)).toMatchObject({ state: "Running", lost: { at: noon + 310_000 } });
    expect(observe(pod, 311)).toMatchObject({
      state: "Failed",
      cause: { reason: "NodeLost", message: expect.stringContaining("node-1") },
    });
    expect(observe(driverPod(running, { phase: "Unknown", conditions: [] }), 1)).toMatchObject({
      cause: { reason: "NodeLost" },
    });
  });
});
