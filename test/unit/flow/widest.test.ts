// The widest point: the heaviest set of tasks of which none depends on another, even through others.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Graph, topological } from "../../../operator/flow/graph.ts";
import { widest } from "../../../operator/flow/widest.ts";
import { dag, graph } from "./graphs.ts";

/** Everything that each task depends on, through others too. */
function ancestors(g: Graph): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  for (const name of topological(g)) {
    const needs = [...g.get(name)!.needs.keys()];
    all.set(name, new Set(needs.flatMap((need) => [need, ...all.get(need)!])));
  }
  return all;
}

/** The heaviest antichain by trying every set of tasks. */
function bruteForce(g: Graph, weight: (name: string) => number): number {
  const names = [...g.keys()];
  const above = ancestors(g);
  let best = 0;
  for (let set = 0; set < 2 ** names.length; set++) {
    const chosen = names.filter((_, i) => (set >> i) & 1);
    if (chosen.some((a) => chosen.some((b) => above.get(a)!.has(b)))) continue;
    best = Math.max(
      best,
      chosen.reduce((sum, name) => sum + weight(name), 0),
    );
  }
  return best;
}

describe("the widest point", () => {
  it.each([
    ["of nothing is 0", {}, {}, 0],
    ["of a chain is its heaviest task", { a: [], b: ["a"], c: ["b"] }, { a: 1, b: 5, c: 2 }, 5],
    ["of independent tasks is all of them", { a: [], b: [], c: [] }, { a: 1, b: 2, c: 3 }, 6],
    ["of a diamond is its middle", { a: [], b: ["a"], c: ["a"], d: ["b", "c"] }, { a: 3, b: 2, c: 2, d: 3 }, 4],
    [
      "of a diamond with a heavy end is that",
      { a: [], b: ["a"], c: ["a"], d: ["b", "c"] },
      { a: 1, b: 2, c: 2, d: 9 },
      9,
    ],
    ["may take tasks of different depth", { a: [], b: ["a"], c: [], d: ["c"] }, { a: 5, b: 1, c: 1, d: 5 }, 10],
    ["sees dependencies through others", { a: [], b: ["a"], c: ["b"] }, { a: 4, b: 0, c: 3 }, 4],
    ["is 0 if nothing weighs anything", { a: [], b: [] }, { a: 0, b: 0 }, 0],
  ])("%s", (_, edges, weights, expected) => {
    const of = weights as Record<string, number>;
    expect(widest(graph(edges as Record<string, string[]>), (name) => of[name]!)).toBe(expected);
  });

  it("equals the best of all sets, on random graphs with random weights", () => {
    fc.assert(
      fc.property(dag(8), fc.array(fc.nat({ max: 20 }), { minLength: 8, maxLength: 8 }), (g, weights) => {
        const weight = (name: string) => weights[Number(name.slice(1))]!;
        expect(widest(g, weight)).toBe(bruteForce(g, weight));
      }),
      { numRuns: 400 },
    );
  });

  it("of a random graph of 2,000 tasks is at least its widest layer and at most all of it", () => {
    const random = fc.sample(fc.array(fc.nat({ max: 1_000_000 }), { minLength: 6000, maxLength: 6000 }), {
      numRuns: 1,
      seed: 3,
    })[0]!;
    const g = graph(
      Object.fromEntries(
        Array.from({ length: 2000 }, (_, i) => [
          `t${i}`,
          i < 40 ? [] : [0, 1, 2].map((k) => `t${random[3 * i + k]! % i}`),
        ]),
      ),
    );
    const weight = (name: string) => 1 + (Number(name.slice(1)) % 7);
    const free = [...g].filter(([, { needs }]) => needs.size === 0).reduce((sum, [name]) => sum + weight(name), 0);
    const all = [...g.keys()].reduce((sum, name) => sum + weight(name), 0);
    const found = widest(g, weight);
    expect(found).toBeGreaterThanOrEqual(free);
    expect(found).toBeLessThan(all);
  });

  it("of a chain of 2,000 tasks is its heaviest, however deep", () => {
    const g = graph(
      Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`t${i}`, i === 0 ? [] : [`t${i - 1}`]])),
    );
    expect(widest(g, (name) => Number(name.slice(1)))).toBe(1999);
  });

  it("of 2,000 independent tasks is the sum", () => {
    const g = graph(Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`t${i}`, []])));
    expect(widest(g, () => 4)).toBe(8000);
  });
});
