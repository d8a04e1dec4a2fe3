// What a clock on the wall of a time zone shows. Wall times are written as the moment at which a clock in UTC shows the same.

/** A stretch of time in which a zone keeps one offset from UTC; all in milliseconds, `until` excluded. */
export type Stretch = { from: number; until: number; offset: number };

const minute = 60_000;
/** No zone changes its offset and changes it back within a week. */
const week = 7 * 24 * 60 * minute;
/** How far a change is looked for; a stretch may end there without one. */
const weeksAhead = 30;
const keptStretches = 64;

const zones = new Map<string, Zone>();

/** A zone by its name, such as Europe/Paris; undefined if there is none. */
export function zoneOf(name: string): Zone | undefined {
  const known = zones.get(name);
  if (known) return known;
  try {
    const zone = new Zone(name);
    zones.set(name, zone);
    return zone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export class Zone {
  readonly #format: Intl.DateTimeFormat;
  #stretches: Stretch[] = [];

  /** Throws a RangeError if there is no such zone. */
  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  }

  /** The calendar day at a moment, as 2026-10-01. */
  dayOf(moment: number): string {
    return new Date(moment + this.#offset(moment)).toISOString().slice(0, 10);
  }

  /** The stretch that a moment is in. */
  stretch(moment: number): Stretch {
    const known = this.#stretches.find(({ from, until }) => from <= moment && moment < until);
    if (known) return known;
    const offset = this.#offset(moment);
    const stretch = { from: this.#edge(moment, offset, -1), until: this.#edge(moment, offset, 1), offset };
    this.#stretches = [stretch, ...this.#stretches].slice(0, keptStretches);
    return stretch;
  }

  /** Where the offset begins (direction -1) or has changed (1); or how far this was looked for. */
  #edge(moment: number, offset: number, direction: 1 | -1): number {
    let inside = Math.floor(moment / minute) * minute;
    let outside = inside;
    for (let weeks = 1; ; weeks++) {
      outside = inside + direction * week;
      if (this.#offset(outside) !== offset) break;
      inside = outside;
      if (weeks === weeksAhead) return inside;
    }
    while (Math.abs(outside - inside) > minute) {
      const middle = Math.floor((inside + outside) / 2 / minute) * minute;
      if (this.#offset(middle) === offset) inside = middle;
      else outside = middle;
    }
    return direction > 0 ? outside : inside;
  }

  /** Milliseconds that the zone is ahead of UTC. */
  #offset(moment: number): number {
    const name = this.#format.formatToParts(moment).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hours = 0, minutes = 0, seconds = 0] = /^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(name) ?? [];
    const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
    return sign === "-" ? -size : size;
  }
}
