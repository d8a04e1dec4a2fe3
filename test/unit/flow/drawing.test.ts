// A flow as a picture shows it.
import { describe, expect, it } from "vitest";
import type { FlowSpec } from "../../../operator/api/flow.ts";
import { drawingOf, drawingOfTask } from "../../../operator/flow/drawing.ts";

const sql = { statements: "SELECT 1" };
const draw = (spec: object) => drawingOf({ metadata: { name: "f" }, spec: spec as FlowSpec });
/** What comes into a task, as `from kind label`. */
const into = (tasks: object[], to: string) =>
  draw({ tasks })
    .edges.filter((edge) => edge.to === to)
    .map(({ from, kind, label }) => `${from} ${kind} ${label}`.trim());
const load = { name: "load", sql, outputs: [{ name: "rows" }, { name: "more" }] };

describe("an edge", () => {
  it.each<[string, object[], string[]]>([
    [
      "passes the outputs that are read",
      [
        {
          inputs: [
            { name: "a", from: "load.rows" },
            { name: "b", from: "load.more" },
          ],
        },
      ],
      ["load data rows, more"],
    ],
    ["passes values to a template", [{ params: { n: "$(tasks.load.values.n)" } }], ["load data values"]],
    ["only orders", [{ dependsOn: ["load"] }], ["load order"]],
    [
      "says for which ends it waits, where they aren't the usual ones",
      [{ dependsOn: [{ task: "load", states: ["Succeeded"] }] }],
      ["load order Succeeded"],
    ],
    ["is a branch after a failure", [{ dependsOn: [{ task: "load", states: ["Failed"] }] }], ["load failure Failed"]],
    [
      "marks alternatives",
      [{ inputs: [{ name: "a", from: ["mend.rows", "load.rows"] }] }],
      ["mend data rows?", "load data rows?"],
    ],
    ["marks what is optional", [{ inputs: [{ name: "a", from: "load.rows", optional: true }] }], ["load data rows?"]],
  ])("%s", (_, [task], edges) => {
    const mend = { name: "mend", sql, outputs: [{ name: "rows" }] };
    expect(into([load, mend, { name: "next", sql, ...task }], "next")).toEqual(edges);
  });

  it("passes the rows that forEach takes, and shows what a condition reads", () => {
    const each = { name: "each", sql, forEach: { rows: "load.rows" } };
    const told = { name: "told", sql, when: "tasks['load'].values.n > 0" };
    const state = { name: "state", sql, when: "tasks['load'].state == 'Failed'" };
    const tasks = [load, each, told, state];
    expect([into(tasks, "each"), into(tasks, "told"), into(tasks, "state")]).toEqual([
      ["load data rows"],
      ["load data values"],
      ["load order however it ends"],
    ]);
  });

  it("comes from what taskDefaults say, too, and not from a task that isn't there", () => {
    const spec = {
      taskDefaults: { inputs: [{ name: "a", from: "load.rows" }] },
      tasks: [load, { name: "b", sql, dependsOn: ["c"] }],
    };
    expect(draw(spec).edges.filter(({ to }) => to === "b")).toEqual([
      { from: "load", to: "b", kind: "data", label: "rows" },
    ]);
  });
});

describe("a task", () => {
  it("shows what it does more than once, in a session of many rows, on a condition, or at the end", () => {
    const { tasks } = draw({
      tasks: [
        { name: "a", sql, when: "params.n > 0" },
        { name: "b", sql, forEach: { param: "countries", as: "country" } },
        { name: "c", sql, forEach: { items: ["x", "y"] } },
        { name: "d", python: { file: "a.py" }, map: { input: "jobs", by: ["country"] } },
      ],
      finally: [{ name: "e", sql }],
    });
    expect(tasks).toEqual([
      { name: "a", shape: "task", notes: ["when params.n > 0"] },
      { name: "b", shape: "each", notes: ["for each country of countries"] },
      { name: "c", shape: "each", notes: ["for each item of 2 items"] },
      { name: "d", shape: "map", notes: ["map over jobs by country"] },
      { name: "e", shape: "last", notes: [] },
    ]);
  });

  it("by itself is a picture of one", () => {
    const task = {
      apiVersion: "sparkflow.dev/v1alpha1",
      kind: "SparkTask",
      metadata: { name: "count" },
      spec: { sql },
    } as const;
    expect(drawingOfTask(task)).toEqual({
      name: "count",
      tasks: [{ name: "count", shape: "task", notes: [] }],
      edges: [],
    });
  });
});
