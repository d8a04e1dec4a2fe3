// Which ticks start runs, what becomes of those that are missed, and that a crash at any point changes nothing.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Schedule } from "../../../operator/api/schedule.ts";
import { tickRunName } from "../../../operator/flow/names.ts";
import { dayOf, decideSchedule, type Missed, startsOn, ticksOf } from "../../../operator/flow/schedule.ts";

const at = (text: string) => Date.parse(`2026-10-${text}Z`);
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString().slice(8, 16));
const nightly: Schedule = { cron: "0 3 * * *" };

/** The decision in short words: days and times of October. */
function decided(schedule: Partial<Schedule>, until: string, now: string, active = false) {
  const { start, handledUntil, missed, waiting, nextAt, lookAt, replace } = decideSchedule(
    { ...nightly, ...schedule },
    { handledUntil: at(until), active, now: at(now) },
  );
  return {
    start: start.map(iso),
    until: iso(handledUntil),
    missed:
      missed && `${missed.count}${missed.more ? "+" : ""} ${iso(missed.first)}..${iso(missed.last)} ${missed.why}`,
    waiting: iso(waiting),
    next: iso(nextAt),
    look: iso(lookAt),
    replace,
  };
}

describe("a tick", () => {
  it("starts its run once, and the next one is looked for", () => {
    expect(decided({}, "01T03:00", "02T02:59")).toMatchObject({
      start: [],
      until: "01T03:00",
      next: "02T03:00",
      look: "02T03:00",
    });
    expect(decided({}, "01T03:00", "02T03:00")).toMatchObject({
      start: ["02T03:00"],
      until: "02T03:00",
      next: "03T03:00",
    });
    expect(decided({}, "02T03:00", "02T03:00")).toMatchObject({ start: [], missed: undefined, next: "03T03:00" });
  });

  it("starts late if nothing says how late it may be", () => {
    expect(decided({}, "01T03:00", "02T23:00")).toMatchObject({ start: ["02T03:00"], missed: undefined });
  });

  it("is missed after its startingDeadline, to the millisecond", () => {
    const schedule = { startingDeadline: "1h" };
    expect(decided(schedule, "01T03:00", "02T04:00")).toMatchObject({ start: ["02T03:00"] });
    expect(decided(schedule, "01T03:00", "02T04:00:00.001")).toMatchObject({
      start: [],
      until: "02T03:00",
      missed: "1 02T03:00..02T03:00 Late",
    });
  });

  it("is missed when a later one has come", () => {
    expect(decided({}, "01T03:00", "05T03:10")).toMatchObject({
      start: ["05T03:00"],
      until: "05T03:00",
      missed: "3 02T03:00..04T03:00 Overtaken",
    });
  });

  it("isn't counted twice when the clock goes back", () => {
    expect(decided({}, "05T03:00", "03T10:00")).toMatchObject({ start: [], missed: undefined, next: "06T03:00" });
  });

  it("of very many that were missed is found without going through all of them", () => {
    expect(decided({ cron: "* * * * *" }, "01T00:00", "30T00:00")).toMatchObject({
      start: ["30T00:00"],
      missed: "199+ 29T20:41..29T23:59 Overtaken",
    });
  });
});

describe("catchUp", () => {
  it("makes up for the latest missed ticks, the earliest of them first", () => {
    expect(decided({ catchUp: 2 }, "01T03:00", "06T03:10")).toMatchObject({
      start: ["04T03:00", "05T03:00", "06T03:00"],
      until: "06T03:00",
      missed: "2 02T03:00..03T03:00 Overtaken",
    });
  });

  it("counts a tick past its deadline among the missed", () => {
    expect(decided({ catchUp: 2, startingDeadline: "1h" }, "01T03:00", "06T13:00")).toMatchObject({
      start: ["05T03:00", "06T03:00"],
      missed: "3 02T03:00..04T03:00 Overtaken",
    });
  });
});

describe("concurrencyPolicy", () => {
  it("Allow starts beside a run that is under way", () => {
    expect(decided({}, "01T03:00", "02T03:00", true)).toMatchObject({ start: ["02T03:00"], replace: false });
  });

  it("Replace cancels first, but only when something starts", () => {
    const schedule: Partial<Schedule> = { concurrencyPolicy: "Replace" };
    expect(decided(schedule, "01T03:00", "02T03:00", true)).toMatchObject({ start: ["02T03:00"], replace: true });
    expect(decided(schedule, "02T03:00", "02T13:00", true)).toMatchObject({ start: [], replace: false });
  });

  it("Forbid waits for the end until the deadline, and then the tick is missed", () => {
    const schedule: Partial<Schedule> = { concurrencyPolicy: "Forbid", startingDeadline: "1h" };
    expect(decided(schedule, "01T03:00", "02T03:00", true)).toMatchObject({
      start: [],
      until: "01T03:00",
      waiting: "02T03:00",
      look: "02T04:00",
    });
    expect(decided(schedule, "01T03:00", "02T03:50")).toMatchObject({ start: ["02T03:00"], waiting: undefined });
    expect(decided(schedule, "01T03:00", "02T04:01", true)).toMatchObject({
      until: "02T03:00",
      missed: "1 02T03:00..02T03:00 Late",
      look: "03T03:00",
    });
  });

  it("Forbid without a deadline waits until the next tick takes its place", () => {
    const schedule: Partial<Schedule> = { concurrencyPolicy: "Forbid" };
    expect(decided(schedule, "01T03:00", "02T23:00", true)).toMatchObject({ waiting: "02T03:00", look: "03T03:00" });
    expect(decided(schedule, "01T03:00", "03T03:00", true)).toMatchObject({
      waiting: "03T03:00",
      until: "02T03:00",
      missed: "1 02T03:00..02T03:00 Overtaken",
    });
  });

  it("Forbid makes up for missed ticks one at a time", () => {
    const schedule: Partial<Schedule> = { concurrencyPolicy: "Forbid", catchUp: 2, startingDeadline: "1h" };
    expect(decided(schedule, "01T03:00", "06T13:00")).toMatchObject({
      start: ["05T03:00"],
      until: "05T03:00",
      waiting: "06T03:00",
      look: "07T03:00",
    });
    expect(decided(schedule, "05T03:00", "06T14:00")).toMatchObject({ start: ["06T03:00"], waiting: undefined });
  });
});

describe("what starts a flow's runs", () => {
  it.each([
    [{}, { edit: true, schedule: undefined }],
    [{ schedule: nightly }, { edit: false, schedule: nightly }],
    [
      { schedule: nightly, runOn: ["Edit", "Schedule"] as const },
      { edit: true, schedule: nightly },
    ],
    [
      { schedule: nightly, runOn: ["Edit"] as const },
      { edit: true, schedule: undefined },
    ],
    [
      { schedule: nightly, runOn: [] },
      { edit: false, schedule: undefined },
    ],
    [{ schedule: { ...nightly, suspend: true } }, { edit: false, schedule: undefined }],
    [{ runOn: [] }, { edit: false, schedule: undefined }],
  ])("%j", (spec, expected) => {
    expect(startsOn(spec as Parameters<typeof startsOn>[0])).toEqual(expected);
  });
});

describe("the day of a tick", () => {
  it("is that of the schedule's zone, on both sides of midnight and of the date line", () => {
    const tick = Date.parse("2026-10-01T23:00Z");
    expect(dayOf({ timeZone: "Europe/Paris" }, tick)).toBe("2026-10-02");
    expect(dayOf({ timeZone: "America/New_York" }, tick)).toBe("2026-10-01");
    expect(dayOf({ timeZone: "Pacific/Kiritimati" }, tick)).toBe("2026-10-02");
    expect(dayOf({}, tick)).toBe("2026-10-01");
    expect(dayOf(undefined, tick)).toBe("2026-10-01");
  });
});

describe("an operator that may be killed between any two writes", () => {
  type Step = { kind: "wait"; minutes: number } | { kind: "look"; writes: number } | { kind: "end" };
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constant("wait" as const), minutes: fc.integer({ min: 1, max: 90 }) }),
    // It is killed after so many writes; 99 are never reached.
    fc.record({ kind: fc.constant("look" as const), writes: fc.constantFrom(0, 1, 2, 3, 99, 99) }),
    fc.constant({ kind: "end" as const }),
  );

  /** A cluster: what is durable, and every run that was ever made. */
  function live(schedule: Schedule, steps: readonly Step[]) {
    const begin = Date.parse("2026-10-24T20:00Z"); // the night in which Paris's clock goes back
    let now = begin;
    let handledUntil = begin;
    let runs: { name: string; tick: number; active: boolean }[] = [];
    const made: number[] = [];
    const missed: Missed[] = [];
    const look = (writes: number) => {
      for (let left = writes; left > 0; ) {
        const active = runs.some((one) => one.active);
        const until = Math.max(handledUntil, ...runs.map(({ tick }) => tick));
        const decision = decideSchedule(schedule, { handledUntil: until, active, now });
        for (const tick of decision.start) {
          if (left-- === 0) return;
          const name = tickRunName("nightly", tick);
          if (runs.some((one) => one.name === name)) continue; // 409: it is there
          runs.push({ name, tick, active: true });
          made.push(tick);
        }
        if (left-- === 0) return;
        if (decision.missed) missed.push(decision.missed);
        const moved = decision.handledUntil !== handledUntil;
        handledUntil = decision.handledUntil;
        // History that keeps nothing: what has ended goes, but only after the status says that its tick is over.
        runs = runs.filter(({ active: runsStill }) => runsStill);
        if (!moved) return;
      }
    };
    for (const one of steps) {
      if (one.kind === "wait") now += one.minutes * 60_000;
      else if (one.kind === "end") runs = runs.map((run) => ({ ...run, active: false }));
      else look(one.writes);
    }
    // Then all is well again, until nothing is left to do.
    for (let before = -1; before !== handledUntil; ) {
      before = handledUntil;
      look(99);
      runs = runs.map((run) => ({ ...run, active: false }));
      look(99);
    }
    return { made, missed, ticks: ticksOf(schedule).between(begin, now, 10_000) };
  }

  const schedule = fc.record({
    cron: fc.constantFrom("*/20 * * * *", "30 2 * * *", "0 * * * *"),
    timeZone: fc.constantFrom("Europe/Paris", "UTC"),
    concurrencyPolicy: fc.constantFrom<"Allow" | "Forbid">("Allow", "Forbid"),
  });

  it("starts no tick twice, and with catchUp none is lost", () => {
    fc.assert(
      fc.property(schedule, fc.array(step, { maxLength: 25 }), (one, steps) => {
        const { made, ticks } = live({ ...one, catchUp: 100 }, steps);
        expect(new Set(made).size).toBe(made.length);
        expect(made).toEqual(ticks.slice(-101));
      }),
      { numRuns: 100 },
    );
  });

  it("starts or misses a tick, and never says that it missed one that it has started", () => {
    fc.assert(
      fc.property(schedule, fc.array(step, { maxLength: 25 }), (one, steps) => {
        const { made, missed, ticks } = live({ ...one, startingDeadline: "15m" }, steps);
        expect(new Set(made).size).toBe(made.length);
        const over = missed.flatMap(({ first, last }) => ticks.filter((tick) => first <= tick && tick <= last));
        expect(over).toHaveLength(missed.reduce((sum, { count }) => sum + count, 0));
        expect(new Set([...made, ...over]).size).toBe(made.length + over.length);
      }),
      { numRuns: 100 },
    );
  });
});
