// Driver and executor pods as an API server answers them, in the states that the tests need.
import type { ContainerState, DriverPod } from "../../../../operator/engines/kubernetes/pod.ts";

export const uid = "0123abcd-4567-89ab-cdef-0123456789ab";
/** The pods' times are this plus some seconds. */
export const noon = Date.parse("2026-11-21T12:00:00Z");
export const at = (seconds: number): string => new Date(noon + seconds * 1000).toISOString();

export const words = { name: "words", uri: "s3a://lake/words", format: "parquet" };

type Raw = DriverPod & { spec: NonNullable<DriverPod["spec"]>; status: NonNullable<DriverPod["status"]> };

/** A driver pod on a node, created at noon; `state` is that of Spark's container. */
export function driverPod(
  state: ContainerState | undefined,
  status: object = {},
  more: { metadata?: object; spec?: object } = {},
): Raw {
  const phase = state?.running
    ? "Running"
    : state?.terminated
      ? state.terminated.exitCode === 0
        ? "Succeeded"
        : "Failed"
      : "Pending";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "count-0123abcd-1-driver",
      namespace: "default",
      uid: "pod-uid",
      resourceVersion: "42",
      creationTimestamp: at(0),
      labels: {
        "app.kubernetes.io/managed-by": "sparkflow",
        "app.kubernetes.io/instance": "count",
        "sparkflow.dev/task": "count",
        "sparkflow.dev/task-uid": uid,
        "sparkflow.dev/attempt": "1",
        "spark-role": "driver",
      },
      annotations: { "sparkflow.dev/outputs": JSON.stringify([words]), "kubectl.kubernetes.io/note": "x" },
      finalizers: ["sparkflow.dev/tracking"],
      ownerReferences: [
        { apiVersion: "sparkflow.dev/v1alpha1", kind: "SparkTask", name: "count", uid, controller: true },
      ],
      managedFields: [{ manager: "x".repeat(500) }],
      ...more.metadata,
    },
    spec: {
      nodeName: "node-1",
      containers: [
        {
          name: "spark-kubernetes-driver",
          image: "sparkflow/spark-sedona:1",
          resources: { limits: { memory: "5734Mi" } },
          env: [{ name: "A", value: "x".repeat(500) }],
        },
      ],
      ...more.spec,
    },
    status: {
      phase,
      podIP: "10.1.2.3",
      conditions: [{ type: "PodScheduled", status: "True", lastTransitionTime: at(1) }],
      ...(state
        ? { containerStatuses: [{ name: "spark-kubernetes-driver", state, image: "x", restartCount: 0, ready: true }] }
        : {}),
      ...status,
    },
  } as unknown as Raw;
}

export const running: ContainerState = { running: { startedAt: at(5) } };
export const succeededResult = {
  outcome: "Succeeded",
  values: { distinct: 12 },
  outputs: { words: { rows: 12, schemaHash: "9f86d081", schema: "word STRING" } },
};
export const failedResult = (of: string, message: string) => ({
  outcome: "Failed",
  error: { class: of, message, at: "words.py:12" },
});

/** Spark's container after its end. A result is its termination message; a text is what the kubelet took of the log. */
export const ended = (
  exitCode: number,
  message?: object | string,
  reason = exitCode === 0 ? "Completed" : "Error",
): ContainerState => ({
  terminated: {
    exitCode,
    reason,
    startedAt: at(5),
    finishedAt: at(65),
    ...(message === undefined ? {} : { message: typeof message === "string" ? message : JSON.stringify(message) }),
  },
});
export const waitingFor = (reason: string, message = ""): ContainerState => ({ waiting: { reason, message } });

export const executorPod = (state: ContainerState | undefined, status: object = {}): DriverPod => {
  const pod = driverPod(undefined, status);
  const name = "spark-kubernetes-executor";
  return {
    metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, "spark-role": "executor" }, ownerReferences: [] },
    spec: { ...pod.spec, containers: [{ name, resources: { limits: { memory: "1408Mi" } } }] },
    status: { ...pod.status, ...(state ? { containerStatuses: [{ name, state }] } : {}) },
  };
};
