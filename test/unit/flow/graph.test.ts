// The graph of a flow: who depends on whom, in what order, and cycles spelled out.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FlowTask } from "../../../operator/api/flow.ts";
import { dependentsOf, findCycle, graphOf, splitFrom, topological } from "../../../operator/flow/graph.ts";
import { flowTask } from "../builders.ts";
import { dag, graph } from "./graphs.ts";

const nodeOf = (task: Partial<FlowTask>, defaults = {}) =>
  graphOf({ tasks: [flowTask("a", task)], taskDefaults: defaults }).get("a")!;
const needs = (task: Partial<FlowTask>, defaults = {}) => [...nodeOf(task, defaults).needs.keys()];

describe("a task depends on", () => {
  it.each<[string, Partial<FlowTask>, string[]]>([
    ["what dependsOn names", { dependsOn: ["x", { task: "y" }] }, ["x", "y"]],
    ["what its inputs are from", { inputs: [{ name: "i", from: "load.words" }] }, ["load"]],
    ["whose values it refers to", { params: { n: "$(tasks.x.values.n)" } }, ["x"]],
    [
      "whose outputs it refers to, in any field",
      {
        args: ["$(tasks.x.outputs.o.uri)"],
        env: [{ name: "E", value: "$(tasks.y.values.n)" }],
        sparkConf: { "spark.a": "$(tasks.z.values.n)" },
        deps: { files: ["$(tasks.w.outputs.o.uri)"] },
      },
      ["x", "y", "z", "w"],
    ],
    [
      "nothing for literals, program text and the run's own params",
      { args: ["$$(tasks.x.values.n)", "$(params.top)"], python: { script: "$(tasks.y.values.n)" } },
      [],
    ],
    ["each task once", { dependsOn: ["x"], args: ["$(tasks.x.values.n) $(tasks.x.values.m)"] }, ["x"]],
    ["nothing for a malformed template, which the validator reports", { args: ["$(tasks.x"] }, []],
  ])("%s", (_, task, expected) => {
    expect(needs(task).sort()).toEqual([...expected].sort());
  });

  it("what taskDefaults refer to", () => {
    const defaults = { args: ["$(tasks.x.values.n)"], inputs: [{ name: "i", from: "load.words" }] };
    expect(needs({}, defaults).sort()).toEqual(["load", "x"]);
  });

  it("nothing that it replaces of taskDefaults", () => {
    const defaults = { args: ["$(tasks.a.values.n)"], inputs: [{ name: "i", from: "a.words" }] };
    expect(needs({ args: [], inputs: [{ name: "i", uri: "s3a://x" }] }, defaults)).toEqual([]);
  });
});

describe("what a task asks of another", () => {
  const order = ["Succeeded", "Skipped"];
  const any = ["Succeeded", "Failed", "Skipped", "Omitted"];
  it.each<[string, Partial<FlowTask>, string[], boolean]>([
    ["is its end, well or skipped, where only the order counts", { dependsOn: ["x"] }, order, false],
    [
      "is what `states` says",
      { dependsOn: [{ task: "x", states: ["Failed", "Omitted"] }] },
      ["Failed", "Omitted"],
      false,
    ],
    ["is its success where a value of it is read", { args: ["$(tasks.x.values.n)"] }, ["Succeeded"], true],
    ["is its success where its output is read", { inputs: [{ name: "i", from: "x.out" }] }, ["Succeeded"], true],
    [
      "is its end where it is one of several alternatives",
      { inputs: [{ name: "i", from: ["x.out", "y.out"] }] },
      any,
      false,
    ],
    ["is its success where the only alternative is", { inputs: [{ name: "i", from: ["x.out"] }] }, ["Succeeded"], true],
    [
      "is all that is asked in several places",
      { dependsOn: ["x", { task: "x", states: ["Failed", "Skipped"] }], inputs: [{ name: "i", from: ["x.a", "y.a"] }] },
      ["Skipped"],
      false,
    ],
    [
      "may be what can't be",
      { dependsOn: [{ task: "x", states: ["Failed"] }], args: ["$(tasks.x.values.n)"] },
      [],
      true,
    ],
  ])("%s", (_, task, accepts, data) => {
    const need = nodeOf(task).needs.get("x")!;
    expect([[...need.accepts].sort(), need.data]).toEqual([[...accepts].sort(), data]);
  });

  it("is that one of an input's alternatives has succeeded", () => {
    expect(nodeOf({ inputs: [{ name: "i", from: ["x.out", "y.out"] }] }).anyOf).toEqual([["x", "y"]]);
    expect(nodeOf({ inputs: [{ name: "i", from: "x.out" }] }).anyOf).toEqual([]);
  });
});

describe("from", () => {
  it.each([
    ["load.words", { task: "load", output: "words" }],
    ["load", { task: "load", output: "" }],
    ["a.b.words", { task: "a.b", output: "words" }],
  ])("%s is a task and its output", (text, parts) => {
    expect(splitFrom(text)).toEqual(parts);
  });
});

describe("a cycle", () => {
  it.each([
    ["of one", { a: ["a"] }, "a -> a"],
    ["of two", { a: ["b"], b: ["a"] }, "a -> b -> a"],
    ["of three, met from outside", { x: ["c"], a: ["b"], b: ["c"], c: ["a"], y: [] }, "c -> a -> b -> c"],
    ["beside tasks that are fine", { ok: [], a: ["ok", "b"], b: ["a", "ok"] }, "a -> b -> a"],
    ["beside an unknown task", { a: ["nobody", "a"] }, "a -> a"],
  ])("is spelled out from a task back to itself: %s", (_, edges, text) => {
    expect(findCycle(graph(edges))?.join(" -> ")).toBe(text);
  });

  it.each([
    ["none in an empty graph", {}],
    ["none in a diamond", { a: [], b: ["a"], c: ["a"], d: ["b", "c"] }],
    ["none for a task that nobody has", { a: ["nobody"] }],
  ])("is %s", (_, edges) => {
    expect(findCycle(graph(edges))).toBeUndefined();
  });

  it("is found in a chain of 2,000 that bites its tail, without overflow", () => {
    const names = Array.from({ length: 2000 }, (_, i) => `t${i}`);
    const cycle = findCycle(graph(Object.fromEntries(names.map((name, i) => [name, [names[(i + 1) % 2000]!]]))));
    expect(cycle).toHaveLength(2001);
    expect(cycle?.[0]).toBe(cycle?.at(-1));
  });

  it("follows real dependencies in any graph, and there is one exactly if no order holds all tasks", () => {
    const names = fc.constantFrom(..."abcdef");
    const anyGraph = fc.dictionary(names, fc.uniqueArray(names, { maxLength: 3 }), { maxKeys: 6 });
    fc.assert(
      fc.property(anyGraph, (edges) => {
        const g = graph(edges);
        const cycle = findCycle(g);
        expect(cycle === undefined).toBe(topological(g).length === g.size);
        for (const [i, name] of (cycle ?? []).slice(0, -1).entries())
          expect([...g.get(name)!.needs.keys()]).toContain(cycle![i + 1]);
      }),
    );
  });
});

describe("the order", () => {
  it("has every task once, after all it depends on", () => {
    fc.assert(
      fc.property(dag(12), (g) => {
        const order = topological(g);
        expect([...order].sort()).toEqual([...g.keys()].sort());
        for (const [name, { needs: before }] of g)
          for (const need of before.keys()) expect(order.indexOf(need)).toBeLessThan(order.indexOf(name));
      }),
    );
  });

  it("has the mirror of the dependencies in dependentsOf", () => {
    expect(Object.fromEntries(dependentsOf(graph({ a: [], b: ["a"], c: ["a", "b", "nobody"] })))).toEqual({
      a: ["b", "c"],
      b: ["c"],
      c: [],
    });
  });
});
