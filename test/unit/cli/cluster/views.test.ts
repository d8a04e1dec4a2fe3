// What the cluster's objects say of runs and tasks.
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { driverOf } from "../../../../operator/cli/cluster/driverLog.ts";
import { endedRun, hasSucceeded, isFinished, runTasks, taskView } from "../../../../operator/cli/cluster/views.ts";
import { treeLines } from "../../../../operator/cli/report/tree.ts";
import { endLines } from "../../../../operator/cli/report/words.ts";
import { ago, condition, ended, flow, madeTask, now, run, task } from "./objects.ts";

const sql = { statements: "SELECT 1" };
const nightly = flow("nightly", {
  tasks: [
    { name: "publish", dependsOn: ["count"], sql },
    { name: "count", dependsOn: ["load"], sql },
    { name: "load", sql },
  ],
});
const cause = { class: "Program" as const, reason: "ValueError", message: "no words", at: "words.py:3" };

describe("the end of a task", () => {
  it("is what its conditions say of its present generation", () => {
    expect(isFinished(task("a", { conditions: ended(true) }))).toBe(true);
    expect(hasSucceeded(task("a", { conditions: ended(true) }))).toBe(true);
    expect(hasSucceeded(task("a", { conditions: ended(false) }))).toBe(false);
    expect(isFinished(task("a", { conditions: [condition("Finished", "False")] }))).toBe(false);
    expect(isFinished(task("a"))).toBe(false);
  });

  it("of an earlier generation is none", () => {
    expect(isFinished(task("a", { conditions: ended(true, 1) }))).toBe(false);
  });
});

describe("the tasks of a run", () => {
  const made = [
    madeTask("load", { phase: "Succeeded", attempt: 1, startedAt: ago(60), finishedAt: ago(30) }),
    madeTask("count", { phase: "Running", attempt: 2, startedAt: ago(10), progress: "count at words.py:4: 12/200" }),
  ];

  it("stand in the graph's order, those that haven't begun among them", () => {
    const views = runTasks(run("nightly-g2", "nightly"), made, nightly, now);
    expect(treeLines(views).map(stripVTControlCharacters)).toEqual([
      "├─ ✔ load 30.0 s",
      "├─ ⠋ count attempt 2 10.0 s ━━━━━━━━━━━━━━━━━━━━ 12/200 count at words.py:4",
      "└─ ○ publish",
    ]);
  });

  it("are omitted when the run has ended without them", () => {
    const views = runTasks(run("nightly-g2", "nightly", { conditions: ended(false) }), made, nightly, now);
    expect(views.map(({ name, phase }) => `${name} ${phase}`)).toEqual([
      "load Succeeded",
      "count Running",
      "publish Omitted",
    ]);
  });

  it("have failed where the run couldn't make them, with the run's word for it", () => {
    const failures = [{ task: "publish", class: "Input", reason: "TemplateError", message: "no such value" } as const];
    const views = runTasks(run("nightly-g2", "nightly", { failures }), made, nightly, now);
    expect(views.at(-1)).toEqual({ name: "publish", phase: "Failed", message: "no such value", attempt: 0 });
    const lines = endLines(endedRun(run("nightly-g2", "nightly", { failures }), views, made));
    expect(lines.slice(0, 2)).toEqual(["publish failed", "  TemplateError: no such value"]);
  });

  it("have succeeded where a forEach had no items", () => {
    const each = flow("nightly", {
      tasks: [
        { name: "load", sql },
        { name: "each", forEach: { param: "days" }, sql },
      ],
    });
    const of = (more: object) =>
      runTasks(run("nightly-g2", "nightly", more), made, each, now).map(({ phase }) => phase);
    expect(of({ conditions: ended(true) })[1]).toBe("Succeeded");
    expect(of({})[1]).toBe("Pending");
    const notRun = [{ task: "each", result: "Skipped", message: "its condition is false" }];
    expect(of({ conditions: ended(true), notRun })[1]).toBe("Skipped");
  });

  it("are those that were made where the flow is gone, and those that only an earlier edition had", () => {
    expect(runTasks(run("nightly-g2", "nightly"), made, undefined, now).map(({ name }) => name)).toEqual([
      "load",
      "count",
    ]);
    const renamed = flow("nightly", { tasks: [{ name: "load", sql }] });
    expect(runTasks(run("nightly-g2", "nightly"), made, renamed, now).map(({ name }) => name)).toEqual([
      "load",
      "count",
    ]);
  });

  it("say how many executors run", () => {
    const executors = { pending: 3, running: 1, succeeded: 0, failed: 0 };
    expect(taskView(madeTask("load", { phase: "Running", executors, message: "busy" }), now).message).toBe(
      "busy; 1/4 executors",
    );
  });
});

it("the last words name failures with their cause and the command that prints the log", () => {
  const made = [
    madeTask("load", { phase: "Failed", attempt: 2, driver: "load-2-driver", cause, conditions: ended(false) }),
  ];
  const of = run("nightly-g2", "nightly", {
    phase: "Failed",
    message: "load failed",
    startedAt: ago(90),
    finishedAt: ago(30),
    conditions: ended(false),
  });
  expect(endLines(endedRun(of, runTasks(of, made, nightly, now), made))).toEqual([
    "load failed after 2 attempts (words.py:3)",
    "  ValueError: no words",
    "  whole log: sparkflow logs nightly-g2-load-abc123 -n spark",
    "count was omitted",
    "publish was omitted",
    "nightly-g2: Failed in 1 min 0 s (load failed)",
  ]);
});

describe("the driver of an attempt", () => {
  const attempts = [
    { number: 1, state: "Failed" as const, driver: "a-1-driver" },
    { number: 2, state: "Pending" as const, driver: "a-2-driver" },
  ];
  const tried = task("a", { driver: "a-2-driver", attempts });

  it("is the latest, or the one that is asked for", () => {
    expect(driverOf(tried, undefined)).toEqual({ pod: "a-2-driver", begun: false });
    expect(driverOf(tried, 1)).toEqual({ pod: "a-1-driver", begun: true });
    expect(driverOf(tried, 3)).toBeUndefined();
    expect(driverOf(task("a"), undefined)).toBeUndefined();
  });
});
