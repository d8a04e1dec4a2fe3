// Graphs for tests: written out, or random ones without cycles.
import fc from "fast-check";
import { type TaskResultWord, taskResultWords } from "../../../operator/api/flow.ts";
import type { Graph, Need } from "../../../operator/flow/graph.ts";

/** A need for order alone; of the task's data; or for some results. */
export const needs = {
  order: { accepts: new Set(["Succeeded", "Skipped"]), data: false, mends: false } as Need,
  data: { accepts: new Set(["Succeeded"]), data: true, mends: false } as Need,
  end: { accepts: new Set(taskResultWords), data: false, mends: false } as Need,
  of: (...accepts: TaskResultWord[]): Need => ({
    accepts: new Set(accepts),
    data: false,
    mends: accepts.includes("Failed"),
  }),
};
/** `load`, or `load` with what is asked of it. */
type Edge = string | readonly [name: string, need: Need];

/** A graph from names to what they depend on, and to the groups of which one must have succeeded. */
export const graph = (
  edges: Record<string, readonly Edge[]>,
  anyOf: Record<string, readonly (readonly string[])[]> = {},
): Graph =>
  new Map(
    Object.entries(edges).map(([name, all]) => [
      name,
      {
        needs: new Map(all.map((edge) => (typeof edge === "string" ? ([edge, needs.order] as const) : edge))),
        anyOf: anyOf[name] ?? [],
      },
    ]),
  );

const someNeed: fc.Arbitrary<Need> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(needs.order, needs.data, needs.end) },
  {
    weight: 1,
    arbitrary: fc.subarray([...taskResultWords], { minLength: 1 }).map((accepts) => needs.of(...accepts)),
  },
);

/** Random graphs of up to so many tasks; names tell nothing of the order in the map, which is shuffled. */
export const dag = (most: number, need: fc.Arbitrary<Need> = fc.constant(needs.order)): fc.Arbitrary<Graph> =>
  fc
    .integer({ min: 1, max: most })
    .chain((size) =>
      fc.tuple(
        fc.shuffledSubarray(
          Array.from({ length: size }, (_, i) => i),
          { minLength: size },
        ),
        fc.array(fc.array(fc.option(need, { freq: 2 }), { minLength: size, maxLength: size }), {
          minLength: size,
          maxLength: size,
        }),
      ),
    )
    .map(
      ([order, edges]) =>
        new Map(
          order.map((i) => {
            const own = edges[i]!.flatMap((edge, j) => (edge && j < i ? [[`t${j}`, edge] as const] : []));
            return [`t${i}`, { needs: new Map(own), anyOf: [] }] as const;
          }),
        ),
    );

/** The same with every kind of need: for order, for data, for some results only. */
export const branchingDag = (most: number): fc.Arbitrary<Graph> => dag(most, someNeed);
