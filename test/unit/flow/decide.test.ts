// decide for one run: Argo's words, failFast, limits, cancel.
import { describe, expect, it } from "vitest";
import type { TaskPhase } from "../../../operator/api/status.ts";
import { decideRun, hasEnded, type RunObservation } from "../../../operator/flow/decide.ts";
import { graph, needs } from "./graphs.ts";

const diamond = { load: [], clean: ["load"], count: ["load"], draw: ["clean", "count"] };
const decide = (
  edges: Parameters<typeof graph>[0],
  tasks: Record<string, TaskPhase> = {},
  more: Partial<RunObservation> = {},
) => {
  const decision = decideRun({
    graph: graph(edges),
    tasks: new Map(Object.entries(tasks)),
    failFast: true,
    maxParallelTasks: Number.POSITIVE_INFINITY,
    cancelled: false,
    ...more,
  });
  return { ...decision, skip: Object.fromEntries(decision.skip), omit: Object.fromEntries(decision.omit) };
};

describe("what is created", () => {
  it.each<[string, Record<string, TaskPhase>, string[]]>([
    ["at first, what depends on nothing", {}, ["load"]],
    ["nothing while its dependency is under way", { load: "Running" }, []],
    ["nothing while its dependency is tried again", { load: "Retrying" }, []],
    ["all that a success lets start", { load: "Succeeded" }, ["clean", "count"]],
    ["what a skipped dependency lets start, as in Argo", { load: "Skipped" }, ["clean", "count"]],
    ["nothing until every dependency has passed", { load: "Succeeded", clean: "Succeeded", count: "Running" }, []],
    ["the rest once they have", { load: "Succeeded", clean: "Succeeded", count: "Skipped" }, ["draw"]],
  ])("%s", (_, tasks, created) => {
    expect(decide(diamond, tasks).create).toEqual(created);
  });

  it.each([
    [1, {}, ["a"]],
    [2, { a: "Running" }, ["b"]],
    [2, { a: "Running", b: "Retrying" }, []],
    [2, { a: "Succeeded", b: "Pending" }, ["c"]],
  ] as [number, Record<string, TaskPhase>, string[]][])(
    "keeps to maxParallelTasks %d beside %j",
    (maxParallelTasks, tasks, created) => {
      expect(decide({ a: [], b: [], c: [], d: [] }, tasks, { maxParallelTasks }).create).toEqual(created);
    },
  );
});

describe("a run that is suspended", () => {
  it.each<[string, Record<string, TaskPhase>, boolean, string, string]>([
    ["waits before its first task", {}, true, "Suspended", "0/4 tasks have ended"],
    ["is Running while its tasks are being stopped", { load: "Running" }, true, "Running", "0/4 tasks have ended"],
    ["rests when they have been", { load: "Suspended" }, true, "Suspended", "0/4 tasks have ended; suspended: load"],
    ["rests between two tasks", { load: "Succeeded" }, true, "Suspended", "1/4 tasks have ended"],
    [
      "rests where only a task is suspended that all others wait for",
      { load: "Suspended" },
      false,
      "Suspended",
      "0/4 tasks have ended; suspended: load",
    ],
    [
      "goes on with what doesn't wait for a suspended task",
      { load: "Succeeded", clean: "Suspended", count: "Running" },
      false,
      "Running",
      "1/4 tasks have ended; suspended: clean",
    ],
  ])("%s", (_, tasks, suspended, phase, message) => {
    expect(decide(diamond, tasks, { suspended })).toMatchObject({ create: [], phase, message });
  });

  it("leaves the place of a suspended task to another", () => {
    expect(decide({ a: [], b: [] }, { a: "Suspended" }, { maxParallelTasks: 1 }).create).toEqual(["b"]);
  });
});

describe("what is omitted", () => {
  const fan = { a: [], b: [], c: ["a"], d: ["c"], e: ["b"] };
  it.each<[string, Record<string, TaskPhase>, boolean, Record<string, string>]>([
    [
      "with failFast, all that hasn't begun",
      { a: "Failed", b: "Running" },
      true,
      { c: "a failed", d: "c was omitted", e: "a failed, and failFast is on" },
    ],
    [
      "without it, what depends on the failure",
      { a: "Failed", b: "Running" },
      false,
      { c: "a failed", d: "c was omitted" },
    ],
    ["nothing while all is well", { a: "Running" }, true, {}],
  ])("%s", (_, tasks, failFast, omitted) => {
    expect(decide(fan, tasks, { failFast }).omit).toEqual(omitted);
  });

  it("goes on beside a failure without failFast", () => {
    const decision = decide(fan, { a: "Failed", b: "Succeeded" }, { failFast: false });
    expect(decision.create).toEqual(["e"]);
    expect(decision.phase).toBe("Running");
  });

  it("is everything of a cancelled run that hasn't begun", () => {
    const decision = decide(fan, { a: "Running" }, { cancelled: true });
    expect(decision.omit).toEqual({
      b: "the run was cancelled",
      c: "the run was cancelled",
      d: "c was omitted",
      e: "b was omitted",
    });
    expect(decision.create).toEqual([]);
  });
});

describe("a branch", () => {
  const onFailure = { check: [], mend: [["check", needs.of("Failed")]], go: ["check"] } as const;
  it("for a failure starts when there is one, failFast or not, and the run has succeeded when it has", () => {
    expect(decide(onFailure, { check: "Running" }).create).toEqual([]);
    for (const failFast of [true, false]) {
      const failed = decide(onFailure, { check: "Failed" }, { failFast });
      expect(failed.create).toEqual(["mend"]);
      expect(failed.omit).toEqual({ go: "check failed" });
      expect(decide(onFailure, { check: "Failed", mend: "Succeeded" }, { failFast })).toMatchObject({
        phase: "Succeeded",
        message: "1 of 3 tasks succeeded, 1 failed, 1 omitted",
      });
    }
  });

  it("for a failure is omitted where there is none", () => {
    const { omit, create } = decide(onFailure, { check: "Succeeded" });
    expect(omit).toEqual({ mend: "check succeeded, and this waits for Failed" });
    expect(create).toEqual(["go"]);
  });

  it("that fails itself makes the run fail", () => {
    expect(decide(onFailure, { check: "Failed", mend: "Failed" })).toMatchObject({
      phase: "Failed",
      message: "mend failed",
    });
  });

  it("mends nothing when it was omitted", () => {
    const edges = { a: [], b: [], mend: [["a", needs.of("Failed")], "b"] } as const;
    expect(decide(edges, { a: "Failed", b: "Failed" })).toMatchObject({
      phase: "Failed",
      message: "2 tasks failed: a, b",
    });
  });
});

describe("a task whose dependency was skipped", () => {
  it("runs if it only waits for its end", () => {
    expect(decide({ a: [], b: ["a"] }, { a: "Skipped" }).create).toEqual(["b"]);
  });

  it("is skipped too if it needs what that would have left, and so on", () => {
    const chain = { a: [], b: [["a", needs.data]], c: [["b", needs.data]], d: ["c"] } as const;
    const decision = decide(chain, { a: "Skipped" });
    expect(decision.skip).toEqual({
      b: "a was skipped, and this needs what it leaves",
      c: "b was skipped, and this needs what it leaves",
    });
    expect(decision.create).toEqual(["d"]);
  });
});

describe("an input with alternatives", () => {
  const edges = {
    a: [],
    b: [],
    read: [
      ["a", needs.end],
      ["b", needs.end],
    ],
  } as const;
  const with2 = (tasks: Record<string, TaskPhase>) => {
    const { create, skip, omit } = decideRun({
      graph: graph(edges, { read: [["a", "b"]] }),
      tasks: new Map(Object.entries(tasks)),
      failFast: false,
      maxParallelTasks: 9,
      cancelled: false,
    });
    return { create, skip: [...skip], omit: [...omit] };
  };
  it.each<[string, Record<string, TaskPhase>, ReturnType<typeof with2>]>([
    ["waits for all of them", { a: "Succeeded", b: "Running" }, { create: [], skip: [], omit: [] }],
    ["is there once one has succeeded", { a: "Skipped", b: "Succeeded" }, { create: ["read"], skip: [], omit: [] }],
    [
      "is there even if one has failed, which the run stays",
      { a: "Failed", b: "Succeeded" },
      { create: ["read"], skip: [], omit: [] },
    ],
    [
      "isn't if none has",
      { a: "Failed", b: "Skipped" },
      { create: [], skip: [], omit: [["read", "none of a, b succeeded"]] },
    ],
    [
      "is skipped if all were",
      { a: "Skipped", b: "Skipped" },
      { create: [], skip: [["read", "none of a, b succeeded"]], omit: [] },
    ],
  ])("%s", (_, tasks, expected) => {
    expect(with2(tasks)).toEqual(expected);
  });
});

describe("the run", () => {
  it.each<[string, Record<string, TaskPhase>, Partial<RunObservation>, string, string]>([
    ["is pending before anything is created", {}, {}, "Pending", "0/2 tasks have ended"],
    ["runs while a task does", { a: "Succeeded", b: "Running" }, {}, "Running", "1/2 tasks have ended"],
    [
      "runs while a running task ends after a failure",
      { a: "Failed", b: "Running" },
      {},
      "Running",
      "1/2 tasks have ended",
    ],
    ["has succeeded when all have", { a: "Succeeded", b: "Succeeded" }, {}, "Succeeded", "2 of 2 tasks succeeded"],
    ["has failed when one has", { a: "Failed", b: "Succeeded" }, {}, "Failed", "a failed"],
    ["names all that failed", { a: "Failed", b: "Failed" }, {}, "Failed", "2 tasks failed: a, b"],
    [
      "is cancelled when it was, and nothing is left",
      { a: "Succeeded" },
      { cancelled: true },
      "Cancelled",
      "the run was cancelled; 1 of 2 tasks had succeeded",
    ],
    [
      "is cancelled before it began",
      {},
      { cancelled: true },
      "Cancelled",
      "the run was cancelled; 0 of 2 tasks had succeeded",
    ],
    [
      "isn't cancelled while a task still ends",
      { a: "Running" },
      { cancelled: true },
      "Running",
      "1/2 tasks have ended",
    ],
  ])("%s", (_, tasks, more, phase, message) => {
    expect(decide({ a: [], b: [] }, tasks, more)).toMatchObject({ phase, message });
  });

  it("names ten failures at most, and says how many there were", () => {
    const names = Array.from({ length: 30 }, (_, i) => `t${i}`);
    const failed = Object.fromEntries(names.map((name) => [name, "Failed" as const]));
    const { message } = decide(Object.fromEntries(names.map((name) => [name, []])), failed);
    expect(message).toBe(`30 tasks failed: ${names.slice(0, 10).join(", ")} …`);
  });

  it("says of skipped tasks that they didn't succeed, and is a success all the same", () => {
    expect(decide({ a: [], b: [] }, { a: "Succeeded", b: "Skipped" })).toMatchObject({
      phase: "Succeeded",
      message: "1 of 2 tasks succeeded, 1 skipped",
    });
  });
});

describe("a result", () => {
  it.each<[TaskPhase, boolean]>([
    ["Pending", false],
    ["Running", false],
    ["Retrying", false],
    ["Succeeded", true],
    ["Failed", true],
    ["Skipped", true],
    ["Omitted", true],
  ])("%s is one: %s", (phase, ended) => {
    expect(hasEnded(phase)).toBe(ended);
  });
});

describe("a run with suspended tasks", () => {
  it("names them in the graph's order, whichever was made first", () => {
    const { message } = decide({ a: [], b: [], c: ["a"] }, { b: "Suspended", a: "Suspended" });
    expect(message).toBe("0/3 tasks have ended; suspended: a, b");
  });
});
