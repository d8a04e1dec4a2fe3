// decide for one run, driven over random graphs with random results: the rules hold at every step of every run.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunPhase, TaskPhase } from "../../../operator/api/status.ts";
import { decideRun, hasEnded } from "../../../operator/flow/decide.ts";
import type { Graph } from "../../../operator/flow/graph.ts";
import { branchingDag, dag } from "./graphs.ts";

type Result = "Succeeded" | "Failed" | "Skipped";
type Run = {
  graph: Graph;
  results: (name: string) => Result;
  failFast: boolean;
  maxParallelTasks: number;
  /** After so many ended tasks the run is cancelled. */
  cancelAfter: number;
  /** Picks which of the running tasks ends next, and into which phases they go before. */
  pick: (of: number) => number;
};
type Outcome = { phase: RunPhase; phases: Map<string, TaskPhase> };

/** Whether a task that mends this failure has begun, or may still begin. */
const isMended = (graph: Graph, failed: string, phases: ReadonlyMap<string, TaskPhase>): boolean =>
  [...graph].some(([name, node]) => {
    const phase = phases.get(name);
    return node.needs.get(failed)?.mends && phase !== "Skipped" && phase !== "Omitted";
  });

/** Drives a run to its end, as a controller does, and checks every step. */
function drive({ graph, results, failFast, maxParallelTasks, cancelAfter, pick }: Run): Outcome {
  const phases = new Map<string, TaskPhase>();
  for (let step = 0; step < 10 * graph.size + 10; step++) {
    const ended = [...phases.values()].filter(hasEnded).length;
    const cancelled = ended >= cancelAfter;
    const failed = [...phases].some(([name, phase]) => phase === "Failed" && !isMended(graph, name, phases));
    const decision = decideRun({ graph, tasks: phases, failFast, maxParallelTasks, cancelled });
    for (const name of [...decision.create, ...decision.skip.keys(), ...decision.omit.keys()])
      expect(phases.has(name), `${name} twice`).toBe(false);
    for (const name of decision.skip.keys()) phases.set(name, "Skipped");
    for (const name of decision.omit.keys()) phases.set(name, "Omitted");
    for (const name of decision.create) {
      for (const [need, { accepts }] of graph.get(name)!.needs) expect([...accepts]).toContain(phases.get(need));
      expect(decision.omit.has(name) || decision.skip.has(name)).toBe(false);
    }
    if (cancelled || (failFast && failed)) expect(decision.create).toEqual([]);
    for (const name of decision.create) phases.set(name, "Pending");
    const active = [...phases].filter(([, phase]) => !hasEnded(phase)).map(([name]) => name);
    expect(active.length).toBeLessThanOrEqual(maxParallelTasks);
    if (active.length === 0) {
      const last = decideRun({ graph, tasks: phases, failFast, maxParallelTasks, cancelled });
      expect(last.create).toEqual([]);
      expect(phases.size).toBe(graph.size);
      return { phase: last.phase, phases };
    }
    expect(["Pending", "Running"]).toContain(decision.phase);
    const name = active[pick(active.length)]!;
    const phase = phases.get(name);
    const next: TaskPhase[] = phase === "Pending" ? ["Running", "Retrying"] : [results(name)];
    phases.set(name, next[pick(next.length)]!);
  }
  throw new Error("the run doesn't end");
}

const result = fc.constantFrom<Result>("Succeeded", "Succeeded", "Succeeded", "Failed", "Skipped");
const picks = fc.array(fc.nat({ max: 1000 }), { minLength: 60, maxLength: 60 });
/** A picker that goes round through random numbers. */
const picker = (numbers: number[]) => {
  let at = 0;
  return (of: number) => numbers[at++ % numbers.length]! % of;
};
const scenarioOf = (graph: fc.Arbitrary<Graph>) =>
  fc.record({
    graph,
    outcomes: fc.array(result, { minLength: 9, maxLength: 9 }),
    maxParallelTasks: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(Number.POSITIVE_INFINITY)),
  });
const scenario = scenarioOf(dag(9));
const branching = scenarioOf(branchingDag(9));
const results = (outcomes: Result[]) => (name: string) => outcomes[Number(name.slice(1))]!;
const never = Number.POSITIVE_INFINITY;

describe("any run", () => {
  it("ends, and keeps to dependencies, limits and failFast at every step", () => {
    fc.assert(
      fc.property(
        scenario,
        picks,
        fc.boolean(),
        fc.oneof(fc.nat({ max: 9 }), fc.constant(never)),
        (s, numbers, failFast, cancelAfter) => {
          const { phase, phases } = drive({
            ...s,
            results: results(s.outcomes),
            failFast,
            cancelAfter,
            pick: picker(numbers),
          });
          const all = [...phases.values()];
          if (all.includes("Failed")) expect(["Failed", "Cancelled"]).toContain(phase);
          else if (all.includes("Omitted"))
            expect(phase).toBe("Cancelled"); // nothing else omits
          else expect(["Succeeded", ...(cancelAfter === never ? [] : ["Cancelled"])]).toContain(phase);
        },
      ),
      { numRuns: 800 },
    );
  });

  it("with branches ends, and is Failed exactly if a failure is left that no other task mends", () => {
    fc.assert(
      fc.property(branching, picks, fc.boolean(), (s, numbers, failFast) => {
        const run = { ...s, results: results(s.outcomes), failFast, cancelAfter: never, pick: picker(numbers) };
        const { phase, phases } = drive(run);
        const left = [...phases].filter(([name, at]) => at === "Failed" && !isMended(s.graph, name, phases));
        expect(phase).toBe(left.length > 0 ? "Failed" : "Succeeded");
      }),
      { numRuns: 800 },
    );
  });

  it("without failFast has a result that doesn't depend on the order in which tasks end", () => {
    fc.assert(
      fc.property(fc.oneof(scenario, branching), picks, picks, (s, one, other) => {
        const run = { ...s, results: results(s.outcomes), failFast: false, cancelAfter: never };
        const first = drive({ ...run, pick: picker(one) });
        const second = drive({ ...run, maxParallelTasks: 1, pick: picker(other) });
        expect(new Map([...second.phases].sort())).toEqual(new Map([...first.phases].sort()));
        expect(second.phase).toBe(first.phase);
      }),
      { numRuns: 500 },
    );
  });

  it("is decided again to the same from the same observation", () => {
    fc.assert(
      fc.property(
        scenario,
        fc.array(fc.constantFrom<TaskPhase>("Pending", "Running", "Succeeded", "Failed", "Omitted"), {
          minLength: 9,
          maxLength: 9,
        }),
        (s, seen) => {
          const tasks = new Map([...s.graph.keys()].slice(0, 4).map((name, i) => [name, seen[i]!] as const));
          const observed = {
            graph: s.graph,
            tasks,
            failFast: true,
            maxParallelTasks: s.maxParallelTasks,
            cancelled: false,
          };
          const before = new Map(tasks);
          expect(decideRun(observed)).toEqual(decideRun(observed));
          expect(tasks).toEqual(before);
        },
      ),
    );
  });
});
