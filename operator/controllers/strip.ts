// What the stores keep of objects: there may be ten thousands of them.
import { defined } from "../api/defined.ts";
import type { KubeObject } from "../kube/objects.ts";
import type { StoredTask } from "./context.ts";
import { isFinal } from "./task/view.ts";

/** An object without what nobody here reads: managed fields, and kubectl's copy of it. */
export function stripped<T extends KubeObject>(raw: KubeObject): T {
  const { managedFields: _, ...metadata } = raw.metadata;
  const { "kubectl.kubernetes.io/last-applied-configuration": __, ...annotations } = metadata.annotations ?? {};
  return { metadata: { ...metadata, annotations }, spec: raw.spec, status: raw.status } as unknown as T;
}

/** Of a task that has ended for good, and there may be very many, only what others read of it: its results, and its pods' time. */
export function strippedTask(raw: KubeObject): StoredTask {
  const task = stripped<StoredTask>(raw);
  if (!isFinal(task)) return task;
  const { observedGeneration, phase, message, attempt, cause, values, outputs, finishedAt, retry } = task.status!;
  const attempts = task.status!.attempts!.filter(({ number }) => number === attempt);
  const status = defined({
    observedGeneration,
    phase,
    message,
    attempt,
    attempts,
    cause,
    values,
    outputs,
    finishedAt,
    retry,
  });
  const { podTTL } = task.spec ?? {};
  return { ...task, spec: podTTL === undefined ? {} : { podTTL }, status } as StoredTask;
}
