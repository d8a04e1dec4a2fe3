// What must hold of a task beyond its schema.
import { describe, expect, it } from "vitest";
import type { TaskSpec } from "../../../operator/api/task.ts";
import { checkTask } from "../../../operator/task/check.ts";
import { said } from "../builders.ts";

const python: TaskSpec = { python: { file: "a.py" } };

describe("a task", () => {
  it.each<[string, TaskSpec, string]>([
    [
      "an input from nowhere",
      { inputs: [{ name: "a" }] },
      'spec.inputs[0]: the input "a" needs one of from, uri, configMap and table',
    ],
    [
      "an input with two sources",
      { inputs: [{ name: "a", uri: "x", configMap: { name: "c", key: "k" } }] },
      'spec.inputs[0].configMap: the input "a" has exactly one source, but here are uri and configMap',
    ],
    [
      "an input twice",
      {
        inputs: [
          { name: "a", uri: "x" },
          { name: "a", uri: "y" },
        ],
      },
      'spec.inputs[1].name: the name "a" stands twice in this list',
    ],
    [
      "an output twice",
      { outputs: [{ name: "a" }, { name: "a" }] },
      'spec.outputs[1].name: the name "a" stands twice in this list',
    ],
    [
      "a param named as an input",
      { inputs: [{ name: "a", uri: "x" }], params: { a: 1 } },
      'spec.params.a: "a" is the input "a" already: arguments are bound by name',
    ],
    [
      "names that are one argument",
      {
        inputs: [
          { name: "a-b", uri: "x" },
          { name: "a_b", uri: "y" },
        ],
      },
      'spec.inputs[1].name: "a_b" is the input "a-b" already: arguments are bound by name',
    ],
    [
      "inputs that are one variable",
      {
        inputs: [
          { name: "words", uri: "x" },
          { name: "Words", uri: "y" },
        ],
      },
      'spec.inputs[1].name: "Words" and "words" would both be SPARKFLOW_INPUT_WORDS: rename one',
    ],
    [
      "outputs that are one variable",
      { outputs: [{ name: "a-b" }, { name: "a_b" }] },
      'spec.outputs[1].name: "a_b" and "a-b" would both be SPARKFLOW_OUTPUT_A_B: rename one',
    ],
    [
      "an input named spark",
      { inputs: [{ name: "spark", uri: "x" }] },
      'spec.inputs[0].name: "spark" is the session already: arguments are bound by name',
    ],
    [
      "a crs for a format that keeps none",
      { outputs: [{ name: "a", crs: "EPSG:4326" }] },
      "spec.outputs[0].crs: only format geoparquet keeps a crs; the format here is parquet",
    ],
    [
      "an optional view without columns",
      { python: undefined, sql: { statements: "SELECT 1" }, inputs: [{ name: "a", uri: "x", optional: true }] },
      'spec.inputs[0]: the input "a" is optional, and SQL and map need columns where there are no rows: give its schema',
    ],
    [
      "a format of a table that is read",
      { inputs: [{ name: "a", table: "lake.db.t", format: "csv" }] },
      "spec.inputs[0].format: a table has no format of ours: leave format out",
    ],
    [
      "a format of a table that is written",
      { outputs: [{ name: "a", table: "lake.db.t", format: "parquet" }] },
      "spec.outputs[0].format: a table has no format of ours: leave format out",
    ],
    [
      "a crs of a table",
      { outputs: [{ name: "a", table: "lake.db.t", crs: "EPSG:4326" }] },
      "spec.outputs[0].crs: a table keeps no crs",
    ],
    [
      "a mode of files",
      { outputs: [{ name: "a", mode: "append" }] },
      "spec.outputs[0].mode: only a table has a mode: files are new with every attempt",
    ],
    [
      "partitions of a text",
      { outputs: [{ name: "a", format: "text", partitionBy: ["x"] }] },
      "spec.outputs[0].partitionBy: format text can't be partitioned; possible are parquet, geoparquet, csv, json",
    ],
    [
      "a transform that nobody knows",
      { outputs: [{ name: "a", table: "t", partitionBy: ["years(day)", "bucket(16, id)", "drop(table)"] }] },
      'spec.outputs[0].partitionBy[2]: "drop(table)" is not valid: expected a column, years(…), months(…), days(…), hours(…) or bucket(16, …)',
    ],
    [
      "a folder at a URL",
      { inputs: [{ name: "a", uri: "https://e/x", format: "directory" }] },
      "spec.inputs[0].format: what is at a URL is one file, which format directory can't be",
    ],
    [
      "a folder in SQL",
      { python: undefined, sql: { statements: "SELECT 1" }, inputs: [{ name: "a", uri: "x", format: "directory" }] },
      "spec.inputs[0].format: format directory has no rows, so SQL can't see it as a view",
    ],
    [
      "a model as a result of SQL",
      { python: undefined, sql: { statements: "SELECT 1" }, outputs: [{ name: "a", format: "model" }] },
      "spec.outputs[0].format: format model has no rows, so SQL can't see it as a view",
    ],
    [
      "an option that a format hasn't got",
      { outputs: [{ name: "a", format: "directory", options: { extension: "png" } }] },
      "spec.outputs[0].options.extension: format directory has no option extension",
    ],
    [
      "a schema for a file",
      { outputs: [{ name: "a", format: "file", schema: "x INT" }] },
      "spec.outputs[0].schema: format file has no schema to check",
    ],
    [
      "a longest wait shorter than the first",
      { retry: { backoff: { initial: "10m", max: "30s" } } },
      "spec.retry.backoff.max: 30s is shorter than initial, which is 10m",
    ],
  ])("can't have %s", (_, spec, sentence) => {
    expect(said(checkTask({ ...python, ...spec }, ["spec"]))).toEqual([sentence]);
  });

  it("may have an input and an output of one name", () => {
    expect(checkTask({ ...python, inputs: [{ name: "a", uri: "x" }], outputs: [{ name: "a" }] }, [])).toEqual([]);
  });
});
