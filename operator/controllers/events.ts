// Events of tasks and runs: a few words at each step, for `kubectl describe`.

import { conditionReason } from "../api/conditions.ts";
import { apiVersion } from "../api/kinds.ts";
import type { KubeObject } from "../kube/objects.ts";
import type { Context } from "./context.ts";

/** Longest note of an Event that the API server takes. */
const longestNote = 1024;

function tell(kind: string, action: string) {
  return (ctx: Context, object: KubeObject, type: "Normal" | "Warning", reason: string, note: string): void => {
    const regarding = { ...object, apiVersion, kind };
    ctx.events.record({ regarding, type, reason: conditionReason(reason), note: note.slice(0, longestNote), action });
  };
}

export const tellTask = tell("SparkTask", "Reconcile");
export const tellRun = tell("SparkFlowRun", "Reconcile");
export const tellFlow = tell("SparkFlow", "Reconcile");
