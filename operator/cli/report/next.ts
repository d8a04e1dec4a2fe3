// What may be done once a run has ended badly, as a line of its report.
import { listRecords, type RunRecord } from "../../engines/local/store.ts";
import { isFinished, type RunObject, type TaskObject } from "../cluster/views.ts";
import { programName } from "../plugin.ts";

/** Of a run of this machine, which reads its manifests anew. Nothing of what went well, or came from standard input. */
export function nextHere({ name, phase, targets }: RunRecord): string | undefined {
  if (!targets) return undefined;
  const command = `${programName()} retry ${listRecords().at(-1)?.name === name ? "last" : name}`;
  if (phase === "Failed") return `mended? ${command}`;
  return phase === "Cancelled" || phase === "Interrupted" ? `to go on: ${command}` : undefined;
}

/** Of a run or task of a cluster, where a run keeps the flow that it took. */
export function nextThere(object: RunObject | TaskObject): string | undefined {
  const { metadata, status } = object;
  const phase = isFinished(object) ? status?.phase : undefined;
  const command = `${programName()} retry ${metadata.name} -n ${metadata.namespace}`;
  if (phase === "Failed") return `again as it is: ${command}; mended? submit it anew`;
  return phase === "Cancelled" ? `to go on: ${command}` : undefined;
}
