// The SparkFlow controller: an edit of what the flow runs makes a run; old runs go; the status shows the latest.

import { type ConditionState, conditions } from "../../api/conditions.ts";
import { apiVersion, type SparkFlow } from "../../api/kinds.ts";
import type { Problem } from "../../api/problems.ts";
import type { FlowStatus } from "../../api/status.ts";
import { editParams } from "../../flow/editParams.ts";
import { editRunName } from "../../flow/names.ts";
import { paramValues } from "../../flow/params.ts";
import { isNotFound } from "../../kube/errors.ts";
import { keyOf, ownedBy } from "../../kube/objects.ts";
import { sparkFlowRuns, sparkFlows } from "../../kube/resources.ts";
import { flowRunHash, isOtherScheme } from "../../task/runHash.ts";
import { checkStored, PerGeneration } from "../checked.ts";
import type { Context, StoredFlow, StoredRun } from "../context.ts";
import { createOwn } from "../createOwn.ts";
import { tellFlow } from "../events.ts";
import { patchStatus } from "../patchStatus.ts";
import { type Revisions, revisionAnnotation } from "../run/revision.ts";
import { runEnded } from "../run/status.ts";
import type { Look } from "../task/controller.ts";
import { problemsText } from "../task/describe.ts";

/** Finished runs that a flow keeps if it doesn't say. */
const keptRuns = 10;
/** How soon a run is tried again whose name another flow's has. */
const retryTakenMs = 10_000;

type Described = { object: SparkFlow; hash: string } | { problems: Problem[] };

/** Checked flows by uid. */
export type FlowChecks = PerGeneration<Described, StoredFlow>;
export const flowChecks = (): FlowChecks =>
  new PerGeneration((flow) => {
    const checked = checkStored("SparkFlow", flow);
    return "object" in checked ? { ...checked, hash: flowRunHash(checked.object.spec) } : checked;
  });

export async function reconcileFlow(
  ctx: Context,
  revisions: Revisions,
  checks: FlowChecks,
  key: string,
): Promise<Look> {
  const flow = ctx.flows.get(key);
  if (!flow || flow.metadata.deletionTimestamp) return undefined;
  const described = checks.of(flow);
  if ("problems" in described) {
    const message = problemsText(described.problems);
    await report(ctx, flow, { state: "Failed", reason: "InvalidSpec", message }, {});
    return undefined;
  }
  const { object: checked, hash } = described;
  const { status = {} } = flow;
  const edited = status.runHash === undefined || (status.runHash !== hash && !isOtherScheme(status.runHash));
  const missing = missingParams(checked);
  const begun = edited && missing === "" ? await startRun(ctx, revisions, flow) : undefined;
  const runs = runsOf(ctx, key);
  await prune(ctx, runs, checked);
  if (begun && "taken" in begun) {
    await report(ctx, flow, { state: "Pending", reason: "NameTaken", message: begun.taken }, {});
    return { afterMs: retryTakenMs };
  }
  await reportLatest(ctx, flow, runs, hash, begun?.run ?? status.latestRun, missing);
  return undefined;
}

/** Params that a run by edit would lack, as a sentence, or "". */
function missingParams({ spec, metadata }: SparkFlow): string {
  const known: Record<string, string> = { name: metadata.name, id: metadata.name, date: "2026-01-01" };
  const { problems } = paramValues(
    spec.params ?? {},
    editParams({ spec, metadata }),
    ([head, field = ""]) => (head === "run" ? known[field] : undefined),
    ["spec", "params"],
  );
  return problems.length === 0 ? "" : `no run was started: ${problemsText(problems)}`;
}

/**
 * The run of this version of the flow: its name says which, so it is made once. A flow that was deleted and made again may
 * find the former one's run there, until the garbage collector has it.
 */
async function startRun(
  ctx: Context,
  revisions: Revisions,
  flow: StoredFlow,
): Promise<{ run: string } | { taken: string }> {
  const { namespace = "", name, generation = 1 } = flow.metadata;
  const revision = await revisions.take(ctx, flow);
  const runName = editRunName(name, generation);
  const params = editParams({ spec: flow.spec as SparkFlow["spec"], metadata: flow.metadata });
  const body = {
    apiVersion,
    kind: "SparkFlowRun",
    metadata: {
      name: runName,
      namespace,
      labels: { "app.kubernetes.io/managed-by": "sparkflow", "sparkflow.dev/flow": name },
      annotations: { [revisionAnnotation]: revision },
      ownerReferences: [ownedBy({ ...flow, apiVersion, kind: "SparkFlow" })],
    },
    spec: { flow: name, ...(Object.keys(params).length > 0 ? { params } : {}) },
  };
  const made = await createOwn(ctx, sparkFlowRuns, namespace, body);
  if (!made)
    return {
      taken: `a SparkFlowRun named ${runName} is there already and isn't this flow's: delete it, or edit the flow`,
    };
  ctx.runs.put(made.object);
  if (!made.existed) tellFlow(ctx, flow, "Normal", "RunStarted", `made run ${runName}`);
  return { run: runName };
}

/** The flow's runs, the latest first. */
function runsOf(ctx: Context, key: string): StoredRun[] {
  const runs = ctx.runsOfFlow.of(key);
  const at = ({ metadata }: StoredRun) =>
    `${metadata.creationTimestamp ?? ""} ${metadata.resourceVersion.padStart(20, "0")}`;
  return runs.filter(({ metadata }) => !metadata.deletionTimestamp).sort((a, b) => (at(a) < at(b) ? 1 : -1));
}

/** Deletes the oldest finished runs beyond what `history` keeps. */
async function prune(ctx: Context, runs: readonly StoredRun[], { spec }: SparkFlow): Promise<void> {
  const { succeeded = keptRuns, failed = keptRuns } = spec.history ?? {};
  const finished = runs.filter(({ status }) => runEnded(status?.phase));
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

async function reportLatest(
  ctx: Context,
  flow: StoredFlow,
  runs: readonly StoredRun[],
  hash: string,
  started: string | undefined,
  missing: string,
): Promise<void> {
  const [latest] = runs;
  const { phase, progress, message = "", startedAt, finishedAt } = latest?.status ?? {};
  const state: ConditionState = !latest ? "Idle" : phase === "Cancelled" ? "Failed" : (phase ?? "Pending");
  const latestRun = latest?.metadata.name ?? started;
  await report(
    ctx,
    flow,
    {
      state,
      reason: phase ?? (latest ? "Pending" : missing ? "ParamsMissing" : "Waiting"),
      message: latest ? message : missing,
    },
    {
      runHash: hash,
      ...(latestRun === undefined ? {} : { latestRun }),
      ...(phase ? { phase } : {}),
      ...(progress ? { progress } : {}),
      ...(startedAt ? { startedAt } : {}),
      ...(finishedAt ? { finishedAt } : {}),
    },
  );
}

async function report(
  ctx: Context,
  flow: StoredFlow,
  { state, reason, message }: { state: ConditionState; reason: string; message: string },
  more: Partial<FlowStatus>,
): Promise<void> {
  const { status = {}, metadata } = flow;
  const generation = metadata.generation ?? 0;
  const text = message.slice(0, 4096);
  const next: FlowStatus = {
    ...(status.runHash === undefined ? {} : { runHash: status.runHash }),
    ...(status.latestRun === undefined ? {} : { latestRun: status.latestRun }),
    observedGeneration: generation,
    message: text,
    conditions: conditions({
      state,
      reason,
      message: text,
      generation,
      previous: status.conditions,
      now: new Date(ctx.now()).toISOString(),
    }),
    ...more,
  };
  await patchStatus(ctx, sparkFlows, ctx.flows, flow, next);
}
