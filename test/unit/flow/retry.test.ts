// Which tasks of a run have to run again when it is tried again.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TaskPhase } from "../../../operator/api/status.ts";
import { decideRun, hasEnded } from "../../../operator/flow/decide.ts";
import type { Graph } from "../../../operator/flow/graph.ts";
import { outdatedTasks, type Tried } from "../../../operator/flow/retry.ts";
import { branchingDag, graph, needs } from "./graphs.ts";

const diamond = graph({ load: [], clean: ["load"], count: ["load"], draw: ["clean", "count"] });
const begun = (phases: Record<string, TaskPhase | [TaskPhase, number]>): Map<string, Tried> =>
  new Map(
    Object.entries(phases).map(([name, one]) => {
      const [phase, inTry] = typeof one === "string" ? ([one, 0] as const) : one;
      return [name, { phase, inTry }];
    }),
  );
const done = "Succeeded";

describe("in another try", () => {
  it.each<[string, Parameters<typeof begun>[0], { number: number; from?: string }, string[]]>([
    ["nothing, in the first", { load: done, clean: "Failed" }, { number: 0 }, []],
    ["what failed", { load: done, clean: "Failed", count: done }, { number: 1 }, ["clean"]],
    ["what depends on it, too, if it has run", { load: "Failed", clean: done }, { number: 1 }, ["load", "clean"]],
    [
      "what was named, with all that depends on it",
      { load: done, clean: done, count: done, draw: done },
      { number: 1, from: "clean" },
      ["clean", "draw"],
    ],
    [
      "what was named and what failed",
      { load: done, clean: done, count: "Failed" },
      { number: 1, from: "clean" },
      ["clean", "count"],
    ],
    [
      "not what has failed again in this very try",
      { load: done, clean: ["Failed", 1], count: done },
      { number: 1 },
      [],
    ],
    [
      "not what was named once it has run again",
      { load: [done, 1], clean: [done, 1], count: done },
      { number: 1, from: "load" },
      ["count"],
    ],
    [
      "what hasn't run since its dependency has, in a former try",
      { load: [done, 1], clean: [done, 1], count: done },
      { number: 2 },
      ["count"],
    ],
    [
      "a single driver of a forEach",
      { load: done, "clean[0]": done, "clean[1]": "Failed", draw: done },
      { number: 1 },
      ["clean[1]", "draw"],
    ],
    [
      "a driver that was named",
      { load: done, "clean[0]": done, "clean[10]": done },
      { number: 1, from: "clean[10]" },
      ["clean[10]"],
    ],
  ])("runs %s", (_, phases, retry, expected) => {
    expect([...outdatedTasks(diamond, begun(phases), retry)].sort()).toEqual([...expected].sort());
  });

  const branch: Graph = graph({ check: [], mend: [["check", needs.of("Failed")]], report: ["mend"] });
  it.each<[string, Parameters<typeof begun>[0], string[]]>([
    ["stays, once another task has mended it", { check: "Failed", mend: done, report: "Failed" }, ["report"]],
    [
      "is tried again if what should have mended it failed, too",
      { check: "Failed", mend: "Failed" },
      ["check", "mend"],
    ],
    ["stays, while what mends it runs again", { check: "Failed", mend: ["Running", 1], report: "Failed" }, ["report"]],
  ])("a failure %s", (_, phases, expected) => {
    expect([...outdatedTasks(branch, begun(phases), { number: 1 })].sort()).toEqual([...expected].sort());
  });
});

describe("what ends a flow", () => {
  it("runs at the end of every try", () => {
    const all: Graph = new Map([...diamond, ["notify", { needs: new Map(), anyOf: [], atEnd: true }]]);
    const tasks = begun({ load: "Failed", notify: done });
    expect([...outdatedTasks(all, tasks, { number: 1 })]).toEqual(["load", "notify"]);
    expect([...outdatedTasks(all, begun({ load: [done, 1], notify: [done, 1] }), { number: 1 })]).toEqual([]);
  });
});

describe("over random graphs and results", () => {
  const results: TaskPhase[] = ["Succeeded", "Failed"];

  /** Takes a try to its end as a controller does, and checks that nothing runs twice in it, nor before what it reads. */
  function drive(
    all: Graph,
    tasks: Map<string, Tried>,
    retry: { number: number; from?: string },
    pick: (n: number) => number,
  ) {
    const started = new Set<string>();
    const first = outdatedTasks(all, tasks, retry);
    const failFast = pick(2) === 0;
    let cancelled = false;
    for (let step = 0; step < 20 * all.size + 20; step++) {
      cancelled ||= pick(40) === 0;
      const outdated = outdatedTasks(all, tasks, retry);
      for (const name of outdated) expect(first.has(name), `${name} is outdated only now`).toBe(true);
      const current = new Map(
        [...tasks].filter(([name]) => !outdated.has(name)).map(([name, { phase }]) => [name, phase]),
      );
      const decision = decideRun({
        graph: all,
        tasks: current,
        failFast,
        maxParallelTasks: 3,
        cancelled,
      });
      for (const name of decision.create) {
        expect(started.has(name), `${name} twice in a try`).toBe(false);
        started.add(name);
        tasks.set(name, { phase: "Pending", inTry: retry.number });
      }
      const active = [...tasks].filter(([, { phase }]) => !hasEnded(phase)).map(([name]) => name);
      if (active.length === 0 && decision.create.length === 0) return { first, started, phase: decision.phase };
      if (active.length === 0) continue;
      const name = active[pick(active.length)]!;
      tasks.set(name, { phase: results[pick(results.length)]!, inTry: retry.number });
    }
    throw new Error("the try doesn't end");
  }

  it("each try ends, starts nothing twice, and keeps what succeeded and reads nothing that has run again", () => {
    fc.assert(
      fc.property(branchingDag(8), fc.infiniteStream(fc.nat()), (all, numbers) => {
        const pick = (n: number) => (numbers.next().value as number) % n;
        const tasks = new Map<string, Tried>();
        for (const number of [0, 1, 2, 3]) {
          const from = number > 0 && pick(2) === 0 ? [...all.keys()][pick(all.size)] : undefined;
          const before = new Map(tasks);
          const { started, first } = drive(all, tasks, { number, ...(from === undefined ? {} : { from }) }, pick);
          for (const [name, was] of before) if (!first.has(name)) expect(tasks.get(name)).toEqual(was);
          for (const name of started) if (before.has(name)) expect(first.has(name)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
