// Ticks of cron expressions in time zones, over changes of the clock, leap days and ends of months.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cronProblem, Ticks } from "../../../operator/flow/cron.ts";
import { zoneOf } from "../../../operator/flow/zone.ts";

const iso = (ms: number) => new Date(ms).toISOString().replace(":00.000Z", "Z");
const first = (cron: string, zone: string, after: string, count: number): string[] => {
  const ticks = new Ticks(cron, zone);
  const found: number[] = [];
  for (let at = Date.parse(after); found.length < count; at = found.at(-1)!) found.push(ticks.next(at)!);
  return found.map(iso);
};

describe("the ticks of a cron expression", () => {
  it.each<[cron: string, zone: string, after: string, ticks: string[]]>([
    // Paris, 2026-03-29: 02:00 leaps to 03:00. What falls into the leap has no tick that day.
    ["0 3 * * *", "Europe/Paris", "2026-03-28T00:00Z", ["2026-03-28T02:00Z", "2026-03-29T01:00Z", "2026-03-30T01:00Z"]],
    ["30 2 * * *", "Europe/Paris", "2026-03-28T00:00Z", ["2026-03-28T01:30Z", "2026-03-30T00:30Z"]],
    ["0 * * * *", "Europe/Paris", "2026-03-28T23:59Z", ["2026-03-29T00:00Z", "2026-03-29T01:00Z", "2026-03-29T02:00Z"]],
    [
      "*/30 1-3 * * *",
      "Europe/Paris",
      "2026-03-29T00:00Z",
      ["2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z", "2026-03-29T23:00Z"],
    ],
    // Paris, 2026-10-25: 03:00 falls back to 02:00. What the clock shows twice has two ticks.
    [
      "30 2 * * *",
      "Europe/Paris",
      "2026-10-24T12:00Z",
      ["2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-10-26T01:30Z"],
    ],
    ["0 3 * * *", "Europe/Paris", "2026-10-24T12:00Z", ["2026-10-25T02:00Z", "2026-10-26T02:00Z"]],
    [
      "0 2-3 * * *",
      "Europe/Paris",
      "2026-10-25T00:00Z",
      ["2026-10-25T01:00Z", "2026-10-25T02:00Z", "2026-10-26T01:00Z"],
    ],
    // New York: the cases of robfig/cron, which Kubernetes uses (its spec_test.go).
    ["0 2 * * *", "America/New_York", "2012-03-11T05:00Z", ["2012-03-12T06:00Z"]],
    ["0 1 * * *", "America/New_York", "2012-03-11T05:00Z", ["2012-03-11T06:00Z", "2012-03-12T05:00Z"]],
    ["30 2 11 3 *", "America/New_York", "2012-03-11T05:00Z", ["2013-03-11T06:30Z"]],
    [
      "0 1 * * *",
      "America/New_York",
      "2012-11-04T04:00Z",
      ["2012-11-04T05:00Z", "2012-11-04T06:00Z", "2012-11-05T06:00Z"],
    ],
    [
      "0 * * * *",
      "America/New_York",
      "2012-11-04T04:59Z",
      ["2012-11-04T05:00Z", "2012-11-04T06:00Z", "2012-11-04T07:00Z"],
    ],
    ["0 2 * * *", "America/New_York", "2012-11-04T04:00Z", ["2012-11-04T07:00Z", "2012-11-05T07:00Z"]],
    // A leap of half an hour, a zone whose offset isn't whole hours, and a day that never was (Samoa, 2011-12-30).
    ["15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00Z", ["2026-10-04T15:15Z", "2026-10-05T15:15Z"]],
    ["0 6 * * *", "Asia/Kathmandu", "2026-01-01T00:00Z", ["2026-01-01T00:15Z", "2026-01-02T00:15Z"]],
    ["0 12 * * *", "Pacific/Apia", "2011-12-29T00:00Z", ["2011-12-29T22:00Z", "2011-12-30T22:00Z"]],
    // Leap days, ends of months, weekdays.
    ["0 0 29 2 *", "UTC", "2026-01-01T00:00Z", ["2028-02-29T00:00Z", "2032-02-29T00:00Z"]],
    ["0 0 29 2 *", "Europe/Paris", "2026-01-01T00:00Z", ["2028-02-28T23:00Z"]],
    ["0 0 31 * *", "UTC", "2026-01-31T00:00Z", ["2026-03-31T00:00Z", "2026-05-31T00:00Z"]],
    ["0 0 L * *", "UTC", "2028-01-31T00:00Z", ["2028-02-29T00:00Z", "2028-03-31T00:00Z"]],
    ["0 0 1,15 * 1", "UTC", "2026-11-21T00:00Z", ["2026-11-23T00:00Z", "2026-11-30T00:00Z", "2026-12-01T00:00Z"]],
    [
      "5/20 9 * * MON-FRI",
      "UTC",
      "2026-11-21T00:00Z",
      ["2026-11-23T09:05Z", "2026-11-23T09:25Z", "2026-11-23T09:45Z", "2026-11-24T09:05Z"],
    ],
    ["@daily", "Europe/Paris", "2026-11-21T00:00Z", ["2026-11-21T23:00Z"]],
    ["59 23 31 12 *", "Asia/Tokyo", "2026-01-01T00:00Z", ["2026-12-31T14:59Z"]],
  ])("%s in %s", (cron, zone, after, ticks) => {
    expect(first(cron, zone, after, ticks.length)).toEqual(ticks);
  });

  it("are every minute at which the zone's clock shows a time that is meant, forwards and backwards", () => {
    const zones = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu"];
    const changes = [
      "2026-03-29T01:00Z",
      "2026-10-25T01:00Z",
      "2026-03-08T07:00Z",
      "2026-11-01T06:00Z",
      "2026-04-04T15:00Z",
      "2026-02-15T02:00Z",
      "2026-06-01T00:00Z",
    ];
    const some = (most: number) => fc.uniqueArray(fc.nat(most), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...changes),
        fc.integer({ min: -600, max: 600 }),
        some(59),
        some(5),
        (zone, change, minutes, minute, hour) => {
          const from = Date.parse(change) + minutes * 60_000;
          const until = from + 12 * 3_600_000;
          const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
          const meant: string[] = [];
          for (let at = from + 60_000; at <= until; at += 60_000) {
            const [h, m] = clock.format(at).split(":").map(Number);
            if (hour.includes(h!) && minute.includes(m!)) meant.push(iso(at));
          }
          const ticks = new Ticks(`${minute.join()} ${hour.join()} * * *`, zone);
          const forwards: string[] = [];
          for (let at = ticks.next(from); at !== undefined && at <= until; at = ticks.next(at)) forwards.push(iso(at));
          expect(forwards).toEqual(meant);
          expect(ticks.between(from, until, 1000).map(iso)).toEqual(meant);
          expect(ticks.between(from, until, 2).map(iso)).toEqual(meant.slice(-2));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("a cron expression that isn't right is explained", () => {
  it.each([
    ["61 * * * *", '"61" is no minute: expected 0-59, as * or a list (1,5), range (1-5) or step (*/5)'],
    ["0 25 * * *", '"25" is no hour: expected 0-23,'],
    ["0 0 32 * *", '"32" is no day of month: expected 1-31, or L for the last,'],
    ["0 0 1 13 *", '"13" is no month: expected 1-12 or JAN-DEC,'],
    ["0 0 * * noday", '"noday" is no day of week: expected 0-7 or SUN-SAT,'],
    ["*/0 * * * *", '"*/0" is no minute'],
    ["0 3 * *", 'expected five fields (minute, hour, day of month, month, day of week), such as "0 3 * * *", not 4'],
    ["0 0 3 * * *", "not 6; seconds have no field"],
    ["", "not 0"],
    ["2026-10-01T00:00:00", "not 1"],
    ["@every 1h", "or one of @yearly, @annually, @monthly"],
    ["@reboot", "or one of @yearly"],
    ["CRON_TZ=UTC 0 3 * * *", "a time zone stands in timeZone, not in the cron expression"],
    ["0 0 30 2 *", "no day is ever like that"],
  ])("%s", (cron, text) => {
    expect(cronProblem(cron)).toContain(text);
  });

  it.each([
    "0 3 * * *",
    "@daily",
    "@Hourly",
    " 0  3 * * * ",
    "0 0 L * *",
    "0 0 ? * SUN",
    "0 0 * * 7",
    "*/15 9-17 * jan,feb mon-fri",
  ])("and this one is right: %s", (cron) => {
    expect(cronProblem(cron)).toBeUndefined();
  });
});

describe("a time zone", () => {
  it("gives the calendar day of a moment", () => {
    expect(zoneOf("Europe/Paris")!.dayOf(Date.parse("2026-10-01T22:30Z"))).toBe("2026-10-02");
    expect(zoneOf("America/New_York")!.dayOf(Date.parse("2026-10-01T03:30Z"))).toBe("2026-09-30");
  });

  it.each(["Europe/Pariss", "", "Local", "Mars/Olympus"])("that isn't there is none: %s", (name) => {
    expect(zoneOf(name)).toBeUndefined();
  });
});
