// What a submission starts: which run of a flow, which task. A run that an edit doesn't start is asked for.
import { randomBytes } from "node:crypto";
import { apiVersion, type SparkFlow } from "../../api/kinds.ts";
import { editParamsAnnotation, editParamsText } from "../../flow/editParams.ts";
import { askedRunName, editRunName } from "../../flow/names.ts";
import type { ParamValues } from "../../flow/params.ts";
import { type StartedBy, startedByLabel, startsOn } from "../../flow/schedule.ts";
import type { Client } from "../../kube/client.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { sparkFlowRuns } from "../../kube/resources.ts";
import { flowRunHash, isOtherScheme, taskRunHash } from "../../task/runHash.ts";
import { programName } from "../plugin.ts";
import { type Applied, fieldManager } from "./apply.ts";
import type { Target } from "./follow.ts";
import type { Prepared } from "./prepare.ts";
import { find } from "./read.ts";
import { type FlowObject, isFinished, type TaskObject } from "./views.ts";

/** What is said of the start, and what to follow, if anything starts. */
export type Started = { target?: Target; sentence: string };

/** Whether the run-relevant fields of the flow as it is now are new to the operator. */
export function startsByEdit({ spec, status }: Pick<FlowObject, "spec" | "status">): boolean {
  const seen = status?.runHash;
  return seen === undefined || (!isOtherScheme(seen) && seen !== flowRunHash(spec));
}

/** A SparkFlowRun that the flow owns, as one that the operator makes. */
export const runOfFlow = (
  { metadata: { name: flow, uid, namespace } }: FlowObject,
  { name, startedBy, params = {}, scheduledAt }: RunRequest,
) => ({
  apiVersion,
  kind: "SparkFlowRun",
  metadata: {
    name,
    namespace: namespace ?? "default",
    labels: { "sparkflow.dev/flow": flow, [startedByLabel]: startedBy },
    ownerReferences: [{ apiVersion, kind: "SparkFlow", name: flow, uid, controller: true }],
  },
  spec: {
    flow,
    ...(scheduledAt === undefined ? {} : { scheduledAt }),
    ...(Object.keys(params).length > 0 ? { params } : {}),
  },
});
export type RunRequest = {
  name: string;
  startedBy: StartedBy;
  params?: ParamValues;
  /** RFC 3339. */
  scheduledAt?: string | undefined;
};

/** Asks for a run of a flow now, whatever else starts it. */
export async function askForRun(
  client: Client,
  flow: FlowObject,
  more: Pick<RunRequest, "params" | "scheduledAt">,
): Promise<Started> {
  const { name, namespace = "default" } = flow.metadata;
  const run = askedRunName(name, `${new Date().toISOString()} ${randomBytes(8).toString("hex")}`);
  const body = runOfFlow(flow, { name: run, startedBy: "request", ...more });
  await client.create(sparkFlowRuns, namespace, body, { fieldManager });
  return { target: { kind: "SparkFlowRun", namespace, name: run, flow }, sentence: `the run ${run} was asked for` };
}

/**
 * The run of a flow that was applied: its edit's, or one that is asked for here. A flow that doesn't run on edits runs only if
 * somebody gives it params.
 */
async function startFlow(client: Client, { prepared, after }: Applied, params: ParamValues): Promise<Started> {
  const { namespace } = prepared;
  const flow = after as unknown as FlowObject;
  const { name, generation = 1 } = flow.metadata;
  const { edit, schedule } = startsOn(flow.spec);
  if (!edit && Object.keys(params).length === 0) {
    const when = schedule ? `runs by its schedule (${schedule.cron})` : "doesn't run by itself";
    return { sentence: `${name} ${when}; to run it now: ${programName()} run-now ${name} -n ${namespace}` };
  }
  if (edit && startsByEdit(flow)) {
    const run = editRunName(name, generation);
    return { target: { kind: "SparkFlowRun", namespace, name: run, flow }, sentence: `the run ${run} starts` };
  }
  return askForRun(client, flow, { params });
}

/** A task that was applied: it starts unless it has done this very work. */
function startTask({ prepared, after }: Applied): Started {
  const task = after as unknown as TaskObject;
  const { name } = task.metadata;
  const target: Target = { kind: "SparkTask", namespace: prepared.namespace, name };
  const done = isFinished(task) && task.status?.runHash === taskRunHash(task.spec);
  const sentence = done
    ? `${name} has done this already (${task.status?.phase}); to do it again, delete it first: kubectl delete sparktask ${name} -n ${prepared.namespace}`
    : `the task ${name} starts`;
  return { target, sentence };
}

/** A SparkFlowRun among the manifests. */
const startRun = ({ prepared, after }: Applied, flow: KubeObject | undefined): Started => ({
  target: {
    kind: "SparkFlowRun",
    namespace: prepared.namespace,
    name: after.metadata.name,
    ...(flow ? { flow: flow as unknown as FlowObject } : {}),
  },
  sentence: `the run ${after.metadata.name} starts`,
});

/** Flows whose edit starts a run get the params of that run in the same write. */
export async function withEditParams(
  client: Client,
  objects: readonly Prepared[],
  params: ReadonlyMap<string, ParamValues>,
): Promise<Prepared[]> {
  const all: Prepared[] = [];
  for (const prepared of objects) {
    const { manifest, namespace } = prepared;
    const given = params.get(manifest.metadata.name) ?? {};
    if (manifest.kind !== "SparkFlow" || Object.keys(given).length === 0) {
      all.push(prepared);
      continue;
    }
    const spec = manifest.spec as unknown as SparkFlow["spec"];
    const before = await find(client, "SparkFlow", namespace, manifest.metadata.name);
    const edits =
      startsOn(spec).edit && (!before || startsByEdit({ spec, ...(before.status ? { status: before.status } : {}) }));
    const annotations = {
      ...manifest.metadata.annotations,
      ...(edits ? { [editParamsAnnotation]: editParamsText(spec, given) } : {}),
    };
    all.push({ ...prepared, manifest: { ...manifest, metadata: { ...manifest.metadata, annotations } } });
  }
  return all;
}

/** Starts what was applied. A flow with SparkFlowRuns among the manifests runs for these, and else once. */
export async function startAll(
  client: Client,
  applied: readonly Applied[],
  params: ReadonlyMap<string, ParamValues>,
): Promise<Started[]> {
  const started: Started[] = [];
  const of = (kind: string) => applied.filter(({ prepared }) => prepared.manifest.kind === kind);
  const runs = of("SparkFlowRun");
  for (const one of of("SparkTask")) started.push(startTask(one));
  for (const one of of("SparkFlow")) {
    const { name } = one.prepared.manifest.metadata;
    const own = runs.filter(({ after }) => (after.spec as { flow?: string }).flow === name);
    started.push(...own.map((run) => startRun(run, one.after)));
    if (own.length === 0) started.push(await startFlow(client, one, params.get(name) ?? {}));
  }
  return started;
}
