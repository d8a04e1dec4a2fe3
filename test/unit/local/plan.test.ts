// What a project's runs are to do, and every task as it will be, without running any.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { planRuns, type RunPlan } from "../../../operator/engines/local/plan.ts";
import { plannedTasks } from "../../../operator/engines/local/planned.ts";
import { loadProject } from "../../../operator/manifest/project.ts";
import { dedent, folderOf } from "../folder.ts";

const now = new Date(2026, 9, 1, 3, 0, 0);
beforeEach(() => void vi.stubEnv("SPARKFLOW_STATE", folderOf({})));
afterEach(() => void vi.unstubAllEnvs());

const flow = dedent`
  apiVersion: sparkflow.dev/v1alpha1
  kind: SparkFlow
  metadata: {name: nightly}
  spec:
    params: {top: {type: integer, default: 10}, date: {type: date, default: $(run.date)}}
    failFast: false
    tasks:
      - name: count
        sql: {statements: SELECT 1}
        inputs: [{name: words, from: load.words}]
        params: {top: $(params.top), rows: $(tasks.load.values.rows)}
      - name: load
        sql: {statements: SELECT 1}
        outputs: [{name: words, format: csv, schema: word STRING}]
`;
const runOf = (params: string) =>
  `---\napiVersion: sparkflow.dev/v1alpha1\nkind: SparkFlowRun\nmetadata: {name: r${params.length}}\nspec: {flow: nightly, params: ${params}}\n`;
const task =
  "---\napiVersion: sparkflow.dev/v1alpha1\nkind: SparkTask\nmetadata: {name: alone}\nspec: {sql: {statements: SELECT 1}}\n";
const plan = (text: string, given: Record<string, string> = {}) => {
  const { project, problems } = loadProject([folderOf({ "a.yaml": text })]);
  expect(problems).toEqual([]);
  return planRuns(project, given, now);
};

describe("runs", () => {
  it("are one per flow and one per task by itself", () => {
    const { plans, problems } = plan(flow + task);
    expect(problems).toEqual([]);
    expect(plans.map(({ kind, of, failFast }) => [kind, of, failFast])).toEqual([
      ["SparkFlow", "nightly", false],
      ["SparkTask", "alone", true],
    ]);
  });

  it("are those that SparkFlowRuns ask for, each with its params", () => {
    const { plans } = plan(flow + runOf("{top: 1}") + runOf("{top: 20, date: 2026-01-01}"));
    expect(plans.map(({ params }) => params)).toEqual([
      { top: 1, date: "2026-10-01" },
      { top: 20, date: "2026-01-01" },
    ]);
  });

  it("take --param over what a SparkFlowRun says", () => {
    expect(plan(flow + runOf("{top: 1}"), { top: "7" }).plans[0]?.params.top).toBe(7);
  });

  it("have names of their own, made of flow and time, and the calendar day here", () => {
    const [first] = plan(flow).plans as [RunPlan];
    expect(first.name).toMatch(/^nightly-2026\d{4}-\d{6}$/);
    expect(first).toMatchObject({ date: "2026-10-01", namespace: "default" });
    expect(first.uid).toMatch(/^[0-9a-f]{8}$/);
  });
});

describe("planned tasks", () => {
  const planned = () => plannedTasks(plan(flow).plans[0]!, (resolved) => `<storage>/${resolved.name}`);

  it("come in an order in which they may run", () => {
    expect([...planned().keys()]).toEqual(["load", "count"]);
  });

  it("have what only a run can know as <…>, and their inputs' places", () => {
    const tasks = planned();
    expect(tasks.get("count")?.params).toEqual({
      top: { type: "integer", value: 10 },
      rows: { type: "string", value: "<tasks.load.values.rows>" },
    });
    expect(tasks.get("count")?.inputs).toEqual([
      { name: "words", uri: "<storage>/load/<attempt>/words", format: "csv", schema: "word STRING" },
    ]);
  });
});
