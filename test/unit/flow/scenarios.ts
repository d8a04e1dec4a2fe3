// Random flows with all that a flow can say, and what their drivers do.
import fc from "fast-check";
import type { FanOut } from "../../../operator/flow/fanOut.ts";
import type { Graph, Node } from "../../../operator/flow/graph.ts";
import { branchingDag, needs } from "./graphs.ts";
import type { End, Scenario } from "./runModel.ts";

const mostTasks = 7;

/** Of the usual tasks' names, what tasks of `finally` ask of them. */
function withFinally(graph: Graph, last: readonly (readonly (keyof typeof asked)[])[]): Graph {
  const usual = [...graph.keys()];
  const nodes = last.map((own, index): [string, Node] => {
    const of = own.flatMap((word, place) => (usual[place] === undefined ? [] : [[usual[place], asked[word]] as const]));
    return [`last${index}`, { needs: new Map(of), anyOf: [], atEnd: true }];
  });
  return new Map([...graph, ...nodes]);
}
const asked = { order: needs.order, data: needs.data, end: needs.end };

const fanOut: fc.Arbitrary<FanOut> = fc.record({
  items: fc.nat({ max: 5 }),
  batchSize: fc.integer({ min: 1, max: 2 }),
  maxParallel: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(Number.POSITIVE_INFINITY)),
  failureLimit: fc.nat({ max: 2 }),
});
const good = { weight: 6, arbitrary: fc.constant<End>("Succeeded") };
const attempt: fc.Arbitrary<End> = fc.oneof(
  good,
  { weight: 2, arbitrary: fc.constant<End>("Program") },
  { weight: 1, arbitrary: fc.constant<End>("Infrastructure") },
  { weight: 1, arbitrary: fc.constant<End>("Input") },
);
const condition = fc.oneof(
  { weight: 6, arbitrary: fc.constant(true) },
  { weight: 2, arbitrary: fc.constant(false) },
  { weight: 1, arbitrary: fc.constant({ wrong: "no such key" }) },
);

export const scenario = (): fc.Arbitrary<Scenario> =>
  fc
    .record({
      graph: branchingDag(mostTasks),
      last: fc.array(fc.array(fc.constantFrom<keyof typeof asked>("order", "data", "end"), { maxLength: 3 }), {
        maxLength: 2,
      }),
      conditions: fc.array(condition, { minLength: mostTasks, maxLength: mostTasks }),
      fans: fc.array(fc.option(fanOut, { freq: 3 }), { minLength: mostTasks, maxLength: mostTasks }),
      /** Ends of attempts, by a number that task, item and attempt make. */
      ends: fc.array(attempt, { minLength: 40, maxLength: 40 }),
      limits: fc.record({ limit: fc.nat({ max: 2 }), infrastructureLimit: fc.nat({ max: 2 }) }),
      failFast: fc.boolean(),
      maxParallelTasks: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(Number.POSITIVE_INFINITY)),
    })
    .map(({ graph, last, conditions, fans, ends, limits, failFast, maxParallelTasks }) => {
      const whole = withFinally(graph, last);
      const place = new Map([...whole.keys()].sort().map((name, index) => [name, index]));
      const of =
        <T>(values: readonly T[]) =>
        (name: string) =>
          values[place.get(name)! % values.length]!;
      return {
        graph: whole,
        condition: of(conditions),
        fanOut: (name) => of(fans)(name) ?? undefined,
        end: (task, item, number) => ends[(place.get(task)! * 17 + item * 5 + number * 3) % ends.length]!,
        retry: { ...limits, initialMs: 0, factor: 1, maxMs: 0 },
        failFast,
        maxParallelTasks,
      } satisfies Scenario;
    });
