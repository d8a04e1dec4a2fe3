// forEach in what a run makes: items in templates, rows and batches for the driver, unions of outputs, and its checks.
import { describe, expect, it } from "vitest";
import type { FlowSpec, FlowTask } from "../../../operator/api/flow.ts";
import { checkFlow } from "../../../operator/flow/check.ts";
import { planOf, runRules } from "../../../operator/flow/flowPlan.ts";
import type { Made } from "../../../operator/flow/results.ts";
import { flowTask, said, sparkFlow } from "../builders.ts";

const params: FlowSpec["params"] = { countries: { type: "list", default: ["FR", "DE"] }, top: { type: "integer" } };
const load = flowTask("load", { outputs: [{ name: "cities" }] });
const rulesOf = (tasks: FlowTask[], made: Record<string, Made> = {}, more: Partial<FlowSpec> = {}) =>
  runRules(
    planOf(sparkFlow(tasks, { params, ...more })),
    {
      name: "r1",
      id: "r1",
      date: "2026-10-01",
      scheduledAt: "2026-10-01T01:00:00Z",
      params: { countries: ["FR", "DE"], top: 1 },
    },
    (key) => made[key],
  );
const each = (spec: Partial<FlowTask>) => flowTask("each", spec);
const make = (spec: Partial<FlowTask>, key = "each[1]", made: Record<string, Made> = {}) =>
  rulesOf([load, each(spec)], made).make(key, undefined);
const output = (name: string, key: string, attempt: number, rows = 2) => ({
  name,
  uri: `s3a://lake/ns/f-1/r1/${key}/${attempt}/${name}`,
  format: "parquet",
  rows,
  schema: "n BIGINT",
});
const done = (more: Partial<Made> = {}): Made => ({ phase: "Succeeded", attempt: 1, values: {}, outputs: [], ...more });

describe("an item", () => {
  it.each<[string, Partial<FlowTask>, unknown]>([
    ["of a param", { forEach: { param: "countries", as: "country" }, params: { c: "$(country)" } }, { c: "DE" }],
    ["written out, with its type", { forEach: { items: [1, 2.5] }, params: { c: "$(item)" } }, { c: 2.5 }],
    [
      "with fields",
      { forEach: { items: [{ n: 1 }, { n: 2 }], as: "job" }, params: { c: "$(job.n)", t: "job $(job.n)" } },
      { c: 2, t: "job 2" },
    ],
    [
      "is data, never parsed again",
      { forEach: { items: ["", "$(params.top)"] }, params: { c: "$(item)" } },
      { c: "$$(params.top)" },
    ],
  ])("%s", (_, spec, expected) => {
    expect(make(spec).spec.params).toEqual(expected);
  });

  it("of an upstream value is one of its list", () => {
    const spec = { forEach: { value: "load.names" }, args: ["$(item)"] };
    expect(make(spec, "each[1]", { load: done({ values: { names: ["a", "b"] } }) }).spec.args).toEqual(["b"]);
  });

  it("names its driver, by number", () => {
    const made = make({ forEach: { param: "countries" } });
    expect(made.metadata.name).toBe("each");
    expect(made.metadata.labels).toMatchObject({ "sparkflow.dev/task": "each", "sparkflow.dev/item": "1" });
  });

  it("of rows is left to the driver, with where the rows are", () => {
    const spec = { forEach: { rows: "load.cities", as: "city" }, params: { name: "$(city.name)" } };
    const made = make(spec, "each[1]", { load: done({ outputs: [output("cities", "load", 1, 3)] }) });
    expect(made.spec.params).toEqual({ name: "$(city.name)" });
    expect(made.spec.items).toEqual({
      as: "city",
      first: 1,
      count: 1,
      rows: { uri: "s3a://lake/ns/f-1/r1/load/1/cities", format: "parquet", schema: "n BIGINT" },
    });
  });

  it("of a batch is left to the driver, which gets the batch", () => {
    const spec = { forEach: { items: [1, 2, 3, 4, 5], batchSize: 2 }, params: { n: "$(item)" } };
    expect(make(spec, "each[2]").spec.items).toEqual({ as: "item", first: 4, count: 1, batch: true, values: [5] });
  });
});

describe("how many items there are", () => {
  const fanOut = (forEach: FlowTask["forEach"], made: Record<string, Made> = {}) =>
    rulesOf([load, flowTask("each", forEach ? { forEach } : {})], made).fanOut("each");
  it.each<[string, FlowTask["forEach"], Record<string, Made>, number]>([
    ["those of a param", { param: "countries" }, {}, 2],
    ["those written out", { items: [] }, {}, 0],
    ["those of a value", { value: "load.names" }, { load: done({ values: { names: ["a", "b", "c"] } }) }, 3],
    ["an output's rows", { rows: "load.cities" }, { load: done({ outputs: [output("cities", "load", 1, 7)] }) }, 7],
  ])("%s", (_, forEach, made, items) => {
    expect(fanOut(forEach, made)).toMatchObject({ items });
  });

  it.each<[string, FlowTask["forEach"], Partial<Made>, string]>([
    ["a value that is no list", { value: "load.n" }, { values: { n: 3 } }, "forEach: load.n is 3, expected a list"],
    [
      "a value that isn't there",
      { value: "load.n" },
      { values: { m: 3 } },
      'forEach: the task "load" published no value "n", only m',
    ],
    [
      "a list of lists",
      { value: "load.n" },
      { values: { n: [[1]] as never } },
      "forEach: load.n holds [1], expected text, numbers, booleans, or maps of these",
    ],
    [
      "an output without a count",
      { rows: "load.cities" },
      { outputs: [{ name: "cities", uri: "s3a://x", format: "file" }] },
      "forEach: the rows of load.cities were not counted: its format file has none, or the program wrote it without the library",
    ],
    [
      "too many",
      { rows: "load.cities" },
      { outputs: [output("cities", "load", 1, 5001)] },
      "forEach has 5001 items, and 5000 is the most",
    ],
  ])("can't be told of %s", (_, forEach, made, wrong) => {
    expect(fanOut(forEach, { load: done(made) })).toEqual({ wrong });
  });
});

describe("what a forEach leaves", () => {
  const tasks = [
    each({
      forEach: { items: ["a", "b", "c"], onItemFailure: { limit: 1 } },
      outputs: [{ name: "part", schema: "n BIGINT" }],
    }),
    flowTask("all", { inputs: [{ name: "parts", from: "each.part" }], params: { n: "$(tasks.each.values.n)" } }),
  ];
  const part = (index: number, attempt: number) =>
    done({ attempt, values: { n: index * 10 }, outputs: [output("part", `each/${index}`, attempt)] });

  it("is a list of values and one input of all, in the order of items, without failed ones", () => {
    const made = { "each[2]": part(2, 3), "each[0]": part(0, 1), "each[1]": done({ phase: "Failed" }) };
    const { spec } = rulesOf(tasks, made).make("all", undefined);
    expect(spec.params).toEqual({ n: [0, 20] });
    expect(spec.inputs).toEqual([
      {
        name: "parts",
        uri: "s3a://lake/ns/f-1/r1/each/{driver}/{attempt}/part",
        format: "parquet",
        items: { count: 3, batchSize: 1, attempts: [1, 0, 3] },
      },
    ]);
  });

  it("of batches is one list of values", () => {
    const batches = [each({ forEach: { items: [1, 2, 3], batchSize: 2 } }), tasks[1]!];
    const made = { "each[0]": done({ values: { n: [1, 2] } }), "each[1]": done({ values: { n: [3] } }) };
    const withoutInputs = flowTask("all", { params: { n: "$(tasks.each.values.n)" } });
    expect(rulesOf([batches[0]!, withoutInputs], made).make("all", undefined).spec.params).toEqual({ n: [1, 2, 3] });
  });

  it("of items that all failed, as many as may be, is an input without data", () => {
    const each0 = each({ forEach: { items: [1], onItemFailure: { limit: 1 } }, outputs: [{ name: "part" }] });
    const all = flowTask("all", { inputs: [{ name: "parts", from: "each.part" }] });
    const made = { "each[0]": done({ phase: "Failed" }) };
    expect(rulesOf([each0, all], made).make("all", undefined).spec.inputs).toMatchObject([
      { uri: "none:", items: { count: 1, attempts: [0] } },
    ]);
  });

  it("of no items is an input without data, with the schema that was declared", () => {
    const none = [each({ forEach: { items: [] }, outputs: [{ name: "part", schema: "n BIGINT" }] }), tasks[1]!];
    const all = flowTask("all", { inputs: [{ name: "parts", from: "each.part" }] });
    expect(rulesOf([none[0]!, all]).make("all", undefined).spec.inputs).toEqual([
      {
        name: "parts",
        uri: "none:",
        format: "parquet",
        schema: "n BIGINT",
        items: { count: 0, batchSize: 1, attempts: [] },
      },
    ]);
  });
});

describe("a forEach", () => {
  const wrong = (spec: Partial<FlowTask>) => said(checkFlow({ params, tasks: [load, each(spec)] }));
  const named = { python: { file: "local:///app/x.py", function: "f" } };
  it.each<[string, Partial<FlowTask>, string[]]>([
    ["of a param is sound", { forEach: { param: "countries", as: "c" }, args: ["$(c)", "x$(c.code)"] }, []],
    ["of rows is sound", { ...named, forEach: { rows: "load.cities" }, params: { n: "$(item.name)" } }, []],
    ["of nothing", { forEach: {} }, ["spec.tasks[1].forEach: forEach needs one of items, param, value and rows"]],
    [
      "of two lists",
      { forEach: { items: [], param: "countries" } },
      ["spec.tasks[1].forEach.param: a forEach has one list of items, but here are items and param"],
    ],
    [
      "of an unknown param",
      { forEach: { param: "country" } },
      ['spec.tasks[1].forEach.param: the flow has no param "country"; did you mean "countries"?'],
    ],
    [
      "of a param that is no list",
      { forEach: { param: "top" } },
      ['spec.tasks[1].forEach.param: the param "top" is of type integer, expected a list'],
    ],
    [
      "of an unknown output",
      { ...named, forEach: { rows: "load.citys" } },
      ['spec.tasks[1].forEach.rows: the task "load" has no output "citys"; did you mean "cities"?'],
    ],
    [
      "of a value of no task",
      { forEach: { value: "laod.n" } },
      ['spec.tasks[1].forEach.value: the flow has no task "laod"; did you mean "load"?'],
    ],
    [
      "with a name that is taken",
      { forEach: { items: [1], as: "run" } },
      ["spec.tasks[1].forEach.as: $(run) means something else already; choose another name, such as country"],
    ],
    [
      "with a row in the midst of a text",
      { ...named, forEach: { rows: "load.cities", as: "city" }, args: ["$(city.name)"] },
      [
        "spec.tasks[1].args[0]: $(city.name) is put in by the driver, so it can only be a whole param: write params: {name: $(city.name)}, and take the param in the program",
      ],
    ],
    [
      "with rows for a script",
      { forEach: { rows: "load.cities" } },
      [
        "spec.tasks[1].forEach.rows: the driver reads its row, which only sql or a Python function can; publish a value and use forEach.value, or name a function",
      ],
    ],
  ])("%s", (_, spec, sentences) => {
    expect(wrong(spec)).toEqual(sentences);
  });
});
