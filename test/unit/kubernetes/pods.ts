// Pods and ConfigMaps as a cluster would get them, with types that tests can walk.
import type { SparkEngine, SparkTask } from "../../../operator/api/kinds.ts";
import {
  attemptDir,
  attemptNames,
  configMap,
  driverPod,
  executorTemplate,
  ownedSettings,
} from "../../../operator/engines/kubernetes/objects.ts";
import { render } from "../../../operator/task/render.ts";
import { resolveTask } from "../../../operator/task/resolve.ts";

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

export const uid = "0123abcd";

/** Everything that one attempt of a task makes on a cluster. */
export function objectsOf(task: SparkTask, engine?: SparkEngine, number = 1): Objects {
  const resolved = resolveTask(task, engine);
  const names = attemptNames(resolved.name, uid, number);
  const attempt = render(resolved, number, {
    attemptDir,
    outputsUri: "s3a://lake/flows/x",
    owned: ownedSettings(resolved, names),
    locate: (uri) => uri,
    env: [],
    jvmOptions: [],
  });
  return {
    driver: driverPod(resolved, attempt, names) as Pod,
    executor: executorTemplate(resolved, attempt) as Pod,
    map: configMap(resolved, attempt, names) as Objects["map"],
  };
}
