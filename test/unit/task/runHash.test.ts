// What of an edit starts a task or a flow again.
import { describe, expect, it } from "vitest";
import type { SparkTaskSpec } from "../../../operator/api/task.ts";
import { flowRunHash, isOtherScheme, taskRunHash } from "../../../operator/task/runHash.ts";
import { flowTask, sparkFlow, sparkTask } from "../builders.ts";

const base: SparkTaskSpec = { ...sparkTask().spec, args: ["a"], params: { top: 1 } };
const flow = sparkFlow([flowTask("a"), flowTask("b", { dependsOn: ["a"] })]).spec;

describe("a task", () => {
  it.each<[string, SparkTaskSpec]>([
    ["program", { ...base, python: { file: "local:///app/other.py" } }],
    ["args", { ...base, args: ["b"] }],
    ["params", { ...base, params: { top: 2 } }],
    ["settings", { ...base, sparkConf: { "spark.x": "1" } }],
    ["size", { ...base, driver: { memory: "2g" } }],
    ["the flow's settings", { ...base, flowDefaults: { sparkConf: { "spark.x": "1" } } }],
  ])("starts again when its %s changes", (_, edited) => {
    expect(taskRunHash(edited)).not.toBe(taskRunHash(base));
  });

  it.each<[string, SparkTaskSpec]>([
    ["retry", { ...base, retry: { limit: 3 } }],
    ["timeouts", { ...base, timeouts: { run: "1h" } }],
    ["podTTL", { ...base, podTTL: "1h" }],
    ["cancel", { ...base, cancel: true }],
    ["order of keys", Object.fromEntries(Object.entries(base).reverse())],
  ])("doesn't when its %s changes", (_, edited) => {
    expect(taskRunHash(edited)).toBe(taskRunHash(base));
  });
});

describe("a flow", () => {
  it.each([
    ["a param", { ...flow, params: { top: { type: "integer" as const } } }],
    ["a task", { ...flow, tasks: [flowTask("a", { args: ["x"] }), flow.tasks[1]!] }],
    ["the graph", { ...flow, tasks: [flowTask("a"), flowTask("b")] }],
    ["taskDefaults", { ...flow, taskDefaults: { args: ["x"] } }],
  ])("runs again when %s changes", (_, edited) => {
    expect(flowRunHash(edited)).not.toBe(flowRunHash(flow));
  });

  it.each([
    ["the order of tasks", { ...flow, tasks: [...flow.tasks].reverse() }],
    ["a task's retry", { ...flow, tasks: [flowTask("a", { retry: { limit: 1 } }), flow.tasks[1]!] }],
    ["taskDefaults' time-outs", { ...flow, taskDefaults: { timeouts: { run: "1h" } } }],
    ["history, failFast and limits", { ...flow, history: { failed: 1 }, failFast: false, maxParallelTasks: 1 }],
  ])("doesn't when %s changes", (name, edited) => {
    const other = name === "taskDefaults' time-outs" ? { ...flow, taskDefaults: {} } : flow;
    expect(flowRunHash(edited)).toBe(flowRunHash(other));
  });
});

describe("a hash of another version", () => {
  it("is known as one, so that an upgrade starts nothing", () => {
    expect(isOtherScheme(taskRunHash(base))).toBe(false);
    expect(isOtherScheme("v0:abc")).toBe(true);
  });
});
