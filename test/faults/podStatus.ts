// A pod's status as a kubelet writes it at each step of its life.

export type RawPod = {
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    creationTimestamp: string;
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
    finalizers?: string[];
  };
  spec: {
    nodeName?: string;
    activeDeadlineSeconds?: number;
    containers: { name: string; image: string }[];
    volumes?: { name: string; configMap?: { name: string; optional?: boolean } }[];
  };
  status?: {
    phase?: string;
    startTime?: string;
    podIP?: string;
    containerStatuses?: { name: string; state?: { running?: { startedAt: string } } }[];
    conditions?: { type: string; status: string; reason?: string }[];
  };
};

/** Kubernetes writes times in whole seconds. */
export const stamp = (ms = Date.now()): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const condition = (type: string, status: "True" | "False", more: object = {}) => ({
  type,
  status,
  lastProbeTime: null,
  lastTransitionTime: stamp(),
  ...more,
});
const conditions = (running: boolean, why?: string) => {
  const ready = running ? condition("Ready", "True") : condition("Ready", "False", { reason: why });
  return [
    condition("PodReadyToStartContainers", why === "PodCompleted" || why === "PodFailed" ? "False" : "True"),
    condition("Initialized", "True"),
    ready,
    { ...ready, type: "ContainersReady" },
    condition("PodScheduled", "True"),
  ];
};

const containers = (pod: RawPod, state: object, ready: boolean) =>
  pod.spec.containers.map(({ name, image }) => ({
    name,
    image,
    imageID: "sha256:0000000000000000000000000000000000000000000000000000000000000000",
    containerID: `containerd://${pod.metadata.uid.replaceAll("-", "").padEnd(64, "0")}`,
    lastState: {},
    ready,
    restartCount: 0,
    started: ready,
    state,
  }));

const startTime = (pod: RawPod) => pod.status?.startTime ?? stamp();

/** The scheduler found no node. */
export const unscheduled = (message: string) => ({
  phase: "Pending",
  conditions: [condition("PodScheduled", "False", { reason: "Unschedulable", message })],
});

/** Its container can't start, or not yet. */
export const waits = (pod: RawPod, waiting: { reason: string; message?: string }, sandbox = true) => ({
  phase: "Pending",
  startTime: startTime(pod),
  hostIP: "192.0.2.1",
  conditions: [
    condition("PodReadyToStartContainers", sandbox ? "True" : "False"),
    ...conditions(false, "ContainersNotReady").slice(1),
  ],
  containerStatuses: containers(pod, { waiting }, false),
});

export const runs = (pod: RawPod, podIP: string) => ({
  phase: "Running",
  startTime: startTime(pod),
  hostIP: "192.0.2.1",
  hostIPs: [{ ip: "192.0.2.1" }],
  podIP,
  podIPs: [{ ip: podIP }],
  conditions: conditions(true),
  containerStatuses: containers(pod, { running: { startedAt: stamp() } }, true),
});

export type End = { exitCode: number; reason: string; message?: string };

/** Its containers have ended. `more`: the pod's own reason and message, as for a deadline or an eviction. */
export function ended(pod: RawPod, { exitCode, reason, message }: End, more: object = {}) {
  const startedAt = pod.status?.containerStatuses?.[0]?.state?.running?.startedAt ?? startTime(pod);
  const terminated = { exitCode, reason, startedAt, finishedAt: stamp(), ...(message ? { message } : {}) };
  return {
    phase: exitCode === 0 ? "Succeeded" : "Failed",
    startTime: startTime(pod),
    conditions: conditions(false, exitCode === 0 ? "PodCompleted" : "PodFailed"),
    containerStatuses: containers(pod, { terminated }, false),
    ...more,
  };
}

/** It failed before any container of it ran. */
export const failedUnstarted = (pod: RawPod, more: object) => ({
  phase: "Failed",
  startTime: startTime(pod),
  ...more,
});
