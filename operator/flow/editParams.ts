// Params for the run that an edit of a flow starts: `submit --param` writes them beside the edit, in one write, so that the
// edit's own run has them and no second one is needed. Pure.
import type { SparkFlow } from "../api/kinds.ts";
import { flowRunHash } from "../task/runHash.ts";
import type { ParamValues } from "./params.ts";

/** On a SparkFlow: JSON of `{"runHash", "params"}`. */
export const editParamsAnnotation = "sparkflow.dev/edit-params";

/** The annotation's value for an edit to this spec. */
export const editParamsText = (spec: SparkFlow["spec"], params: ParamValues): string =>
  JSON.stringify({ runHash: flowRunHash(spec), params });

/** The params that came with the flow as it is now; those of an earlier edition count no more, nor what isn't such JSON. */
export function editParams({
  metadata,
  spec,
}: Pick<SparkFlow, "spec"> & { metadata: { annotations?: Record<string, string> | undefined } }): ParamValues {
  const text = metadata.annotations?.[editParamsAnnotation];
  if (text === undefined) return {};
  try {
    const { runHash, params } = JSON.parse(text) as { runHash?: unknown; params?: unknown };
    const isMap = params !== null && typeof params === "object" && !Array.isArray(params);
    return runHash === flowRunHash(spec) && isMap ? (params as ParamValues) : {};
  } catch {
    return {};
  }
}
