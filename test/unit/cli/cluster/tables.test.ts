// Tables of a cluster's objects, in kubectl's manner.
import { describe, expect, it } from "vitest";
import { ageText, type EngineObject, table } from "../../../../operator/cli/cluster/tables.ts";
import { columns } from "../../../../operator/cli/style.ts";
import { ago, flow, now, run, task } from "./objects.ts";

const executors = { pending: 1, running: 2, succeeded: 0, failed: 0 };

describe("a table", () => {
  it("of tasks has phase, attempt, executors, duration, age and the first line of the message", () => {
    const tasks = [
      task("load", { phase: "Running", attempt: 2, executors, startedAt: ago(62), message: "stage 3\nmore" }),
      task("new"),
    ];
    expect(columns(table("SparkTask", tasks, { namespaces: false, now }))).toBe(
      [
        "NAME  PHASE    ATTEMPT  EXECUTORS  TOOK       AGE  MESSAGE",
        "load  Running  2        2/3        1 min 2 s  5m   stage 3",
        "new            0                              5m   ",
      ].join("\n"),
    );
  });

  it("of all namespaces begins with the namespace", () => {
    const rows = table("SparkFlowRun", [run("nightly-g2", "nightly")], { namespaces: true, now });
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      ["NAMESPACE", "NAME", "FLOW"],
      ["spark", "nightly-g2", "nightly"],
    ]);
  });

  it("of flows has the latest run and when the next one is due, of engines where they run and what they store", () => {
    const nextRunAt = new Date(now + 5 * 3_600_000).toISOString();
    const flows = [
      flow("nightly", { tasks: [] }, { latestRun: "nightly-g2", phase: "Failed", progress: "3/4", nextRunAt }),
    ];
    expect(table("SparkFlow", flows, { namespaces: false, now })[1]).toEqual([
      "nightly",
      "nightly-g2",
      "Failed",
      "3/4",
      "in 5h",
      "5m",
      "",
    ]);
    const engine = {
      ...flow("default", { tasks: [] }),
      kind: "SparkEngine",
      spec: { local: {}, storage: { claim: "lake" } },
    };
    expect(table("SparkEngine", [engine as unknown as EngineObject], { namespaces: false, now })[1]).toEqual([
      "default",
      "local[4]",
      "lake",
      "",
      "5m",
    ]);
  });
});

it.each([
  [-5, "0s"],
  [119, "119s"],
  [120, "2m"],
  [3 * 3600, "3h"],
  [49 * 3600, "2d"],
])("an age of %d seconds is %s", (seconds, text) => expect(ageText(seconds * 1000)).toBe(text));
