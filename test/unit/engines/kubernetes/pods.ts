// Pods and ConfigMaps as a cluster would get them, with types that tests can walk.
import type { SparkEngine, SparkTask } from "../../../../operator/api/kinds.ts";
import { configMap } from "../../../../operator/engines/kubernetes/configMap.ts";
import { driverPod } from "../../../../operator/engines/kubernetes/driverPod.ts";
import { executorTemplate } from "../../../../operator/engines/kubernetes/executorTemplate.ts";
import type { AttemptIdentity } from "../../../../operator/engines/kubernetes/names.ts";
import { clusterPlace } from "../../../../operator/engines/kubernetes/place.ts";
import { render } from "../../../../operator/task/render.ts";
import { resolveTask } from "../../../../operator/task/resolve.ts";

export type Container = {
  name: string;
  image?: string;
  env: { name: string; value?: string; valueFrom?: object }[];
  volumeMounts: { name: string; mountPath: string; subPath?: string }[];
  securityContext: Record<string, unknown>;
  resources?: { requests: Record<string, string>; limits: Record<string, string> };
  [key: string]: unknown;
};
export type Pod = {
  metadata: { name: string; namespace: string; labels: Record<string, string>; [key: string]: unknown };
  spec: {
    containers: Container[];
    volumes: { name: string; [source: string]: unknown }[];
    securityContext: Record<string, unknown>;
    [key: string]: unknown;
  };
};
export type Objects = {
  driver: Pod;
  executor: Pod;
  map: { metadata: { name: string }; immutable: boolean; data: Record<string, string> };
};

export const uid = "0123abcd-4567-89ab-cdef-0123456789ab";
export const identityOf = (task: SparkTask, number = 1): AttemptIdentity => ({
  objectName: task.metadata.name,
  uid,
  number,
});

/** Everything that one attempt of a task makes on a cluster. */
export function objectsOf(task: SparkTask, engine?: SparkEngine, number = 1): Objects {
  const resolved = resolveTask(task, engine);
  const identity = identityOf(task, number);
  const attempt = render(resolved, number, clusterPlace(resolved, identity));
  return {
    driver: driverPod(resolved, attempt, identity) as Pod,
    executor: executorTemplate(resolved, attempt, identity) as Pod,
    map: configMap(resolved, attempt, identity) as Objects["map"],
  };
}
