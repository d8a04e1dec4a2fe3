// A forEach of many drivers stays readable: one line, then what matters.
import { describe, expect, it } from "vitest";
import type { TaskPhase } from "../../../../operator/api/status.ts";
import { folded } from "../../../../operator/cli/report/fold.ts";
import { endLines } from "../../../../operator/cli/report/words.ts";

const view = (name: string, phase: TaskPhase) => ({ name, phase, message: "", attempt: 1 });
const drivers = (count: number, phase: (index: number) => TaskPhase) =>
  Array.from({ length: count }, (_, index) => view(`each[${index}]`, phase(index)));
const shown = (tasks: ReturnType<typeof view>[]) => folded(tasks).map(({ name, phase }) => `${name} ${phase}`);

describe("a forEach", () => {
  it("of few drivers has a line for each", () => {
    expect(shown(drivers(3, () => "Running"))).toEqual(["each[0] Running", "each[1] Running", "each[2] Running"]);
  });

  it("of 5,000 has one, then failed ones, then some that run", () => {
    const phase = (index: number) => (index % 1000 === 7 ? "Failed" : index < 4000 ? "Succeeded" : "Running");
    const tasks = [view("load", "Succeeded"), ...drivers(5000, phase), view("all", "Pending")];
    expect(shown(tasks)).toEqual([
      "load Succeeded",
      "each Running",
      ...[7, 1007, 2007, 3007, 4007].map((index) => `each[${index}] Failed`),
      ...[4000, 4001, 4002, 4003, 4004].map((index) => `each[${index}] Running`),
      "all Pending",
    ]);
    expect(folded(tasks)[1]!.message).toBe("5000 items: 5 failed, 999 running, 3996 succeeded");
  });

  it.each<[TaskPhase, TaskPhase[]]>([
    ["Pending", ["Pending"]],
    ["Running", ["Succeeded", "Pending"]],
    ["Failed", ["Succeeded", "Failed", "Omitted"]],
    ["Omitted", ["Succeeded", "Omitted"]],
    ["Succeeded", ["Succeeded"]],
  ])("is %s where its drivers are %j", (whole, phases) => {
    expect(folded(drivers(12, (index) => phases[index % phases.length]!))[0]!.phase).toBe(whole);
  });
});

describe("the end of a run with many drivers", () => {
  const output = (rows: number) => ({ name: "part", uri: "s3a://x", format: "parquet", rows });
  const tasks = drivers(40, (index) => (index < 15 ? "Failed" : "Succeeded")).map((task) => ({
    ...task,
    ...(task.phase === "Succeeded" ? { outputs: [output(2)], values: { n: 1 } } : {}),
  }));
  const lines = endLines({ name: "r", phase: "Failed", message: "each failed", tasks });

  it("tells the first ten failures, and how many more there are", () => {
    expect(lines.filter((line) => /^each.* failed$/.test(line))).toHaveLength(10);
    expect(lines).toContain("… and 5 more failed");
  });

  it("sums up what they left", () => {
    expect(lines).toContain("  each.part: 25 outputs, 50 rows");
    expect(lines).not.toContain("values:");
  });
});
