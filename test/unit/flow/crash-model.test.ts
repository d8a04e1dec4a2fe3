// Whole runs in a model: the controllers' own decisions on what is durable (the objects), one write at a time, with several
// looks under way at once and crashes anywhere, also between two writes of one look. All that is in memory is lost then.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { modelRun, type Scenario } from "./runModel.ts";
import { scenario } from "./scenarios.ts";

const seed = fc.integer();
const noCrash = { crashes: 0 };

/** What is left of a run when the order in which things happened is left out: drivers that a failure kept from beginning may be others. */
function end({ phases, phase }: ReturnType<typeof modelRun>) {
  return { phase, phases: Object.fromEntries([...phases].sort()) };
}

describe("a run of any flow, whose controllers crash anywhere", () => {
  it("ends, and nothing begins before what it needs, nor twice in one attempt", () => {
    fc.assert(
      fc.property(scenario(), seed, fc.nat({ max: 12 }), fc.boolean(), (one: Scenario, numbers, crashes, cancel) => {
        modelRun(one, { seed: numbers, crashes, cancel });
      }),
      { numRuns: 400 },
    );
  });

  it("ends as it would have ended without a crash", () => {
    fc.assert(
      fc.property(scenario(), seed, seed, fc.integer({ min: 1, max: 12 }), (one: Scenario, a, b, crashes) => {
        // With failFast the end depends on who ends first, whether anything crashes or not.
        const calm = { ...one, failFast: false };
        expect(end(modelRun(calm, { seed: a, crashes }))).toEqual(end(modelRun(calm, { seed: b, ...noCrash })));
      }),
      { numRuns: 400 },
    );
  });

  it("with failFast and one task at a time ends as without a crash, too", () => {
    fc.assert(
      fc.property(scenario(), seed, seed, fc.integer({ min: 1, max: 12 }), (one: Scenario, a, b, crashes) => {
        const strict = { ...one, failFast: true, maxParallelTasks: 1 };
        expect(end(modelRun(strict, { seed: a, crashes }))).toEqual(end(modelRun(strict, { seed: b, ...noCrash })));
      }),
      { numRuns: 400 },
    );
  });
});
