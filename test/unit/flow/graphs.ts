// Graphs for tests: written out, or random ones without cycles.
import fc from "fast-check";
import type { Graph } from "../../../operator/flow/graph.ts";

/** A graph from names to what they depend on. */
export const graph = (edges: Record<string, readonly string[]>): Graph =>
  new Map(Object.entries(edges).map(([name, needs]) => [name, new Set(needs)]));

/** Random graphs of up to so many tasks; names tell nothing of the order in the map, which is shuffled. */
export const dag = (most: number): fc.Arbitrary<Graph> =>
  fc
    .integer({ min: 1, max: most })
    .chain((size) =>
      fc.tuple(
        fc.shuffledSubarray(
          Array.from({ length: size }, (_, i) => i),
          { minLength: size },
        ),
        fc.array(fc.array(fc.boolean(), { minLength: size, maxLength: size }), { minLength: size, maxLength: size }),
      ),
    )
    .map(
      ([order, edges]) =>
        new Map(
          order.map(
            (i) => [`t${i}`, new Set(edges[i]!.flatMap((edge, j) => (edge && j < i ? [`t${j}`] : [])))] as const,
          ),
        ),
    );
