// forEach in decide: which drivers begin, and what the task as a whole comes to.
import { describe, expect, it } from "vitest";
import type { TaskPhase } from "../../../operator/api/status.ts";
import { decideRun, type RunObservation } from "../../../operator/flow/decide.ts";
import type { FanOut } from "../../../operator/flow/fanOut.ts";
import { graph, needs } from "./graphs.ts";

const never = Number.POSITIVE_INFINITY;
const fan = (items: number, more: Partial<FanOut> = {}): FanOut => ({
  items,
  batchSize: 1,
  maxParallel: never,
  failureLimit: 0,
  ...more,
});
/** `each` fans out; `after` reads what it leaves. */
const edges = { each: [], after: [["each", needs.data]] as const };
const decide = (of: FanOut, tasks: Record<string, TaskPhase> = {}, more: Partial<RunObservation> = {}) =>
  decideRun({
    graph: graph(edges),
    tasks: new Map(Object.entries(tasks)),
    failFast: true,
    maxParallelTasks: never,
    cancelled: false,
    fanOut: (name) => (name === "each" ? of : undefined),
    ...more,
  });

describe("drivers of a forEach", () => {
  it.each<[string, FanOut, Record<string, TaskPhase>, string[]]>([
    ["begin all at once", fan(3), {}, ["each[0]", "each[1]", "each[2]"]],
    ["keep to maxParallel", fan(4, { maxParallel: 2 }), { "each[0]": "Running" }, ["each[1]"]],
    ["take their batches", fan(5, { batchSize: 2 }), {}, ["each[0]", "each[1]", "each[2]"]],
    [
      "go on after a failure that may be",
      fan(3, { maxParallel: 1, failureLimit: 1 }),
      { "each[0]": "Failed" },
      ["each[1]"],
    ],
    [
      "begin no more after one that may not",
      fan(3, { maxParallel: 2 }),
      { "each[0]": "Failed", "each[1]": "Running" },
      [],
    ],
    ["let others begin when all have ended", fan(2), { "each[0]": "Succeeded", "each[1]": "Succeeded" }, ["after"]],
    ["of no items let others begin at once", fan(0), {}, ["after"]],
  ])("%s", (_, of, tasks, created) => {
    expect(decide(of, tasks).create).toEqual(created);
  });

  it("keep to maxParallelTasks with all others", () => {
    expect(decide(fan(5), { "each[0]": "Running" }, { maxParallelTasks: 3 }).create).toEqual(["each[1]", "each[2]"]);
  });

  it("count each for one task", () => {
    const { counts, message } = decide(fan(3), { "each[0]": "Succeeded", "each[1]": "Running", "each[2]": "Retrying" });
    expect(counts).toEqual({ total: 4, running: 2, suspended: 0, succeeded: 1, failed: 0, skipped: 0, omitted: 0 });
    expect(message).toBe("1/4 tasks have ended");
  });
});

describe("a task with forEach", () => {
  it.each<[string, FanOut, Record<string, TaskPhase>, TaskPhase | undefined]>([
    ["hasn't begun before its first driver", fan(2), {}, undefined],
    ["runs with its first driver", fan(2), { "each[0]": "Pending" }, "Running"],
    ["has succeeded when all have", fan(2), { "each[0]": "Succeeded", "each[1]": "Succeeded" }, "Succeeded"],
    ["has succeeded with no items", fan(0), {}, "Succeeded"],
    [
      "has succeeded with as many failures as may be",
      fan(2, { failureLimit: 1 }),
      { "each[0]": "Failed", "each[1]": "Succeeded" },
      "Succeeded",
    ],
    ["runs until what runs of it has ended", fan(2), { "each[0]": "Failed", "each[1]": "Running" }, "Running"],
    ["has failed with one failure too many", fan(2), { "each[0]": "Failed", "each[1]": "Succeeded" }, "Failed"],
    [
      "fails with all items of a failed batch",
      fan(4, { batchSize: 2, failureLimit: 1 }),
      { "each[0]": "Failed", "each[1]": "Succeeded" },
      "Failed",
    ],
  ])("%s", (_, of, tasks, phase) => {
    expect(decide(of, tasks).phases.get("each")).toBe(phase);
  });

  it("that can only fail any more keeps others from starting, with failFast", () => {
    const more = { graph: graph({ each: [], slow: [], next: ["slow"] }) };
    const tasks = { "each[0]": "Failed", "each[1]": "Running", slow: "Succeeded" } as const;
    expect(decide(fan(2), tasks, more).create).toEqual([]);
    expect(decide(fan(2), tasks, { ...more, failFast: false }).create).toEqual(["next"]);
  });

  it("that is cancelled half-way is omitted, and says how far it came", () => {
    const { omit, phase } = decide(fan(3), { "each[0]": "Succeeded" }, { cancelled: true });
    expect(omit.get("each")).toBe("1 of 3 items succeeded; the run was cancelled");
    expect(phase).toBe("Cancelled");
  });

  it("whose items can't be told has failed, with why", () => {
    const { fail, phase } = decide(
      fan(1),
      {},
      { fanOut: (name) => (name === "each" ? { wrong: "no list" } : undefined) },
    );
    expect(fail.get("each")).toMatchObject({ reason: "NotTold", message: "no list" });
    expect(phase).toBe("Failed");
  });
});

describe("a condition", () => {
  it.each([
    [true, { create: ["a"], skipped: [], failed: [] }],
    [false, { create: [], skipped: ["a"], failed: [] }],
    [{ wrong: "no n" }, { create: [], skipped: [], failed: ["a"] }],
  ] as const)("that comes to %j", (verdict, { create, skipped, failed }) => {
    const decision = decide(fan(1), {}, { graph: graph({ a: [] }), condition: () => verdict });
    expect(decision.create).toEqual(create);
    expect([...decision.skip.keys()]).toEqual(skipped);
    expect([...decision.fail.keys()]).toEqual(failed);
  });

  it("isn't asked before all that the task depends on has ended", () => {
    const asked: string[] = [];
    const condition = (name: string) => asked.push(name) > 0;
    decide(fan(1), { a: "Running" }, { graph: graph({ a: [], b: ["a"] }), condition });
    expect(asked).toEqual([]);
  });
});

describe("finally", () => {
  const flow = (edges: Parameters<typeof graph>[0], last: string[]) =>
    new Map([...graph(edges)].map(([name, node]) => [name, last.includes(name) ? { ...node, atEnd: true } : node]));
  const of = flow({ notify: [], load: [], count: ["load"] }, ["notify"]);
  it.each<[string, Record<string, TaskPhase>, Partial<RunObservation>, string[]]>([
    ["waits for all others", { load: "Succeeded" }, {}, ["count"]],
    ["runs when all succeeded", { load: "Succeeded", count: "Succeeded" }, {}, ["notify"]],
    ["runs after a failure, beside failFast", { load: "Failed" }, {}, ["notify"]],
    ["runs in a cancelled run, when what ran has ended", { load: "Failed" }, { cancelled: true }, ["notify"]],
    ["doesn't run beside what is being cancelled", { load: "Running" }, { cancelled: true }, []],
  ])("%s", (_, tasks, more, created) => {
    expect(decide(fan(1), tasks, { graph: of, ...more }).create).toEqual(created);
  });

  it.each<[Record<string, TaskPhase>, Partial<RunObservation>, object]>([
    [{ load: "Succeeded", count: "Succeeded" }, {}, { state: "Succeeded", failedTasks: [] }],
    [{ load: "Failed" }, {}, { state: "Failed", failedTasks: ["load"] }],
    [{ load: "Failed" }, { cancelled: true }, { state: "Cancelled", failedTasks: ["load"] }],
  ])("sees how the others did: %j", (tasks, more, outcome) => {
    expect(decide(fan(1), tasks, { graph: of, ...more }).outcome).toEqual(outcome);
  });

  it("that failed fails the run", () => {
    const { phase, message } = decide(
      fan(1),
      { load: "Succeeded", count: "Succeeded", notify: "Failed" },
      { graph: of },
    );
    expect({ phase, message }).toEqual({ phase: "Failed", message: "notify failed" });
  });

  it("is omitted if it needs what no task left", () => {
    const reads = flow({ load: [], notify: [["load", needs.data]] }, ["notify"]);
    expect(decide(fan(1), { load: "Failed" }, { graph: reads }).omit.get("notify")).toBe("load failed");
  });
});

describe("a task with forEach that has begun after one that was skipped", () => {
  const order = graph({ maybe: [], each: [["maybe", needs.of("Skipped")]] });
  const stopped = { graph: order, condition: (name: string) => name !== "maybe", cancelled: true };

  it.each<[string, Record<string, TaskPhase>]>([
    ["goes on when the run is cancelled, whatever driver was made first", { "each[1]": "Running" }],
    ["is Running as long as one of its drivers is", { "each[0]": "Succeeded", "each[1]": "Running" }],
  ])("%s", (_, tasks) => {
    const { phase, phases } = decide(fan(2), tasks, stopped);
    expect(phase).toBe("Running");
    expect(Object.fromEntries(phases)).toEqual({ maybe: "Skipped", each: "Running" });
  });
});
