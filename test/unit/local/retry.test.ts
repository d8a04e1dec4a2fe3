// Runs of this machine that are taken up again, with scripted drivers.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { keepsText } from "../../../operator/cli/retryLocal.ts";
import { planAgain } from "../../../operator/engines/local/plan.ts";
import { type RunRecord, readRecord, runFolder, saveRecord } from "../../../operator/engines/local/store.ts";
import { removeProcessTemp } from "../../../operator/engines/local/temp.ts";
import { loadProject } from "../../../operator/manifest/project.ts";
import { folderOf } from "../folder.ts";
import { flowOf, folderWith, plansOf, runAll } from "./scriptedMachine.ts";

beforeEach(() => {
  vi.stubEnv("SPARKFLOW_STATE", folderOf({}));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    removeProcessTemp();
  });
});

const does = (what: string) => ({ env: [{ name: "DO", value: what }] });
const steps = (bad: string) =>
  flowOf([
    { name: "load" },
    { name: "bad", dependsOn: ["load"], ...does(bad) },
    { name: "after", dependsOn: ["bad"] },
    { name: "other", dependsOn: ["load"] },
  ]);
const first = async (flow: object): Promise<RunRecord> => (await runAll(plansOf(folderWith(flow))))[0]!;

/** Takes a run up again with a flow that may have been mended meanwhile. */
async function again(record: RunRecord, flow: object, from?: string): Promise<RunRecord> {
  const { project } = loadProject([folderWith(flow)]);
  const planned = planAgain(project, { record, ...(from === undefined ? {} : { from }) })!;
  expect(planned.problems).toEqual([]);
  return (await runAll([planned.plan]))[0]!;
}
const ends = ({ tasks }: RunRecord) =>
  Object.fromEntries(tasks.map(({ name, phase, attempt }) => [name, `${phase} ${attempt}`]));

describe("a run that failed", () => {
  it("says what it keeps and what runs again, and what was added to the flow is among that", async () => {
    const failed = await first(steps("fail"));
    const added = flowOf([
      { name: "load" },
      { name: "bad", dependsOn: ["load"] },
      { name: "after", dependsOn: ["bad"] },
      { name: "new" },
    ]);
    const said = (flow: object, from?: string) => {
      const earlier = { record: failed, ...(from === undefined ? {} : { from }) };
      return keepsText(planAgain(loadProject([folderWith(flow)]).project, earlier)!.plan);
    };
    expect(said(steps("well"))).toBe("keeps 2 tasks, runs 2 again: bad, after");
    expect(said(steps("well"), "load")).toBe("keeps no task, runs 4 again: load, bad, after, other");
    expect(said(added)).toBe("keeps 1 task, runs 3 again: bad, after, new");
  });

  it("goes on from its failure once that is mended; what succeeded keeps its results and its attempt", async () => {
    const failed = await first(steps("fail"));
    expect(ends(failed)).toEqual({ load: "Succeeded 1", bad: "Failed 1", after: "Omitted 0", other: "Succeeded 1" });
    const record = await again(failed, steps("well"));
    expect(record).toMatchObject({ name: failed.name, phase: "Succeeded", startedAt: failed.startedAt });
    expect(ends(record)).toEqual({
      load: "Succeeded 1",
      bad: "Succeeded 2",
      after: "Succeeded 1",
      other: "Succeeded 1",
    });
    const of = (one: RunRecord, name: string) => one.tasks.find((task) => task.name === name)!;
    expect(of(record, "load")).toEqual(of(failed, "load"));
    expect(of(record, "bad").attempts).toMatchObject([
      { number: 1, state: "Failed", cause: { reason: "ValueError" } },
      { number: 2, state: "Succeeded" },
    ]);
    expect(readRecord(record.name)).toEqual(record);
  });

  it("has the budgets of its tasks anew", async () => {
    const flow = flowOf([{ name: "a", ...does("fail"), retry: { limit: 1, backoff: { initial: "1ms" } } }]);
    const failed = await first(flow);
    expect(ends(failed)).toEqual({ a: "Failed 2" });
    expect(ends(await again(failed, flow))).toEqual({ a: "Failed 4" });
  });

  it("runs a task that had succeeded again if that is named, with all that depends on it", async () => {
    const record = await again(await first(steps("well")), steps("well"), "bad");
    expect(ends(record)).toEqual({
      load: "Succeeded 1",
      bad: "Succeeded 2",
      after: "Succeeded 2",
      other: "Succeeded 1",
    });
  });
});

describe("a run whose process was killed", () => {
  it("starts what was cut off under a number that nothing has had", async () => {
    const { plan } = { plan: plansOf(folderWith(steps("well")))[0]! };
    const [done] = await runAll([plan]);
    const tasks = done!.tasks.map((task) => (task.name === "bad" ? { ...task, phase: "Running" as const } : task));
    const { finishedAt: _end, ...cut } = done!;
    saveRecord({
      ...cut,
      tasks: tasks.filter(({ name }) => name !== "after"),
      owner: { pid: 2 ** 22 + 1, started: "1" },
    });
    // Its third attempt had a folder, and its record hadn't been written yet.
    const folder = join(runFolder(plan.name), "bad/3");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "driver.log"), "cut off");
    const interrupted = readRecord(plan.name)!;
    expect(interrupted.phase).toBe("Interrupted");
    const record = await again(interrupted, steps("well"));
    expect(ends(record)).toMatchObject({ load: "Succeeded 1", bad: "Succeeded 4", other: "Succeeded 1" });
    expect(existsSync(join(runFolder(plan.name), "bad/4/result.json"))).toBe(true);
  });
});
