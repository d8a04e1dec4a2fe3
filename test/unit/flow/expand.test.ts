// A run makes SparkTasks: params and upstream results put in, as data.
import { describe, expect, it } from "vitest";
import type { FlowSpec, FlowTask } from "../../../operator/api/flow.ts";
import { expandTask } from "../../../operator/flow/expand.ts";
import { type RunContext, runScope } from "../../../operator/flow/runContext.ts";
import { checkTask } from "../../../operator/task/check.ts";
import { paramTypesAnnotation, resolveTask } from "../../../operator/task/resolve.ts";
import { flowTask, sparkFlow } from "../builders.ts";

const words = { name: "words", uri: "file:///s/load/1/words", format: "parquet", rows: 3, schema: "word STRING" };
const context = (more: Partial<RunContext> = {}): RunContext => ({
  name: "nightly-7",
  id: "nightly-7",
  date: "2026-10-01",
  scheduledAt: "2026-10-01T01:00:00Z",
  params: { top: 10, countries: ["FR", "DE"], text: "x" },
  results: new Map([["load", { values: { n: 14, list: [1, 2] }, outputs: [words] }]]),
  ...more,
});
const expand = (task: Partial<FlowTask>, flow: Partial<FlowSpec> = {}, run = context()) =>
  expandTask(sparkFlow([], flow), flowTask("count", task), run);
const specOf = (task: Partial<FlowTask>, flow: Partial<FlowSpec> = {}, run = context()) => expand(task, flow, run).spec;

describe("a made task", () => {
  it("is an object of its own that says where it is from", () => {
    expect(expand({ dependsOn: ["load"] })).toEqual({
      apiVersion: "sparkflow.dev/v1alpha1",
      kind: "SparkTask",
      metadata: {
        name: "count",
        labels: { "sparkflow.dev/flow": "nightly", "sparkflow.dev/run": "nightly-7", "sparkflow.dev/task": "count" },
        annotations: { [paramTypesAnnotation]: "{}" },
      },
      spec: { python: { file: "local:///app/program.py" } },
    });
  });

  it("has the run's params, the run's own words and upstream results in its fields", () => {
    const spec = specOf({
      args: [
        "$(params.top)",
        "$(params.countries)",
        "$(run.date) $(run.name)",
        "$(tasks.load.values.n)",
        "$(tasks.load.outputs.words.uri)",
      ],
      env: [{ name: "TOP", value: "$(params.top)" }],
      sparkConf: { "spark.x": "$(tasks.load.values.n)" },
      deps: { files: ["s3a://x/$(params.text).txt"] },
    });
    expect(spec.args).toEqual(["10", '["FR","DE"]', "2026-10-01 nightly-7", "14", words.uri]);
    expect(spec.env).toEqual([{ name: "TOP", value: "10" }]);
    expect(spec.sparkConf).toEqual({ "spark.x": "14" });
    expect(spec.deps).toEqual({ files: ["s3a://x/x.txt"] });
  });

  it("keeps the type of params that are one template", () => {
    const spec = specOf({
      params: {
        n: "$(tasks.load.values.n)",
        c: "$(params.countries)",
        l: "$(tasks.load.values.list)",
        t: "top $(params.top)",
      },
    });
    expect(spec.params).toEqual({ n: 14, c: ["FR", "DE"], l: [1, 2], t: "top 10" });
  });

  it("carries declared types to the task", () => {
    const flow = { params: { top: { type: "integer" }, countries: { type: "list", items: "string" } } } as const;
    const object = expand({ params: { top: "$(params.top)", c: "$(params.countries)", n: "n=$(params.top)" } }, flow);
    expect(JSON.parse(object.metadata.annotations![paramTypesAnnotation]!)).toEqual({
      top: { type: "integer" },
      c: { type: "list", items: "string" },
    });
  });

  it("keeps references that only the task can resolve", () => {
    const spec = specOf({ params: { own: 1 }, args: ["$(inputs.i.uri) $(outputs.o.uri) $(params.own) $$(x)"] });
    expect(spec.args).toEqual(["$(inputs.i.uri) $(outputs.o.uri) $(params.own) $$(x)"]);
  });

  it("lets a task's own param shadow the flow's, whose value it may be", () => {
    const object = expand({ params: { top: "$(params.top)" }, args: ["$(params.top)"] });
    expect(object.spec).toMatchObject({ params: { top: 10 }, args: ["$(params.top)"] });
    expect(resolveTask(object, undefined).params.top).toEqual({ type: "integer", value: 10 });
  });

  it("leaves program text alone", () => {
    const script = "print('$(params.top)')";
    expect(specOf({ python: { script } }).python).toEqual({ script });
  });

  it("fails by name on a value that its upstream task didn't report", () => {
    expect(() => specOf({ args: ["$(tasks.load.values.m)"] })).toThrow(
      '$(tasks.load.values.m): the task "load" published no such value, only n, list',
    );
  });
});

describe("settings of a made task", () => {
  const flow = {
    taskDefaults: {
      sparkConf: { "spark.sql.extensions": "a.A", "spark.x": "1", "spark.y": "1" },
      driver: { memory: "2g" },
      env: [{ name: "A", value: "$(params.text)" }],
    },
  };
  const task = { sparkConf: { "spark.sql.extensions": "b.B", "spark.driver.memory": "3g" }, unsetConf: ["spark.x"] };
  const made = expand(task, flow);

  it("keep the flow's layer below the task's own, so that the object alone says all", () => {
    expect(made.spec).toMatchObject({
      ...task,
      flowDefaults: { ...flow.taskDefaults, env: [{ name: "A", value: "x" }] },
    });
  });

  it("add up, are unset and win as layers do", () => {
    const settings = new Map(
      resolveTask(made, undefined).settings.map(({ key, value, source }) => [key, { value, source }]),
    );
    expect(settings.get("spark.sql.extensions")?.value).toMatch(/a\.A,b\.B$/);
    expect(settings.has("spark.x")).toBe(false);
    expect(settings.get("spark.y")).toEqual({ value: "1", source: "flow nightly taskDefaults" });
    expect(settings.get("spark.driver.memory")).toEqual({ value: "3g", source: "task count" });
  });
});

describe("values of a run", () => {
  it.each(["$(params.top)", "$$(x)", "$(inputs.i.uri)", 'a"b', "a\nb", "$("])("come through as data: %j", (text) => {
    const run = context({ params: { text }, results: new Map([["load", { values: { note: text }, outputs: [] }]]) });
    const object = expand({ params: { a: "$(params.text)", b: "<$(tasks.load.values.note)>" } }, {}, run);
    const resolved = resolveTask(object, undefined);
    expect(resolved.params.a?.value).toBe(text.replace(/\$+(?=\()/g, "$&$&")); // a template of the text
  });
});

describe("an input from another task", () => {
  it.each<[string, object, object, object]>([
    ["is its URI and format", {}, {}, { name: "i", uri: words.uri, format: "parquet" }],
    ["keeps a format of its own", { format: "geoparquet" }, {}, { name: "i", uri: words.uri, format: "geoparquet" }],
    [
      "is read with the schema that a CSV was written with",
      {},
      { format: "csv" },
      { name: "i", uri: words.uri, format: "csv", schema: "word STRING" },
    ],
    [
      "keeps a schema of its own",
      { schema: "w STRING" },
      { format: "json" },
      { name: "i", uri: words.uri, format: "json", schema: "w STRING" },
    ],
  ])("%s", (_, input, output, expected) => {
    const run = context({ results: new Map([["load", { values: {}, outputs: [{ ...words, ...output }] }]]) });
    expect(specOf({ inputs: [{ name: "i", from: "load.words", ...input }] }, {}, run).inputs).toEqual([expected]);
  });
});

describe("an input from a table, or from files in partitions", () => {
  const read = (upstream: object, found: object) => {
    const run = context({ results: new Map([["load", { values: {}, outputs: [{ ...words, ...found }] }]]) });
    const flow = sparkFlow([flowTask("load", { outputs: [{ name: "words", ...upstream }] })]);
    return expandTask(flow, flowTask("count", { inputs: [{ name: "i", from: "load.words" }] }), run).spec.inputs;
  };

  it("is the table's name", () => {
    expect(read({ table: "lake.db.t" }, { uri: "lake.db.t", format: "table" })).toEqual([
      { name: "i", table: "lake.db.t" },
    ]);
  });

  it("is read with the schema it was written with: folders' names don't say the types of partitions", () => {
    expect(read({ partitionBy: ["word"] }, {})).toEqual([
      { name: "i", uri: words.uri, format: "parquet", schema: "word STRING" },
    ]);
    expect(read({}, {})).toEqual([{ name: "i", uri: words.uri, format: "parquet" }]);
  });
});

describe("an optional input", () => {
  const without = context({ results: new Map() });
  const made = (input: object, run = without) =>
    specOf({ inputs: [{ name: "i", from: ["a.x", "load.words"], optional: true, ...input }] }, {}, run).inputs;

  it("that no task left keeps its name alone, and is a task that can be applied", () => {
    expect(made({ schema: "w STRING" })).toEqual([{ name: "i", optional: true, schema: "w STRING" }]);
    expect(checkTask({ python: { file: "a.py" }, inputs: made({})! }, [])).toEqual([]);
  });

  it("is the output of the first task that succeeded", () => {
    const run = context({ results: new Map([["load", { values: {}, outputs: [words] }]]) });
    expect(made({}, run)).toEqual([{ name: "i", optional: true, uri: words.uri, format: "parquet" }]);
  });
});

describe("the run's own words", () => {
  it.each([
    [["run", "date"], "2026-10-01"],
    [["run", "name"], "nightly-7"],
    [["run", "state"], undefined],
    [["run", "date", "x"], undefined],
    [["run"], undefined],
    [["run", "constructor"], undefined],
    [["params", "top"], undefined],
  ])("%j is %s", (reference, value) => {
    expect(runScope(context())(reference)).toBe(value);
  });
});
