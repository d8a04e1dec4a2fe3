// The laptop's controller with scripted drivers: what a run does and leaves, whatever its programs are.
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { endLines } from "../../../operator/cli/report/words.ts";
import { readRecord } from "../../../operator/engines/local/store.ts";
import { removeProcessTemp } from "../../../operator/engines/local/temp.ts";
import { folderOf } from "../folder.ts";
import { flowOf, folderWith, plansOf, runAll } from "./scriptedMachine.ts";

beforeEach(() => {
  vi.stubEnv("SPARKFLOW_STATE", folderOf({}));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    removeProcessTemp();
  });
});

const phases = (tasks: readonly { name: string; phase: string }[]) =>
  Object.fromEntries(tasks.map(({ name, phase }) => [name, phase]));

describe("what is suspended by its manifest", () => {
  it("is said to be, and doesn't run; the rest does", async () => {
    const tasks = [
      { name: "load" },
      { name: "count", suspend: true, dependsOn: ["load"] },
      { name: "draw", dependsOn: ["count"] },
    ];
    const [record] = await runAll(plansOf(folderWith(flowOf(tasks))));
    expect(record).toMatchObject({ phase: "Suspended", message: "1/3 tasks have ended; suspended: count" });
    expect(phases(record!.tasks)).toEqual({ load: "Succeeded", count: "Suspended", draw: "Pending" });
    expect(record!.finishedAt).toBeDefined();
  });

  it("may be a run: then none of its tasks begins", async () => {
    const later = { kind: "SparkFlowRun", metadata: { name: "later" }, spec: { flow: "steps", suspend: true } };
    const [record] = await runAll(plansOf(folderWith(flowOf([{ name: "load" }]), later)));
    expect(record).toMatchObject({ phase: "Suspended", message: "0/1 tasks have ended" });
    expect(record!.tasks[0]).toMatchObject({ phase: "Pending", attempt: 0 });
  });
});

it("a task that is omitted while others run is told of once, and the run waits without working", async () => {
  const doing = (how: string) => [{ name: "DO", value: how }];
  const tasks = [
    { name: "load", env: doing("fail") },
    { name: "count", dependsOn: ["load"] },
    { name: "slow", env: doing("hang"), timeouts: { run: "1s" } },
  ];
  const told: string[] = [];
  const plans = plansOf(folderWith(flowOf(tasks, { failFast: false })));
  await runAll(plans, { report: { task: (_, { name, phase }) => void told.push(`${name} ${phase}`) } });
  expect(told.filter((line) => line.startsWith("count"))).toEqual(["count Omitted"]);
});

it("a failure that is the flow's own leaves its cause, and is told by its reason", async () => {
  const tasks = [
    { name: "load" },
    { name: "untold", dependsOn: ["load"], when: "tasks['load'].values.m > 0" },
    { name: "unmade", args: ["$(tasks.load.values.m)"] },
  ];
  const [record] = await runAll(plansOf(folderWith(flowOf(tasks, { failFast: false }))));
  const [, untold, unmade] = record!.tasks;
  expect(untold!.cause).toMatchObject({ class: "Input", reason: "NotTold" });
  expect(unmade!.cause).toMatchObject({ class: "Input", reason: "TemplateError" });
  expect(readRecord(record!.name)!.tasks[1]!.cause).toEqual(untold!.cause);
  expect(endLines(record!).slice(0, 4)).toEqual([
    "untold failed",
    expect.stringMatching(/^ {2}NotTold: the condition of when can't be told: /),
    "unmade failed",
    expect.stringMatching(/^ {2}TemplateError: .*published no such value/),
  ]);
});

it("a mistake in SQL that stands in the manifest is told with the manifest's line", async () => {
  const flow = flowOf([{ name: "count", env: [{ name: "DO", value: "mistake" }] }]);
  const [record] = await runAll(plansOf(folderWith(flow)));
  expect(record!.tasks[0]!.cause).toMatchObject({ reason: "AnalysisException", at: "flow.yaml:1" });
  expect(endLines(record!)[0]).toBe("count failed (flow.yaml:1)");
});
