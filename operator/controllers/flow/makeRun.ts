// A flow makes runs: each by its name once, whoever asks for it and however often.
import { apiVersion } from "../../api/kinds.ts";
import type { ParamValues } from "../../flow/params.ts";
import { type StartedBy, startedByLabel, timeText } from "../../flow/schedule.ts";
import { ownedBy } from "../../kube/objects.ts";
import { sparkFlowRuns } from "../../kube/resources.ts";
import type { Context, StoredFlow } from "../context.ts";
import { createOwn } from "../createOwn.ts";
import { type Revisions, revisionAnnotation } from "../run/revision.ts";

type Wanted = { name: string; startedBy: StartedBy; params?: ParamValues; scheduledAt?: number };
export type Taken = { taken: string };
export type MadeRun = { run: string; existed: boolean } | Taken;

/**
 * The run of this flow with a name that says what it is for, so that it is made once. A flow that was deleted and made again
 * may find the former one's run there, until the garbage collector has it: `taken` says so.
 */
export async function makeRun(
  ctx: Context,
  revisions: Revisions,
  flow: StoredFlow,
  { name, startedBy, params = {}, scheduledAt }: Wanted,
): Promise<MadeRun> {
  const { namespace = "", name: flowName } = flow.metadata;
  const revision = await revisions.take(ctx, flow);
  const body = {
    apiVersion,
    kind: "SparkFlowRun",
    metadata: {
      name,
      namespace,
      labels: {
        "app.kubernetes.io/managed-by": "sparkflow",
        "sparkflow.dev/flow": flowName,
        [startedByLabel]: startedBy,
      },
      annotations: { [revisionAnnotation]: revision },
      ownerReferences: [ownedBy({ ...flow, apiVersion, kind: "SparkFlow" })],
    },
    spec: {
      flow: flowName,
      ...(scheduledAt === undefined ? {} : { scheduledAt: timeText(scheduledAt) }),
      ...(Object.keys(params).length > 0 ? { params } : {}),
    },
  };
  const made = await createOwn(ctx, sparkFlowRuns, namespace, body);
  if (!made)
    return {
      taken: `a SparkFlowRun named ${name} is there already and isn't this flow's: delete it, or edit the flow`,
    };
  ctx.runs.put(made.object);
  return { run: name, existed: made.existed };
}
