// Which ticks of a flow's schedule start runs now. Ticks are decided in their order, each once: those up to `handledUntil` are
// over, whatever became of them.
import type { FlowSpec } from "../api/flow.ts";
import { durationMs } from "../api/quantity.ts";
import type { Schedule } from "../api/schedule.ts";
import { Ticks } from "./cron.ts";
import { zoneOf } from "./zone.ts";

export const defaultTimeZone = "UTC";

/** On a run: what started it. Runs that somebody creates by hand have none. */
export const startedByLabel = "sparkflow.dev/started-by";
export type StartedBy = "edit" | "schedule" | "request" | "backfill";

/** What starts runs of a flow by itself. */
export function startsOn({ runOn, schedule }: Pick<FlowSpec, "runOn" | "schedule">): {
  edit: boolean;
  schedule: Schedule | undefined;
} {
  const starters = runOn ?? (schedule ? ["Schedule"] : ["Edit"]);
  const ticks = starters.includes("Schedule") && !schedule?.suspend;
  return { edit: starters.includes("Edit"), schedule: ticks ? schedule : undefined };
}

/** A schedule's ticks. Throws if it isn't right: that is checked before. */
export const ticksOf = ({ cron, timeZone = defaultTimeZone }: Schedule): Ticks => new Ticks(cron, timeZone);

/** The calendar day that a moment is in the schedule's zone, as 2026-10-01. */
export const dayOf = (schedule: Pick<Schedule, "timeZone"> | undefined, moment: number): string =>
  (zoneOf(schedule?.timeZone ?? defaultTimeZone) ?? zoneOf(defaultTimeZone)!).dayOf(moment);

export type RunTime = { date: string; scheduledAt: string };

/**
 * What a run is for: its tick, with the day in the schedule's zone; a run without one is for the moment at which it was
 * created, with the day in UTC.
 */
export function runTime(schedule: Schedule | undefined, scheduledAt: string | undefined, createdAt: string): RunTime {
  const moment = Date.parse(scheduledAt ?? createdAt);
  return { date: dayOf(scheduledAt === undefined ? undefined : schedule, moment), scheduledAt: timeText(moment) };
}

const hour = 3_600_000;

/** The moment that a day stands for: its first tick, or else its begin. */
export function momentOf(schedule: Schedule | undefined, day: string): number {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const hours = Array.from({ length: 72 }, (_, index) => midnight + (index - 36) * hour);
  const begin = hours.find((moment) => dayOf(schedule, moment) === day) ?? midnight;
  for (let at = begin - hour; schedule; ) {
    const tick = ticksOf(schedule).next(at);
    if (tick === undefined || dayOf(schedule, tick) > day) break;
    if (dayOf(schedule, tick) === day) return tick;
    at = tick;
  }
  return begin;
}

/** A moment as a name of it is written: 2026-10-01T01:00:00Z. */
export const timeText = (moment: number): string => new Date(moment).toISOString().replace(/\.\d+Z$/, "Z");

/** Missed ticks: so many (or more than can be counted), from the first to the last, and why. */
export type Missed = { count: number; more: boolean; first: number; last: number; why: "Late" | "Overtaken" };

export type ScheduleDecision = {
  /** Ticks whose runs start now, the earliest first. */
  start: number[];
  /** Scheduled runs that are under way are cancelled first. */
  replace: boolean;
  /** Where the ticks stand once these have started. */
  handledUntil: number;
  missed: Missed | undefined;
  /** A tick that waits for the end of the run that is under way. */
  waiting: number | undefined;
  /** The next tick to come. */
  nextAt: number | undefined;
  /** When something changes without anybody's doing. */
  lookAt: number | undefined;
};

/** Ticks that are looked back on: more are missed without being counted. */
const mostLookedBack = 200;

/**
 * Decides on the ticks after `handledUntil` up to `now` (milliseconds since 1970). Of these only the latest can be in time: a tick
 * is missed once a later one has come or `startingDeadline` is over. `catchUp: N` starts the latest N missed ones all the
 * same. With Forbid nothing starts while any run of the flow is `active`, and then one at a time.
 */
export function decideSchedule(
  schedule: Schedule,
  { handledUntil, active, now }: { handledUntil: number; active: boolean; now: number },
): ScheduleDecision {
  const { concurrencyPolicy = "Allow", startingDeadline, catchUp = 0 } = schedule;
  const ticks = ticksOf(schedule);
  const due = ticks.between(handledUntil, now, mostLookedBack);
  const latest = due.at(-1);
  const endsAt =
    latest === undefined || startingDeadline === undefined ? Infinity : latest + durationMs(startingDeadline);
  const wanted = Math.min(due.length, catchUp + (now <= endsAt ? 1 : 0));
  const over = due.slice(0, due.length - wanted);
  const toStart = due.slice(due.length - wanted);
  const start = concurrencyPolicy !== "Forbid" ? toStart : active ? [] : toStart.slice(0, 1);
  const waiting = toStart[start.length];
  const nextAt = ticks.next(Math.max(now, handledUntil));
  const times = [nextAt, waiting === undefined ? undefined : endsAt + 1].filter((at) => at !== undefined && at > now);
  return {
    start,
    replace: concurrencyPolicy === "Replace" && start.length > 0,
    handledUntil: start.at(-1) ?? over.at(-1) ?? handledUntil,
    missed: missedOf(over, due.length === mostLookedBack, latest),
    waiting,
    nextAt,
    lookAt: times.length === 0 ? undefined : Math.min(...(times as number[])),
  };
}

function missedOf(over: readonly number[], more: boolean, latest: number | undefined): Missed | undefined {
  const [first] = over;
  const last = over.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return { count: over.length, more, first, last, why: last === latest ? "Late" : "Overtaken" };
}
