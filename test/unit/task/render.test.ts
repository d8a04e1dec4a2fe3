// render: a ResolvedTask becomes one neutral Attempt. Golden files (golden.test.ts) show the whole of it.
import { describe, expect, it } from "vitest";
import type { SparkEngine } from "../../../operator/api/kinds.ts";
import type { TaskSpec } from "../../../operator/api/task.ts";
import { locator } from "../../../operator/engines/local/place.ts";
import type { Attempt } from "../../../operator/task/attempt.ts";
import type { Place } from "../../../operator/task/place.ts";
import { render } from "../../../operator/task/render.ts";
import { resolveTask } from "../../../operator/task/resolve.ts";
import { place, sparkEngine, sparkTask } from "../builders.ts";

const rendered = (spec: TaskSpec, more: Partial<Place> = {}, engine?: SparkEngine, number = 1): Attempt =>
  render(resolveTask(sparkTask(spec), engine), number, place(more));
const attemptJson = (attempt: Attempt) => JSON.parse(attempt.files["attempt.json"]!) as Record<string, unknown>;
const value = (attempt: Attempt, key: string) => attempt.settings.find((setting) => setting.key === key)?.value;
const env = (attempt: Attempt) => Object.fromEntries(attempt.env.map(({ name, value }) => [name, value]));

describe("templates of a task's own", () => {
  const spec: TaskSpec = {
    args: ["--in=$(inputs.words.uri)", "$(outputs.counts.uri)", "$(params.top)", "$$(x)"],
    params: { top: 10, where: "$(outputs.counts.uri)", literal: "$$(params.top)" },
    inputs: [{ name: "words", uri: "raw/words" }],
    outputs: [{ name: "counts", format: "csv" }],
    env: [{ name: "TOP", value: "top $(params.top)" }],
    sparkConf: { "spark.x": "$(params.top) $(inputs.words.uri)" },
  };
  const attempt = rendered(spec, { locate: locator("/home/me", new Map()) });

  it("are resolved in arguments, params, variables and settings", () => {
    expect(attemptJson(attempt).args).toEqual([
      "--in=file:///home/me/raw/words",
      "file:///storage/r/count/1/counts",
      "10",
      "$(x)",
    ]);
    expect(attemptJson(attempt).params).toEqual({
      top: { type: "integer", value: 10 },
      where: { type: "string", value: "file:///storage/r/count/1/counts" },
      literal: { type: "string", value: "$(params.top)" },
    });
    expect(env(attempt).TOP).toBe("top 10");
    expect(value(attempt, "spark.x")).toBe("10 file:///home/me/raw/words");
  });

  it("leave the program's text alone", () => {
    const script = "print('$(params.top) $$(x)')";
    expect(rendered({ ...spec, python: { script } }).files["script.py"]).toBe(script);
  });
});

describe("the program's environment", () => {
  it("names inputs, outputs and params for any language", () => {
    const attempt = rendered({
      params: { top: 10 },
      inputs: [{ name: "raw-words", uri: "s3a://raw" }],
      outputs: [{ name: "Counts" }],
    });
    expect(env(attempt)).toEqual({
      SPARKFLOW_INPUT_RAW_WORDS: "s3a://raw",
      SPARKFLOW_OUTPUT_COUNTS: "file:///storage/r/count/1/Counts",
      SPARKFLOW_PARAMS: '{"top":10}',
    });
  });

  it("has each variable once: the user's, then ours, then the engine's", () => {
    const attempt = rendered(
      {
        env: [
          { name: "A", value: "task" },
          { name: "B", value: "x" },
        ],
      },
      { env: [{ name: "A", value: "engine" }] },
    );
    expect(attempt.env.filter(({ name }) => name === "A")).toEqual([{ name: "A", value: "engine" }]);
  });
});

describe("places", () => {
  it("are found for files, deps and inputs, fragments and outer blanks aside", () => {
    const attempt = rendered(
      {
        jar: { file: "local:///app/a.jar" },
        deps: { archives: ["env.tgz#env"] },
        sparkConf: { "spark.jars": " x.jar , local:///app/b.jar," },
      },
      { locate: locator("/home/me", new Map([["local:///app", "/home/me/jobs"]])) },
    );
    expect(attemptJson(attempt).program).toEqual({ kind: "jar", file: "/home/me/jobs/a.jar", mainClass: null });
    expect(value(attempt, "spark.archives")).toBe("/home/me/env.tgz#env");
    expect(value(attempt, "spark.jars")).toBe("/home/me/x.jar,/home/me/jobs/b.jar");
  });

  it("in the image are files where the driver runs: importable, and readable as data", () => {
    const attempt = rendered({
      python: { file: "local:///app/jobs/a.py" },
      inputs: [{ name: "words", uri: "local:///app/words" }],
    });
    expect(attemptJson(attempt)).toMatchObject({
      program: { file: "local:///app/jobs/a.py" },
      pythonPath: ["/app/jobs"],
      inputs: [{ uri: "file:///app/words" }],
    });
  });

  it("of an empty list are none", () => {
    expect(
      value(rendered({ sparkConf: { "spark.jars": "" } }, { locate: locator("/x", new Map()) }), "spark.jars"),
    ).toBe("");
  });

  it("of a file output end with its extension, which isn't the writer's option", () => {
    const attempt = rendered({ outputs: [{ name: "map", format: "file", options: { extension: "png", dpi: "72" } }] });
    expect(attempt.outputs).toEqual([{ name: "map", uri: "file:///storage/r/count/1/map.png", format: "file" }]);
    expect(attemptJson(attempt).outputs).toMatchObject([{ options: { dpi: "72" } }]);
  });

  it("of ConfigMaps are folders: code, data, conf files", () => {
    const attempt = rendered({
      python: { configMap: { name: "code", key: "a.py" } },
      inputs: [
        { name: "w", configMap: { name: "data", key: "w.txt" } },
        { name: "v", configMap: { name: "data", key: "v.txt" } },
      ],
      confFiles: { name: "hive" },
    });
    expect(attempt.configMaps).toEqual([
      { name: "code", path: "program" },
      { name: "data", path: "inputs/data" },
      { name: "hive", path: "conf" },
    ]);
    expect(attemptJson(attempt).program).toMatchObject({ file: "program/a.py" });
    expect(attemptJson(attempt).inputs).toMatchObject([
      { uri: "file:///runs/r/count/1/inputs/data/w.txt" },
      { uri: "file:///runs/r/count/1/inputs/data/v.txt" },
    ]);
  });
});

describe("a table", () => {
  const outputs = [{ name: "rows", table: "lake.db.t", partitionBy: ["years(day)"] }];

  it("is an output with its name for a URI, and one commit for all attempts of the task in the run", () => {
    const [first, second] = [1, 2].map((number) => attemptJson(rendered({ outputs }, {}, undefined, number)).outputs);
    const none = { schema: null, crs: null, options: {} };
    const how = { partitionBy: ["years(day)"], mode: "append", commit: "file:///storage/r/count/_committed/rows" };
    expect(first).toEqual([{ name: "rows", uri: "lake.db.t", format: "table", ...none, ...how }]);
    expect(second).toEqual(first);
  });

  it("of a task made by hand is written anew once the task was edited", () => {
    const commits = [1, 4].map((since) => attemptJson(rendered({ outputs }, { since })).outputs);
    expect(commits).toMatchObject([
      [{ commit: "file:///storage/r/count/_committed/1/rows" }],
      [{ commit: "file:///storage/r/count/_committed/4/rows" }],
    ]);
  });

  it("is an input by its name, which is what variable and template say", () => {
    const attempt = rendered({ inputs: [{ name: "t", table: "lake.db.t" }], args: ["$(inputs.t.uri)"] });
    expect(attempt.env).toContainEqual({ name: "SPARKFLOW_INPUT_T", value: "lake.db.t" });
    expect(attemptJson(attempt)).toMatchObject({
      args: ["lake.db.t"],
      inputs: [{ uri: "lake.db.t", format: "table" }],
    });
  });
});

describe("an input at a URL", () => {
  const read = (uri: string, more: Partial<Place> = {}) =>
    (
      attemptJson(rendered({ inputs: [{ name: "i", uri, format: "csv" }], params: { day: "a b" } }, more))
        .inputs as object[]
    )[0];

  it("is read where the driver brings it: in the run's folder, under a name that keeps what Spark goes by", () => {
    const url = "https://me:p@example.com/data/_my%20words.csv.gz?sig=abc";
    expect(read(url)).toMatchObject({
      source: url,
      uri: expect.stringMatching(/^file:\/\/\/storage\/r\/_inputs\/[0-9a-f]{16}\/my-20words\.csv\.gz$/) as string,
    });
    expect(read("https://example.com/")).toMatchObject({ uri: expect.stringMatching(/\/data$/) as string });
  });

  it("has a place of its own for each URL, the same for all tasks", () => {
    const uris = ["http://e/a?x=1", "http://e/a?x=2", "http://e/a?x=1"].map((url) => read(url) as { uri: string });
    expect(uris[0]).toEqual({ ...uris[2] });
    expect(uris[0]!.uri).not.toBe(uris[1]!.uri);
  });

  it("is a folder of this machine where `paths` says so", () => {
    expect(read("https://e/a.csv", { locate: () => "/data/a.csv" })).toMatchObject({ uri: "file:///data/a.csv" });
    expect(read("https://e/a.csv", { locate: () => "/data/a.csv" })).not.toHaveProperty("source");
  });

  it("may hold the task's own params", () => {
    expect(read("https://e/$(params.day)/$$(x).csv")).toMatchObject({ source: "https://e/a b/$(x).csv" });
  });
});

describe("an optional input", () => {
  const inputs = [
    { name: "gone", optional: true },
    { name: "maybe", uri: "s3a://b/x", optional: true },
    { name: "small", configMap: { name: "data", key: "k" }, optional: true },
  ];

  it("without a source has no variable, and its template is empty", () => {
    const attempt = rendered({ inputs, args: ["--gone=$(inputs.gone.uri)"] });
    expect(attempt.env.map(({ name }) => name).filter((name) => name.startsWith("SPARKFLOW_INPUT"))).toEqual([
      "SPARKFLOW_INPUT_MAYBE",
      "SPARKFLOW_INPUT_SMALL",
    ]);
    expect(attemptJson(attempt)).toMatchObject({
      args: ["--gone="],
      inputs: [
        { uri: null, optional: true },
        { uri: "s3a://b/x", optional: true },
        { uri: "file:///runs/r/count/1/inputs/data/k", optional: true },
      ],
    });
  });

  it("makes its ConfigMap one that may be missing, unless something else needs it", () => {
    expect(rendered({ inputs }).configMaps).toEqual([{ name: "data", path: "inputs/data", optional: true }]);
    const needed = { ...inputs[2]!, name: "needed", optional: false };
    expect(rendered({ inputs: [...inputs, needed] }).configMaps).toEqual([{ name: "data", path: "inputs/data" }]);
  });
});

describe("items of a forEach", () => {
  const union = { count: 3, batchSize: 1, attempts: [1, 0, 2] };
  const uri = "s3a://b/each/{driver}/{attempt}/part";
  const attempt = render(
    resolveTask(
      sparkTask({
        python: { file: "local:///app/x.py", function: "f" },
        params: { name: "$(city.name)", city: "$(city)", top: 1 },
        inputs: [{ name: "parts", uri, items: union }],
        items: { as: "city", first: 4, count: 2, batch: true, rows: { uri: "s3a://b/load/1/cities", format: "csv" } },
        args: ["$(inputs.parts.uri)"],
      }),
      undefined,
    ),
    1,
    place(),
  );

  it("are left to the driver, with the rows that they are and the params that they are put in", () => {
    expect(attemptJson(attempt).params).toEqual({
      name: { type: "item", value: ["name"] },
      city: { type: "item", value: [] },
      top: { type: "integer", value: 1 },
    });
    expect(attemptJson(attempt).items).toEqual({
      as: "city",
      first: 4,
      count: 2,
      batch: true,
      rows: { name: "city", uri: "s3a://b/load/1/cities", format: "csv", schema: null, options: {} },
    });
    expect(env(attempt).SPARKFLOW_PARAMS).toBe('{"top":1}');
  });

  it("that left outputs are an input of all of them, for programs without the library a pattern", () => {
    expect(attemptJson(attempt).inputs).toEqual([
      { name: "parts", uri, format: "parquet", schema: null, options: {}, items: union },
    ]);
    expect(env(attempt).SPARKFLOW_INPUT_PARTS).toBe("s3a://b/each/{0/1,2/2}/part");
    expect(attemptJson(attempt).args).toEqual(["s3a://b/each/{0/1,2/2}/part"]);
  });
});

describe("the JVM", () => {
  it("gets default options before the user's, heap and paths, as Spark's launcher gives them", () => {
    const attempt = rendered({
      profiles: [],
      sparkConf: {
        "spark.driver.memory": "1500m",
        "spark.driver.defaultJavaOptions": "-Da=1",
        "spark.driver.extraJavaOptions": "-Db='2 3'",
        "spark.driver.extraClassPath": "/a.jar:/b.jar",
      },
    });
    expect(attemptJson(attempt).jvm).toEqual({
      memory: "1500m",
      options: ["-Da=1", "-Db=2 3"],
      classPath: ["/a.jar", "/b.jar"],
      libraryPath: [],
    });
  });

  it("a heap that the engine leaves as it was asked for keeps its source", () => {
    const owned = { source: "operator", conf: new Map([["spark.driver.memory", "2g"]]) };
    const memory = (asked: string) =>
      rendered({ driver: { memory: asked } }, { owned }).settings.find(({ key }) => key === "spark.driver.memory");
    expect(memory("2g")).toMatchObject({ value: "2g", source: "task count" });
    expect(memory("64g")).toMatchObject({ value: "2g", source: "operator" });
  });

  it("and values with outer blanks go by the command line", () => {
    const attempt = rendered({ sparkConf: { "spark.x": " y " } });
    expect(attemptJson(attempt).conf).toMatchObject({ extra: [["spark.x", " y "]] });
    expect(attempt.files["spark-defaults.conf"]).not.toContain("spark.x");
  });
});

describe("resources", () => {
  const pods = sparkEngine({ kubernetes: {} });
  const onPods = (spec: TaskSpec) =>
    rendered(spec, { owned: { source: "operator", conf: new Map([["spark.master", "k8s://x"]]) } }, pods).resources;

  it("of local[N] are the driver's alone", () => {
    expect(rendered({}).resources).toEqual({
      driver: { cores: 4, memory: expect.objectContaining({ heapMiB: 4096, totalMiB: 4096 + 1638 }) },
    });
  });

  it("on pods are driver and executors", () => {
    expect(onPods({ executor: { instances: 3, cores: 2, memory: "2g" } })).toMatchObject({
      driver: { cores: 1 },
      executors: { instances: 3, cores: 2, memory: { totalMiB: 2048 + 819 } },
    });
  });

  it("of dynamic allocation have a most", () => {
    expect(onPods({ executor: { instances: 1, maxInstances: 9 } }).executors).toMatchObject({
      instances: 1,
      maxInstances: 9,
    });
  });
});
