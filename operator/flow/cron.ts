// Ticks of a cron expression in a time zone: every minute at which a clock there shows a time that the expression means. So
// a time that the clock leaps over has no tick, and one that it shows twice has two, as for a Kubernetes CronJob (robfig/cron).
import { Cron } from "croner";
import { type Zone, zoneOf } from "./zone.ts";

/** Five fields, or one word. */
const words = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
const fields = [
  ["minute", "0-59"],
  ["hour", "0-23"],
  ["day of month", "1-31, or L for the last"],
  ["month", "1-12 or JAN-DEC"],
  ["day of week", "0-7 or SUN-SAT"],
] as const;

/** A clock of UTC has no leaps: the expression is read there, and zones are put on it here. `5/15` is as for a CronJob. */
const parsed = (expression: string): Cron =>
  new Cron(expression, { utcOffset: 0, mode: "5-part", sloppyRanges: true, paused: true });

/** Why a text is no cron expression, or has no ticks; undefined if it is right. */
export function cronProblem(expression: string): string | undefined {
  const parts = expression.trim().split(/\s+/);
  const [first = ""] = parts;
  if (first.startsWith("@")) {
    const word = parts.length === 1 && words.includes(first.toLowerCase());
    return word ? undefined : `expected five fields, such as "0 3 * * *", or one of ${words.join(", ")}`;
  }
  if (/^(CRON_)?TZ=/.test(first)) return "a time zone stands in timeZone, not in the cron expression";
  if (parts.length !== fields.length) {
    const hint = parts.length === 6 ? "; seconds have no field" : "";
    const got = expression.trim() === "" ? 0 : parts.length;
    return `expected five fields (${fields.map(([name]) => name).join(", ")}), such as "0 3 * * *", not ${got}${hint}`;
  }
  for (const [index, [name, range]] of fields.entries()) {
    const alone = fields.map((_, at) => (at === index ? parts[at] : "*")).join(" ");
    if (!isRight(alone))
      return `"${parts[index]}" is no ${name}: expected ${range}, as * or a list (1,5), range (1-5) or step (*/5)`;
  }
  return parsed(expression).nextRun() === null ? "no day is ever like that" : undefined;
}

function isRight(expression: string): boolean {
  try {
    parsed(expression);
    return true;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return false;
    throw error;
  }
}

export class Ticks {
  readonly #cron: Cron;
  readonly #zone: Zone;

  /** Throws if the expression or the zone isn't right: that is checked before. */
  constructor(expression: string, timeZone: string) {
    const zone = zoneOf(timeZone);
    if (!zone) throw new RangeError(`there is no time zone "${timeZone}"`);
    this.#cron = parsed(expression);
    this.#zone = zone;
  }

  /** The first tick after a moment. All are milliseconds since 1970. */
  next(after: number): number | undefined {
    for (let from = after; ; ) {
      const { until, offset } = this.#zone.stretch(from + 1);
      const wall = this.#cron.nextRun(new Date(from + offset));
      if (wall === null) return undefined;
      const tick = wall.getTime() - offset;
      if (tick < until) return tick;
      from = until - 1;
    }
  }

  /** The last tick at or before a moment, if there is one after `after`. */
  last(until: number, after: number): number | undefined {
    for (let to = until; to > after; ) {
      const { from, offset } = this.#zone.stretch(to);
      const wall = this.#cron.previousRuns(1, new Date(to + 1 + offset))[0];
      if (wall === undefined) return undefined;
      const tick = wall.getTime() - offset;
      if (tick >= from) return tick > after ? tick : undefined;
      to = from - 1;
    }
    return undefined;
  }

  /** The last ticks after `after` up to `until`, the earliest first: at most so many. */
  between(after: number, until: number, most: number): number[] {
    const ticks: number[] = [];
    for (let to = until; ticks.length < most; ) {
      const tick = this.last(to, after);
      if (tick === undefined) break;
      ticks.unshift(tick);
      to = tick - 1;
    }
    return ticks;
  }
}
