// What executors' pods are made from. Spark sets names, image, arguments, sizes and the owner itself.
import type { Attempt } from "../../task/attempt.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import { executorEnv } from "./environment.ts";
import { attemptLabels } from "./labels.ts";
import { type AttemptIdentity, attemptNames } from "./names.ts";
import { executorContainer, workDir } from "./paths.ts";
import { runtimeCommand, runtimeContainers, runtimeMounts, runtimeVolumes } from "./runtime.ts";
import { containerSecurity, podSecurity } from "./security.ts";
import { storageMounts, storageVolumes } from "./storage.ts";
import { withTemplate } from "./template.ts";
import {
  attemptVolumes,
  configMapMounts,
  configMapVolumes,
  fileMounts,
  scratchMounts,
  scratchVolumes,
} from "./volumes.ts";

/** Without an owner: Spark adds the driver pod, and a second owner would keep executors alive without it. */
export function executorBase(task: ResolvedTask, attempt: Attempt, identity: AttemptIdentity) {
  const script = Object.keys(attempt.files).filter((file) => file === "script.py");
  return {
    metadata: { labels: attemptLabels(task, identity) },
    spec: {
      enableServiceLinks: false,
      automountServiceAccountToken: false,
      ...(task.serviceAccountName === undefined ? {} : { serviceAccountName: task.serviceAccountName }),
      securityContext: podSecurity,
      ...runtimeContainers(task),
      containers: [
        {
          name: executorContainer,
          ...runtimeCommand(task),
          workingDir: workDir,
          env: executorEnv(task, attempt),
          securityContext: containerSecurity,
          volumeMounts: [
            ...fileMounts(script),
            ...configMapMounts(attempt),
            ...storageMounts(task),
            ...runtimeMounts(task),
            ...scratchMounts("executor"),
          ],
        },
      ],
      volumes: [
        ...(script.length > 0 ? attemptVolumes(attemptNames(identity)) : []),
        ...configMapVolumes(attempt),
        ...storageVolumes(task),
        ...runtimeVolumes(task),
        ...scratchVolumes("executor"),
      ],
    },
  };
}

export const executorTemplate = (task: ResolvedTask, attempt: Attempt, identity: AttemptIdentity): object =>
  withTemplate(executorBase(task, attempt, identity), task.executorTemplate);
