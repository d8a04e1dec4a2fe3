// What the operator makes of a SparkFlow's schedule, on a real API server and a clock that the test sets.
import { describe, expect, it } from "vitest";
import { tickRunName } from "../../operator/flow/names.ts";
import {
  annotate,
  edit,
  eventually,
  flowStatus,
  make,
  notesOf,
  program,
  quiet,
  read,
  remove,
  run,
  runsOf,
  tasksOf,
  withClock,
} from "./operator.ts";

const clock = withClock();

/** Pods are as old as the API server's clock says, which isn't the test's. */
const timeouts = { start: "100000h" };
const steps = (...tasks: object[]): object => ({ taskDefaults: program({}, { timeouts }), tasks });
const nightly = { cron: "0 3 * * *", timeZone: "Europe/Paris" };
const tick = (flow: string, text: string) => tickRunName(flow, Date.parse(text));

/** Sets the clock and waits until the flow's next tick is after it. */
async function goTo(flow: string, text: string): Promise<void> {
  clock.set(text);
  clock.look(flow);
  await eventually(`${flow} is at ${text}`, async () => {
    const { nextRunAt } = await flowStatus(flow);
    return nextRunAt !== undefined && nextRunAt > text;
  });
}

// What is created now is the earliest that a schedule counts from, so the clock stays after that.
const day = (days: number, time: string) =>
  new Date(Date.parse(`2030-03-28T${time}Z`) + days * 86_400_000).toISOString().replace(".000", "");

async function scheduled(name: string, schedule: object, more: object = {}): Promise<void> {
  await make("SparkFlow", name, { schedule: { ...nightly, suspend: true }, ...steps({ name: "a" }), ...more });
  await eventually("it is seen", async () => ((await flowStatus(name)).observedGeneration ?? 0) > 0);
  clock.set(day(0, "12:00:00"));
  await edit("SparkFlow", name, { schedule: { ...nightly, suspend: null, ...schedule } });
  await goTo(name, day(0, "12:00:00"));
}

describe("a flow with a schedule", () => {
  it("doesn't run when it is made or edited, but at each tick, with the day in the schedule's zone, over a change of the clock", async () => {
    await scheduled("ticks", { cron: "30 0 * * *" }, steps({ name: "a", args: ["$(run.date) $(run.scheduledAt)"] }));
    expect(await runsOf("ticks")).toEqual([]);
    await edit("SparkFlow", "ticks", { tasks: [{ name: "a", args: ["$(run.date) $(run.scheduledAt)", "x"] }] });
    await eventually("the edit is seen", async () => (await flowStatus("ticks")).observedGeneration === 3);
    await goTo("ticks", day(0, "23:30:00"));
    const first = tick("ticks", "2030-03-28T23:30Z");
    await run(first, "Succeeded");
    const { spec } = (await tasksOf(first)).get("a")!;
    expect(spec).toMatchObject({ args: ["2030-03-29 2030-03-28T23:30:00Z", "x"] });
    expect(await flowStatus("ticks")).toMatchObject({
      lastScheduledAt: "2030-03-28T23:30:00Z",
      nextRunAt: "2030-03-29T23:30:00Z",
    });
    await goTo("ticks", day(2, "23:30:00"));
    const third = tick("ticks", "2030-03-30T23:30Z");
    expect(await runsOf("ticks")).toEqual([first, third].sort());
    await goTo("ticks", day(3, "22:30:00")); // Paris has gone to summer time
    expect(await runsOf("ticks")).toEqual([first, third, tick("ticks", "2030-03-31T22:30Z")].sort());
    await eventually("the missed tick is told", async () =>
      (await notesOf("ticks")).some((text) =>
        /^TicksMissed: missed the tick of 2030-03-29T23:30:00Z: a later/.test(text),
      ),
    );
  });

  it("runs on edits, too, if runOn says so", async () => {
    await scheduled("both", {}, { runOn: ["Edit", "Schedule"] });
    await run("both-g1", "Succeeded");
    await goTo("both", day(1, "02:00:00"));
    await run(tick("both", "2030-03-29T02:00Z"), "Succeeded");
    expect(await runsOf("both")).toHaveLength(2);
  });

  it("makes up for what it missed while no operator was there", async () => {
    await scheduled("down", { catchUp: 1, startingDeadline: "1h" });
    await clock.stop();
    clock.set(day(5, "02:10:00"));
    await clock.start();
    // 03:00 in Paris is 01:00Z by then: 70 minutes ago, so the latest is missed, and made up for.
    const last = tick("down", "2030-04-02T01:00Z");
    await run(last, "Succeeded");
    expect(await runsOf("down")).toEqual([last]);
  });

  it("with Forbid waits for the run under way, says so, and starts at its end or is missed at the deadline", async () => {
    await scheduled(
      "forbid",
      { concurrencyPolicy: "Forbid", startingDeadline: "1h" },
      steps({ name: "a", ...program({ runMs: "never" }) }),
    );
    await goTo("forbid", day(1, "02:00:00"));
    const first = tick("forbid", "2030-03-29T02:00Z");
    await run(first, "Running");
    await goTo("forbid", day(2, "02:00:00"));
    await eventually(
      "it says so",
      async () =>
        (await flowStatus("forbid")).message ===
        `the tick of 2030-03-30T02:00:00Z waits for the end of ${first} (concurrencyPolicy: Forbid)`,
    );
    expect(await runsOf("forbid")).toEqual([first]);
    clock.set(day(2, "03:00:01"));
    clock.look("forbid");
    await eventually("it is told", async () =>
      (await notesOf("forbid")).includes(
        `TicksMissed: missed the tick of 2030-03-30T02:00:00Z: startingDeadline (1h) is over, and ${first} is still under way`,
      ),
    );
    expect(await runsOf("forbid")).toEqual([first]);
    await goTo("forbid", day(3, "01:30:00"));
    await edit("SparkFlowRun", first, { cancel: true });
    const next = tick("forbid", "2030-03-31T01:00Z");
    await eventually("its end lets the next begin", async () => (await runsOf("forbid")).includes(next));
    const late = `made run ${next} for the tick of 2030-03-31T01:00:00Z, 30 min 0 s late`;
    await eventually("how late is told", async () => (await notesOf("forbid")).some((text) => text.endsWith(late)));
  });

  it("with Replace cancels the scheduled run under way, and not one that somebody asked for", async () => {
    await scheduled("replace", { concurrencyPolicy: "Replace" }, steps({ name: "a", ...program({ runMs: "never" }) }));
    await goTo("replace", day(1, "02:00:00"));
    const [first, second] = [tick("replace", "2030-03-29T02:00Z"), tick("replace", "2030-03-30T02:00Z")];
    await make("SparkFlowRun", "replace-mine", { flow: "replace" });
    await run("replace-mine", "Running");
    await goTo("replace", day(2, "02:00:00"));
    await run(first, "Cancelled");
    await run(second, "Running");
    expect((await read("SparkFlowRun", "replace-mine")).spec).toEqual({ flow: "replace" });
  });

  it("that is edited counts from the edit on, and doesn't while it is suspended", async () => {
    await scheduled("moved", { catchUp: 9 });
    await goTo("moved", day(1, "02:00:00"));
    clock.set(day(1, "20:00:00"));
    await edit("SparkFlow", "moved", { schedule: { cron: "0 12 * * *" } }); // that was at 11:00Z today
    await eventually("it counts anew", async () => (await flowStatus("moved")).nextRunAt === "2030-03-30T11:00:00Z");
    await edit("SparkFlow", "moved", { schedule: { suspend: true } });
    await eventually("it is suspended", async () => (await flowStatus("moved")).nextRunAt === undefined);
    clock.set(day(9, "12:00:00"));
    clock.look("moved");
    await edit("SparkFlow", "moved", { schedule: { suspend: false } });
    await goTo("moved", day(9, "12:00:00"));
    expect(await runsOf("moved")).toEqual([tick("moved", "2030-03-29T02:00Z")]);
  });

  it("keeps as many runs as history says, doesn't make those again that have gone, and leaves what people made", async () => {
    await scheduled("short", {}, { history: { succeeded: 1 } });
    await make("SparkFlowRun", "short-mine", { flow: "short", scheduledAt: "2026-10-01T22:30:00Z" });
    await run("short-mine", "Succeeded");
    await goTo("short", day(1, "02:00:00"));
    const first = tick("short", "2030-03-29T02:00Z");
    await run(first, "Succeeded");
    await goTo("short", day(2, "02:00:00"));
    const second = tick("short", "2030-03-30T02:00Z");
    await run(second, "Succeeded");
    await eventually("the first is gone", async () => !(await runsOf("short")).includes(first));
    await remove("SparkFlowRun", second);
    await clock.stop();
    await clock.start();
    clock.look("short");
    await quiet();
    expect(await runsOf("short")).toEqual(["short-mine"]);
  });

  it("that isn't right is refused with the words of the command line", async () => {
    await make("SparkFlow", "wrong", {
      schedule: { cron: "61 * * * *", timeZone: "Europe/Pariss" },
      ...steps({ name: "a" }),
    });
    await eventually("it says so", async () =>
      /"61" is no minute.*and 1 more/s.test((await flowStatus("wrong")).message ?? ""),
    );
  });

  it("of which very many have the same tick has one run each", async () => {
    const names = Array.from({ length: 60 }, (_, index) => `same-${index}`);
    clock.set(day(0, "12:00:00"));
    const schedule = { cron: "0 4 * * *", startingDeadline: "1m" };
    for (const name of names)
      await make("SparkFlow", name, { schedule, ...steps({ name: "a", ...program({ runMs: "never" }) }) });
    for (const name of names) await goTo(name, day(0, "12:00:00"));
    clock.set(day(1, "04:00:00"));
    for (const name of names) clock.look(name);
    for (const name of names)
      await eventually(`${name} runs`, async () => (await runsOf(name)).join() === tick(name, day(1, "04:00:00")));
  });
});

describe("a run that is asked for", () => {
  it("by a new value of the annotation is made once, and runs though the flow doesn't run by itself", async () => {
    await make("SparkFlow", "asked", { runOn: [], ...steps({ name: "a" }) });
    await eventually("it is seen", async () => ((await flowStatus("asked")).observedGeneration ?? 0) > 0);
    expect(await runsOf("asked")).toEqual([]);
    await annotate("SparkFlow", "asked", { "sparkflow.dev/run-requested-at": "now" });
    await eventually("it runs", async () => (await flowStatus("asked")).phase === "Succeeded");
    const [first] = await runsOf("asked");
    expect(first).toMatch(/^asked-m[0-9a-f]{8}$/);
    await remove("SparkFlowRun", first!);
    await annotate("SparkFlow", "asked", { other: "x" });
    await quiet();
    expect(await runsOf("asked")).toEqual([]);
    await annotate("SparkFlow", "asked", { "sparkflow.dev/run-requested-at": "again" });
    await eventually("another one runs", async () => (await runsOf("asked")).length === 1);
  });

  it("by hand for a tick has its day, which can't be changed, and the words of a laptop for a param that is missing", async () => {
    const params = { day: { type: "date", default: "$(run.date)" }, n: { type: "integer" } };
    await make("SparkFlow", "hand", { runOn: [], params, ...steps({ name: "a", args: ["$(params.day)"] }) });
    await make("SparkFlowRun", "hand-1", { flow: "hand", scheduledAt: "2026-10-01T22:30:00Z", params: { n: 1 } });
    await run("hand-1", "Succeeded");
    expect((await tasksOf("hand-1")).get("a")!.spec).toMatchObject({ args: ["2026-10-01"] });
    await expect(edit("SparkFlowRun", "hand-1", { scheduledAt: "2026-10-02T22:30:00Z" })).rejects.toThrow(
      "a run is for one tick",
    );
    await make("SparkFlowRun", "hand-2", { flow: "hand", scheduledAt: "2026-10-01T22:30:00Z" });
    expect((await run("hand-2", "Failed")).message).toContain(
      'the param "n" (integer) has no default: give it, such as --param n=10',
    );
  });
});
