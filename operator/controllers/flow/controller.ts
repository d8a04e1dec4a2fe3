// The SparkFlow controller: an edit of what the flow runs, a tick of its schedule and who asks for it make runs; old runs go;
// the status shows the latest.

import { type ConditionState, conditions } from "../../api/conditions.ts";
import { defined } from "../../api/defined.ts";
import type { SparkFlow } from "../../api/kinds.ts";
import type { Problem } from "../../api/problems.ts";
import type { FlowStatus } from "../../api/status.ts";
import { editParams } from "../../flow/editParams.ts";
import { askedRunName, editRunName, runRequestAnnotation } from "../../flow/names.ts";
import { paramValues } from "../../flow/params.ts";
import { runScope } from "../../flow/runContext.ts";
import { runTime, startsOn } from "../../flow/schedule.ts";
import { sparkFlows } from "../../kube/resources.ts";
import { flowRunHash, isOtherScheme } from "../../task/runHash.ts";
import { checkStored, PerGeneration } from "../checked.ts";
import type { Context, StoredFlow, StoredRun } from "../context.ts";
import { tellFlow } from "../events.ts";
import { patchStatus } from "../patchStatus.ts";
import type { Revisions } from "../run/revision.ts";
import type { Look } from "../task/controller.ts";
import { problemsText } from "../task/describe.ts";
import { prune } from "./history.ts";
import { type MadeRun, makeRun, type Taken } from "./makeRun.ts";
import { type Followed, followSchedule } from "./ticks.ts";

/** How soon a run is tried again whose name another flow's has. */
const retryTakenMs = 10_000;
/** How long a tick is waited for at most before the clock is read again: it may have been set. */
const longestMs = 300_000;

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
  const { runHash } = flow.status ?? {};
  const edited = runHash === undefined || (runHash !== hash && !isOtherScheme(runHash));
  const byEdit = startsOn(checked.spec).edit;
  const missing = byEdit ? missingParams(checked) : "";
  const begun = edited && byEdit && missing === "" ? await startEdited(ctx, revisions, flow) : undefined;
  const asked = await startRequested(ctx, revisions, flow);
  const ticks = await followSchedule(ctx, revisions, flow, checked, runsOf(ctx, key));
  const taken = takenBy(begun) ?? takenBy(asked) ?? takenBy(ticks);
  if (taken !== undefined || "taken" in ticks) {
    await report(ctx, flow, { state: "Pending", reason: "NameTaken", message: taken ?? "" }, {});
    return { afterMs: retryTakenMs };
  }
  const runs = runsOf(ctx, key);
  await reportLatest(ctx, flow, runs, { hash, missing, asked, ticks });
  ticks.tell();
  // After the status, which says what these runs were for: a run that is gone must not be made again.
  await prune(ctx, flow, checked, runs);
  return ticks.lookAt === undefined ? undefined : { afterMs: Math.min(ticks.lookAt - ctx.now(), longestMs) };
}

/** Params that a run by edit would lack, as a sentence, or "". */
function missingParams({ spec, metadata }: SparkFlow): string {
  const { name } = metadata;
  const scope = runScope({ name, id: name, ...runTime(undefined, undefined, "2026-01-01T00:00:00Z") });
  const { problems } = paramValues(spec.params ?? {}, editParams({ spec, metadata }), scope, ["spec", "params"]);
  return problems.length === 0 ? "" : `no run was started: ${problemsText(problems)}`;
}

/** The run of this version of the flow. */
async function startEdited(ctx: Context, revisions: Revisions, flow: StoredFlow): Promise<MadeRun> {
  const { name, generation = 1 } = flow.metadata;
  const params = editParams({ spec: flow.spec as SparkFlow["spec"], metadata: flow.metadata });
  const made = await makeRun(ctx, revisions, flow, { name: editRunName(name, generation), startedBy: "edit", params });
  return said(ctx, flow, made);
}

/** The run that the annotation asks for, unless it has been made. */
async function startRequested(ctx: Context, revisions: Revisions, flow: StoredFlow): Promise<MadeRun | undefined> {
  const asked = flow.metadata.annotations?.[runRequestAnnotation];
  if (!asked) return undefined;
  const name = askedRunName(flow.metadata.name, asked);
  if (flow.status?.requestedRun === name) return undefined;
  return said(ctx, flow, await makeRun(ctx, revisions, flow, { name, startedBy: "request" }));
}

const takenBy = (made: object | undefined): string | undefined => (made as Partial<Taken> | undefined)?.taken;

function said(ctx: Context, flow: StoredFlow, made: MadeRun): MadeRun {
  if ("run" in made && !made.existed) tellFlow(ctx, flow, "Normal", "RunStarted", `made run ${made.run}`);
  return made;
}

/** The flow's runs, the latest first. */
function runsOf(ctx: Context, key: string): StoredRun[] {
  const runs = ctx.runsOfFlow.of(key);
  const at = ({ metadata }: StoredRun) =>
    `${metadata.creationTimestamp ?? ""} ${metadata.resourceVersion.padStart(20, "0")}`;
  return runs.filter(({ metadata }) => !metadata.deletionTimestamp).sort((a, b) => (at(a) < at(b) ? 1 : -1));
}

type Looked = { hash: string; missing: string; asked: MadeRun | undefined; ticks: Followed };

async function reportLatest(
  ctx: Context,
  flow: StoredFlow,
  runs: readonly StoredRun[],
  { hash, missing, asked, ticks }: Looked,
): Promise<void> {
  const [latest] = runs;
  const { phase, progress, message = "", startedAt, finishedAt } = latest?.status ?? {};
  const state: ConditionState = !latest ? "Idle" : phase === "Cancelled" ? "Failed" : (phase ?? "Pending");
  await report(
    ctx,
    flow,
    {
      state,
      reason: phase ?? (latest ? "Pending" : missing ? "ParamsMissing" : "Waiting"),
      message: ticks.waiting ?? (latest ? message : missing),
    },
    {
      runHash: hash,
      latestRun: latest?.metadata.name ?? flow.status?.latestRun,
      requestedRun: asked && "run" in asked ? asked.run : flow.status?.requestedRun,
      phase,
      progress,
      startedAt,
      finishedAt,
      schedule: undefined,
      ...ticks.status,
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
  const { runHash, latestRun, requestedRun, lastScheduledAt, schedule } = status;
  const next: FlowStatus = defined({
    runHash,
    latestRun,
    requestedRun,
    lastScheduledAt,
    schedule,
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
  });
  await patchStatus(ctx, sparkFlows, ctx.flows, flow, next);
}
