// The policy: what pod templates and spark.kubernetes.* keys may say, checked on the finished pods, after all merging. What
// isn't on the list is refused by name, never dropped. Other operators began with a list of what is forbidden, and each
// had to mend it several times (CVE-2026-31892, -42296, -54526).
import type { PodTemplate } from "../../../api/common.ts";
import { type Path, type Problem, problem, shown } from "../../../api/problems.ts";
import { placeIn } from "../../../flow/merged.ts";
import type { Attempt } from "../../../task/attempt.ts";
import type { ResolvedTask } from "../../../task/resolve.ts";
import { driverBase, driverPod } from "../driverPod.ts";
import { executorBase, executorTemplate } from "../executorTemplate.ts";
import type { AttemptIdentity } from "../names.ts";
import { confRefusals } from "./conf.ts";
import { podRule } from "./pods.ts";
import type { Refusal } from "./rules.ts";

/** `allow`: places (`spec.volumes.hostPath`) and Spark keys that this operator's settings allow beyond the list. */
export type PolicyOptions = { allow?: readonly string[] };

/** What the finished pods of an attempt say that isn't allowed. Paths begin at the task's spec. */
export function podProblems(
  task: ResolvedTask,
  attempt: Attempt,
  identity: AttemptIdentity,
  { allow = [] }: PolicyOptions = {},
): Problem[] {
  const refusals = [
    ...confRefusals(attempt.settings),
    ...templateRefusals("driver", task.driverTemplate, () => ({
      pod: driverPod(task, attempt, identity),
      base: driverBase(task, attempt, identity),
    })),
    // An engine with one pod has no executors, but its manifests move to one that has.
    ...templateRefusals("executor", task.executorTemplate, () => ({
      pod: executorTemplate(task, attempt, identity),
      base: executorBase(task, attempt, identity),
    })),
  ];
  return refusals.filter(({ id }) => id === undefined || !isAllowed(id, allow)).map(({ id: _, ...one }) => one);
}

/** A place is allowed by its own name or by that of a place above it. */
const isAllowed = (id: string, allow: readonly string[]) => allow.some((one) => id === one || id.startsWith(`${one}.`));

function templateRefusals(
  role: "driver" | "executor",
  template: PodTemplate | undefined,
  made: () => { pod: object; base: object },
): Refusal[] {
  if (template === undefined) return [];
  const { pod, base } = made();
  const at: Path = [role, "podTemplate"];
  const { apiVersion: _, kind: __, ...merged } = pod as Record<string, unknown>;
  return [
    ...Object.entries(template).flatMap(([key, value]) =>
      ["apiVersion", "kind", "metadata", "spec"].includes(key)
        ? []
        : [problem([...at, key], `${shown(value)} isn't allowed here: a pod template has metadata and spec`)],
    ),
    // Told where the template has it: in the pod, lists hold our own items too.
    ...podRule(role)(merged, [], base).map((one) => ({
      ...one,
      path: [...at, ...(placeIn(one.path, merged, template) ?? one.path)],
    })),
  ];
}
