// The attempt's files as an immutable ConfigMap, made before the driver pod.
import type { Attempt } from "../../task/attempt.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import { executorTemplate } from "./executorTemplate.ts";
import { attemptLabels, ownerReferences } from "./labels.ts";
import { type AttemptIdentity, attemptNames } from "./names.ts";

export function configMap(task: ResolvedTask, attempt: Attempt, identity: AttemptIdentity) {
  const template =
    task.engine.kind === "kubernetes"
      ? { "executor.json": JSON.stringify(executorTemplate(task, attempt, identity), null, 2) }
      : {};
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: attemptNames(identity).configMap,
      namespace: task.namespace,
      labels: attemptLabels(task, identity),
      ownerReferences: ownerReferences(identity),
    },
    immutable: true,
    data: { ...attempt.files, ...template } as Record<string, string>,
  };
}
