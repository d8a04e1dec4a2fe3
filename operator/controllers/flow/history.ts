// A flow keeps as many finished runs as its history says: of those that it or a command has made. A run that somebody created
// by hand is theirs to delete, since whoever keeps it in Git would create it again, and it would run again.
import type { SparkFlow } from "../../api/kinds.ts";
import { isNotFound } from "../../kube/errors.ts";
import { controllerOf, keyOf } from "../../kube/objects.ts";
import { sparkFlowRuns } from "../../kube/resources.ts";
import type { Context, StoredFlow, StoredRun } from "../context.ts";
import { runEnded } from "../run/status.ts";

/** Finished runs that a flow keeps if it doesn't say. */
const keptRuns = 10;

/** Deletes the oldest finished runs beyond what `history` keeps. `runs` are the flow's, the latest first. */
export async function prune(
  ctx: Context,
  flow: StoredFlow,
  { spec }: SparkFlow,
  runs: readonly StoredRun[],
): Promise<void> {
  const { succeeded = keptRuns, failed = keptRuns } = spec.history ?? {};
  const finished = runs.filter((run) => runEnded(run.status?.phase) && controllerOf(run)?.uid === flow.metadata.uid);
  const well = finished.filter(({ status }) => status?.phase === "Succeeded");
  const badly = finished.filter(({ status }) => status?.phase !== "Succeeded");
  for (const { metadata } of [...well.slice(succeeded), ...badly.slice(failed)]) {
    const { namespace = "", name, uid } = metadata;
    try {
      await ctx.client.delete(sparkFlowRuns, namespace, name, { uid, propagationPolicy: "Background" });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    ctx.runs.remove(keyOf(metadata), uid);
  }
}
