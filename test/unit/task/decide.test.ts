// decide for one task: start, retry with back-off, budgets apart, time-outs, cancel.
import { describe, expect, it } from "vitest";
import type { Cause } from "../../../operator/api/status.ts";
import {
  type AttemptObservation,
  backoffMs,
  countFailures,
  decideTask,
  type TaskObservation,
} from "../../../operator/task/decide.ts";

const retry = { limit: 2, infrastructureLimit: 1, initialMs: 10_000, factor: 2, maxMs: 60_000 };
const cause = (of: Cause["class"]): Cause => ({ class: of, reason: "ValueError", message: "it broke" });
const failed = (number: number, of: Cause["class"] = "Program", endedAt = 1000): AttemptObservation => ({
  number,
  state: "Failed",
  createdAt: 0,
  endedAt,
  cause: cause(of),
});
const task = (attempts: AttemptObservation[], more: Partial<TaskObservation> = {}): TaskObservation => ({
  retry,
  timeouts: {},
  attempts,
  cancelled: false,
  ...more,
});
const long = 1_000_000;

describe("a task without attempts", () => {
  it("starts the first", () => {
    expect(decideTask(task([]), 0)).toMatchObject({ action: { kind: "start", number: 1 }, phase: "Pending" });
  });

  it("that is cancelled starts none", () => {
    const decision = decideTask(task([], { cancelled: true }), 0);
    expect(decision.action).toBeUndefined();
    expect(decision).toMatchObject({ phase: "Failed", message: "cancelled before it started" });
  });
});

describe("an attempt that is under way", () => {
  const pending: AttemptObservation = { number: 1, state: "Pending", createdAt: 100 };
  const running: AttemptObservation = { number: 1, state: "Running", createdAt: 100, startedAt: 500 };
  const timeouts = { startMs: 1000, runMs: 2000 };

  it.each<[string, AttemptObservation, number, object]>([
    ["waits for its start, and is looked at again at the time-out", pending, 200, { phase: "Pending", wakeAt: 1100 }],
    [
      "runs, and is looked at again at the time-out, which counts from its start",
      running,
      1200,
      { phase: "Running", wakeAt: 2500 },
    ],
    [
      "is stopped when it hasn't started in time",
      pending,
      1100,
      {
        action: {
          kind: "stop",
          number: 1,
          cause: {
            class: "Timeout",
            reason: "StartTimeout",
            message: "it waited to start longer than timeouts.start, which is 1 s",
          },
        },
      },
    ],
    [
      "is stopped when it runs too long",
      running,
      2500,
      {
        action: {
          kind: "stop",
          number: 1,
          cause: { class: "Timeout", reason: "RunTimeout", message: "it ran longer than timeouts.run, which is 2 s" },
        },
      },
    ],
  ])("%s", (_, attempt, now, expected) => {
    expect(decideTask(task([attempt], { timeouts }), now)).toMatchObject(expected);
  });

  it.each([pending, running])("is left alone without time-outs ($state)", (attempt) => {
    expect(decideTask(task([attempt]), long)).toEqual({ phase: attempt.state, message: "" });
  });

  it.each([pending, running])("is stopped when the task is cancelled ($state)", (attempt) => {
    expect(decideTask(task([attempt], { cancelled: true, timeouts }), 200)).toMatchObject({
      action: { kind: "stop", number: 1, cause: { class: "Cancelled" } },
    });
  });
});

describe("after a success", () => {
  it.each([false, true])("the task has succeeded, cancelled later or not (%s)", (cancelled) => {
    const attempts = [failed(1), { number: 2, state: "Succeeded", createdAt: 0, endedAt: 5 } as const];
    expect(decideTask(task(attempts, { cancelled }), long)).toEqual({ phase: "Succeeded", message: "" });
    const noted = [{ ...attempts[1]!, note: "leave .master(…) out" }];
    expect(decideTask(task(noted, { cancelled }), long).message).toBe("leave .master(…) out");
  });
});

describe("after a failure", () => {
  it("the task waits, says why, and is looked at again when the wait is over", () => {
    expect(decideTask(task([failed(1)]), 5000)).toEqual({
      phase: "Retrying",
      message: "attempt 1 failed: it broke",
      next: 2,
      wakeAt: 11_000,
    });
  });

  it("the next attempt starts when the wait is over, not before", () => {
    expect(decideTask(task([failed(1)]), 10_999).action).toBeUndefined();
    expect(decideTask(task([failed(1)]), 11_000).action).toEqual({ kind: "start", number: 2 });
  });

  const { Program, Infrastructure, Timeout } = {
    Program: failed(0),
    Infrastructure: failed(0, "Infrastructure"),
    Timeout: failed(0, "Timeout"),
  };
  const numbered = (list: AttemptObservation[]) => list.map((attempt, index) => ({ ...attempt, number: index + 1 }));
  it.each<[string, AttemptObservation[], object]>([
    ["a program's second is within the limit of 2", [Program, Program], { action: { kind: "start", number: 3 } }],
    ["a program's third ends the task", [Program, Program, Program], { phase: "Failed", message: "it broke" }],
    ["a time-out counts as the program's", [Program, Timeout, Timeout], { phase: "Failed" }],
    ["an infrastructure's first is within its limit of 1", [Infrastructure], { action: { kind: "start", number: 2 } }],
    ["an infrastructure's second ends the task", [Infrastructure, Infrastructure], { phase: "Failed" }],
    [
      "an infrastructure's doesn't use the program's budget",
      [Program, Infrastructure, Program],
      { action: { kind: "start", number: 4 } },
    ],
    [
      "a program's doesn't use the infrastructure's budget",
      [Program, Program, Infrastructure],
      { action: { kind: "start", number: 4 } },
    ],
    ["bad input isn't tried again", [failed(1, "Input")], { phase: "Failed" }],
    ["what was cancelled isn't tried again", [failed(1, "Cancelled")], { phase: "Failed" }],
  ])("%s", (_, attempts, expected) => {
    const decision = decideTask(task(numbered(attempts)), long);
    expect(decision).toMatchObject(expected);
    if (!("action" in expected)) expect(decision.action).toBeUndefined();
  });

  it("of a cancelled task nothing is tried again", () => {
    const decision = decideTask(task([failed(1)], { cancelled: true }), long);
    expect(decision).toEqual({ phase: "Failed", message: "it broke" });
  });

  it("without a cause the program is taken for it", () => {
    const decision = decideTask(
      task([{ number: 1, state: "Failed", createdAt: 0, endedAt: 0 }], { retry: { ...retry, limit: 0 } }),
      long,
    );
    expect(decision).toEqual({ phase: "Failed", message: "it failed" });
  });
});

describe("a task that was edited", () => {
  const running: AttemptObservation = { number: 3, state: "Running", createdAt: 0, startedAt: 0 };

  it("stops the attempt that runs what the spec said before", () => {
    expect(decideTask(task([running], { outdated: true }), long)).toMatchObject({
      action: { kind: "stop", number: 3, cause: { class: "Cancelled", reason: "Superseded" } },
    });
  });

  it.each<AttemptObservation>([
    { ...running, state: "Succeeded", endedAt: 5 },
    failed(3, "Cancelled"),
    failed(3, "Input"),
  ])("starts again at once when its attempt has ended ($state)", (attempt) => {
    expect(decideTask(task([attempt], { outdated: true }), long)).toMatchObject({
      action: { kind: "start", number: 4 },
    });
  });

  it("and cancelled starts nothing", () => {
    expect(decideTask(task([failed(3)], { outdated: true, cancelled: true }), long).phase).toBe("Failed");
  });

  it("goes on counting its attempts", () => {
    expect(decideTask(task([], { firstNumber: 4 }), 0).action).toEqual({ kind: "start", number: 4 });
  });
});

describe("a retry that somebody asks for", () => {
  it.each<[string, AttemptObservation]>([
    ["what failed for good", failed(3, "Input")],
    ["what was cancelled before", failed(3, "Cancelled")],
    ["what waits for its next attempt", failed(3, "Program", long)],
    ["what has succeeded", { ...failed(3), state: "Succeeded" }],
  ])("starts %s again at once, its budgets anew", (_, attempt) => {
    expect(decideTask(task([attempt], { retryAsked: true }), long)).toMatchObject({
      action: { kind: "start", number: 4 },
      anew: true,
    });
  });

  it.each<[string, AttemptObservation, Partial<TaskObservation>]>([
    ["runs", { number: 3, state: "Running", createdAt: 0, startedAt: 0 }, {}],
    ["is suspended", failed(3), { suspended: true }],
    ["is being cancelled", failed(3), { cancelled: true }],
  ])("does nothing to what %s", (_, attempt, more) => {
    const decide = (retryAsked: boolean) => decideTask(task([attempt], { ...more, retryAsked }), long);
    expect(decide(true)).toEqual(decide(false));
    expect(decide(true).action).toBeUndefined();
  });
});

describe("a task that is suspended", () => {
  const stopped: AttemptObservation = {
    ...failed(3),
    cause: { class: "Cancelled", reason: "Suspended", message: "the task was suspended" },
  };
  const active = (state: "Pending" | "Running"): AttemptObservation => ({ number: 3, state, createdAt: 0 });

  it.each<[string, AttemptObservation[], Partial<TaskObservation>]>([
    ["starts nothing before its first attempt", [], {}],
    ["rests once its attempt was stopped", [stopped], {}],
    ["rests instead of trying again after a failure", [failed(1)], {}],
    ["rests after an edit too", [stopped], { outdated: true }],
    ["rests after an edit of what had succeeded", [{ ...active("Running"), state: "Succeeded" }], { outdated: true }],
  ])("%s", (_, attempts, more) => {
    const decision = decideTask(task(attempts, { ...more, suspended: true }), long);
    expect(decision).toEqual({ phase: "Suspended", message: "it goes on when spec.suspend is false" });
  });

  it.each(["Pending", "Running"] as const)("stops the attempt that is under way (%s)", (state) => {
    expect(decideTask(task([active(state)], { suspended: true, timeouts: { runMs: 1 } }), long)).toMatchObject({
      action: { kind: "stop", number: 3, cause: { class: "Cancelled", reason: "Suspended" } },
      phase: state,
    });
  });

  it.each<[string, AttemptObservation, object]>([
    [
      "succeeded, if its attempt did before it was stopped",
      { ...active("Running"), state: "Succeeded" },
      { phase: "Succeeded" },
    ],
    ["failed, if its attempt did and no retry is left", failed(1, "Input"), { phase: "Failed", message: "it broke" }],
  ])("has %s", (_, attempt, expected) => {
    expect(decideTask(task([attempt], { suspended: true }), long)).toMatchObject(expected);
  });

  it.each([[[]], [[stopped]]])("and cancelled has failed as Cancelled (%#)", (attempts) => {
    const decision = decideTask(task(attempts, { suspended: true, cancelled: true }), long);
    expect(decision).toMatchObject({ phase: "Failed", cause: { class: "Cancelled", reason: "Cancelled" } });
    expect(decision.action).toBeUndefined();
  });

  it("goes on at once with the next number when it is resumed, and with what was left of its budgets", () => {
    const decision = decideTask(task([stopped], { failures: { program: 2, infrastructure: 1 } }), 1001);
    expect(decision).toMatchObject({ action: { kind: "start", number: 4 }, phase: "Pending" });
    expect(decision.anew).toBeUndefined();
  });

  it("uses up no retry", () => {
    expect(countFailures([failed(1), stopped, failed(4, "Infrastructure")])).toEqual({ program: 1, infrastructure: 1 });
  });
});

describe("known failures", () => {
  it("count instead of the attempts that are still seen", () => {
    const failures = { program: 3, infrastructure: 0 };
    expect(decideTask(task([failed(7)], { failures }), long).phase).toBe("Failed");
    expect(decideTask(task([failed(7)], { failures: { ...failures, program: 2 } }), long).action).toEqual({
      kind: "start",
      number: 8,
    });
  });
});

describe("the wait between attempts", () => {
  it.each([
    [1, 10_000],
    [2, 20_000],
    [3, 40_000],
    [4, 60_000],
    [2000, 60_000],
  ])("after failure %d of a budget is %d ms", (failures, ms) => {
    expect(backoffMs(retry, failures)).toBe(ms);
  });

  it("counts failures of its own budget alone", () => {
    const attempts = [failed(1, "Infrastructure"), failed(2, "Program", 50_000)];
    expect(decideTask(task(attempts), 50_001).wakeAt).toBe(60_000);
  });
});
