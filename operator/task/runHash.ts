// What of a task, or of a flow, an edit must change to start it again: what it runs, on what data, with which settings.
// Limits, time-outs, retries and the like are read as they are now and start nothing.
import type { FlowSpec } from "../api/flow.ts";
import { canonicalJson, hashText } from "../api/hash.ts";
import type { SparkTaskSpec, TaskSpec } from "../api/task.ts";

/** Says which fields count; another number when this file's choice changes, so that an upgrade starts nothing. */
const scheme = "v1";
const digits = 16;

const quietTaskFields = ["retry", "timeouts", "podTTL", "suspend", "cancel", "reuse"] as const;
const quietFlowFields = ["runOn", "schedule", "maxParallelTasks", "failFast", "history"] as const;

const without = (value: object, fields: readonly string[]): object =>
  Object.fromEntries(Object.entries(value).filter(([field]) => !fields.includes(field)));

const hash = (value: unknown): string => `${scheme}:${hashText(canonicalJson(value), digits)}`;

/** Hash of a task's run-relevant fields as the user wrote them. */
export const taskRunHash = (spec: SparkTaskSpec): string => hash(without(spec, quietTaskFields));

/** Hash of a flow's run-relevant fields as the user wrote them; the order of tasks is no change. */
export function flowRunHash(spec: FlowSpec): string {
  const quiet = (task: TaskSpec) => without(task, quietTaskFields);
  const byName = (list: readonly object[]) =>
    list.map(quiet).sort((a, b) => ((a as { name: string }).name < (b as { name: string }).name ? -1 : 1));
  return hash({
    ...without(spec, quietFlowFields),
    tasks: byName(spec.tasks),
    ...(spec.taskDefaults ? { taskDefaults: quiet(spec.taskDefaults) } : {}),
    ...(spec.finally ? { finally: byName(spec.finally) } : {}),
  });
}

/** True if `seen` was made by another choice of fields, so that nothing can be said of an edit. */
export const isOtherScheme = (seen: string): boolean => !seen.startsWith(`${scheme}:`);
