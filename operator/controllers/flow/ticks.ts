// A flow's schedule on a cluster: each tick makes a run under its own name. How far the ticks have been decided stands in the
// status, written after the runs are made; a run that is there says the same, should that write be missing.
import type { SparkFlow } from "../../api/kinds.ts";
import { durationText } from "../../api/quantity.ts";
import type { Schedule } from "../../api/schedule.ts";
import type { FlowStatus } from "../../api/status.ts";
import { tickRunName } from "../../flow/names.ts";
import {
  decideSchedule,
  defaultTimeZone,
  type Missed,
  startedByLabel,
  startsOn,
  timeText,
} from "../../flow/schedule.ts";
import { controllerOf } from "../../kube/objects.ts";
import { sparkFlowRuns } from "../../kube/resources.ts";
import type { Context, StoredFlow, StoredRun } from "../context.ts";
import { tellFlow } from "../events.ts";
import { readAnew } from "../readAnew.ts";
import type { Revisions } from "../run/revision.ts";
import { runEnded } from "../run/status.ts";
import { makeRun, type Taken } from "./makeRun.ts";

/** What a look at the schedule has come to. Events are told once the status is written. */
export type Followed = {
  status: Pick<FlowStatus, "schedule" | "nextRunAt" | "lastScheduledAt">;
  /** A tick that waits, in a sentence. */
  waiting?: string;
  lookAt?: number | undefined;
  tell: () => void;
};

/** A run that is made later than this after its tick is said to be late, in milliseconds. */
const late = 60_000;

/** Makes the runs of the ticks that are due. `runs` are the flow's. */
export async function followSchedule(
  ctx: Context,
  revisions: Revisions,
  flow: StoredFlow,
  { spec }: SparkFlow,
  runs: readonly StoredRun[],
): Promise<Followed | Taken> {
  const { schedule } = startsOn(spec);
  const { lastScheduledAt } = flow.status ?? {};
  const kept = lastScheduledAt === undefined ? {} : { lastScheduledAt };
  if (!schedule) return { status: kept, tell: () => {} };
  const now = ctx.now();
  const active = runs.filter(({ status }) => !runEnded(status?.phase));
  const own = runs.filter((run) => isScheduled(run, flow));
  const handledUntil = Math.max(countsFrom(flow, schedule, now), ...own.map(tickOf));
  const decision = decideSchedule(schedule, { handledUntil, active: active.length > 0, now });
  const replaced = decision.replace ? own.filter((run) => active.includes(run)) : [];
  for (const run of replaced) await cancelRun(ctx, run);
  const made: { run: string; tick: number }[] = [];
  for (const tick of decision.start) {
    const name = tickRunName(flow.metadata.name, tick);
    const run = await makeRun(ctx, revisions, flow, { name, startedBy: "schedule", scheduledAt: tick });
    if ("taken" in run) return run;
    if (!run.existed) made.push({ run: name, tick });
  }
  const { missed, nextAt, waiting, lookAt } = decision;
  const last = decision.start.at(-1);
  const { cron, timeZone } = schedule;
  return {
    status: {
      ...kept,
      ...(last === undefined ? {} : { lastScheduledAt: timeText(last) }),
      ...(nextAt === undefined ? {} : { nextRunAt: timeText(nextAt) }),
      schedule: {
        cron,
        ...(timeZone === undefined ? {} : { timeZone }),
        handledUntil: new Date(decision.handledUntil).toISOString(),
      },
    },
    ...(waiting === undefined ? {} : { waiting: waitingText(waiting, active) }),
    lookAt,
    tell: () => {
      for (const { metadata } of replaced)
        tellFlow(ctx, flow, "Normal", "RunReplaced", `cancelled run ${metadata.name}: the next tick has come`);
      for (const { run, tick } of made) tellFlow(ctx, flow, "Normal", "RunStarted", madeText(run, tick, now));
      if (missed) tellFlow(ctx, flow, "Warning", "TicksMissed", missedText(missed, schedule, active));
    },
  };
}

/**
 * Ticks after this moment count: those that the status doesn't say are over; of a flow that nobody has seen yet, those since
 * it was made; of a schedule that has been edited, those from now on.
 */
function countsFrom({ status, metadata }: StoredFlow, schedule: Schedule, now: number): number {
  const seen = status?.schedule;
  const zone = (of: { timeZone?: string | undefined }) => of.timeZone ?? defaultTimeZone;
  if (seen && seen.cron === schedule.cron && zone(seen) === zone(schedule)) return Date.parse(seen.handledUntil);
  const isNew = (status?.observedGeneration ?? -1) < 0;
  return isNew ? Date.parse(metadata.creationTimestamp ?? "") || now : now;
}

/** A run that this very flow has made for a tick. */
const isScheduled = (run: StoredRun, flow: StoredFlow): boolean =>
  run.metadata.labels?.[startedByLabel] === "schedule" &&
  controllerOf(run)?.uid === flow.metadata.uid &&
  Number.isFinite(tickOf(run));

const tickOf = ({ spec }: StoredRun): number => Date.parse(spec?.scheduledAt ?? "");

async function cancelRun(ctx: Context, run: StoredRun): Promise<void> {
  if (run.spec?.cancel) return;
  const { namespace = "", name, uid } = run.metadata;
  try {
    ctx.runs.put(await ctx.client.patch(sparkFlowRuns, namespace, name, { metadata: { uid }, spec: { cancel: true } }));
  } catch (error) {
    if (!(await readAnew(ctx, sparkFlowRuns, ctx.runs, run, error))) throw error;
  }
}

function waitingText(tick: number, active: readonly StoredRun[]): string {
  const [run] = active;
  const end = run ? `the end of ${run.metadata.name}` : "its turn";
  return `the tick of ${timeText(tick)} waits for ${end} (concurrencyPolicy: Forbid)`;
}

function madeText(run: string, tick: number, now: number): string {
  const after = now - tick < late ? "" : `, ${durationText(now - tick)} late`;
  return `made run ${run} for the tick of ${timeText(tick)}${after}`;
}

function missedText(
  { count, more, first, last, why }: Missed,
  { startingDeadline, concurrencyPolicy }: Schedule,
  active: readonly StoredRun[],
): string {
  const which =
    count === 1
      ? `missed the tick of ${timeText(first)}`
      : `missed ${more ? "more than " : ""}${count} ticks, the last ones from ${timeText(first)} to ${timeText(last)}`;
  const because = why === "Late" ? `startingDeadline (${startingDeadline}) is over` : "a later tick has come";
  const [run] = concurrencyPolicy === "Forbid" ? active : [];
  return `${which}: ${because}${run ? `, and ${run.metadata.name} is still under way` : ""}`;
}
