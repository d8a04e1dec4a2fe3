import { describe, expect, it } from "vitest";
import type { TaskSpec } from "../../../operator/api/task.ts";
import { taskSpec } from "../../../operator/api/task.ts";
import { checkTask } from "../../../operator/task/check.ts";
import { schemaProblem } from "../../../operator/task/fugueSchema.ts";

describe("Fugue's schema expression", () => {
  it.each([
    "*",
    "*, batch_size: int",
    "a:int,b:str",
    "*-country",
    "*~country,city+n:long",
    "`a, b`:decimal(10, 2)",
    "a:[int],b:{x:int,y:[str]},c:<str,{z:date}>",
    "at:timestamp(us,UTC)",
    "é:str",
  ])("may be %s", (text) => expect(schemaProblem(text)).toBeUndefined());

  it.each([
    [
      "batch_size INT",
      "has \"batch_size INT\" where a column such as n:int is expected; this is Fugue's notation, not Spark's: batch_size:int",
    ],
    ["*,", 'has "" where a column such as n:int is expected'],
    ["-a", 'has "" where a column such as n:int is expected'],
    ["a:int-b", 'has "-" but no "*" to take from or add to'],
    ["*-a b", "has \"a b\" where a column's name is expected (in backticks if it isn't plain)"],
    ["a:doubel", 'has the type "doubel", which Fugue doesn\'t know; did you mean "double"?; known are'],
    ["a:<str>", 'has the type "<str>", which Fugue doesn\'t know'],
    ["a:{b}", 'has "b" where a column such as n:int is expected'],
  ])("can't be %s", (text, words) => expect(schemaProblem(text)).toContain(words));
});

const spec: TaskSpec = {
  python: { file: "jobs.py", function: "run_one_job" },
  map: { input: "jobs", partition: "perRow", schema: "*, batch_size: int" },
  inputs: [{ name: "jobs", from: "create-jobs.jobs" }],
  outputs: [{ name: "done" }],
};

describe("a task with map", () => {
  it.each([undefined, "perRow" as const, { by: ["country"] }, { count: 64 }, { by: ["country"], count: 8 }])(
    "may have the partition %j",
    (partition) => {
      const whole = { ...spec, map: { ...spec.map!, ...(partition ? { partition } : {}) } };
      expect(taskSpec.parse(whole)).toEqual(whole);
      expect(checkTask(whole, ["spec"])).toEqual([]);
    },
  );

  it.each<[string, TaskSpec, string, string]>([
    [
      "no function",
      { ...spec, python: { file: "jobs.py" } },
      "spec.map",
      "map needs a Python function to call: python.function",
    ],
    [
      "another program",
      { ...spec, python: undefined, sql: { statements: "x" } },
      "spec.map",
      "map needs a Python function to call: python.function",
    ],
    [
      "an unknown input",
      { ...spec, map: { ...spec.map!, input: "job" } },
      "spec.map.input",
      '"job" is no input of the task; did you mean "jobs"?',
    ],
    [
      "two inputs",
      { ...spec, inputs: [{ name: "places", uri: "a" }, ...spec.inputs!] },
      "spec.inputs.0",
      'the input "places" can\'t be read beside map.input: the function runs on executors and gets the rows of "jobs" and params',
    ],
    ["no output", { ...spec, outputs: [] }, "spec.map", "a task with map has exactly one output"],
    [
      "two outputs",
      { ...spec, outputs: [{ name: "a" }, { name: "b" }] },
      "spec.outputs.1",
      "a task with map has exactly one output",
    ],
    [
      "a file",
      { ...spec, inputs: [{ name: "jobs", uri: "a", format: "file" }] },
      "spec.inputs.0.format",
      "format file has no rows that map could go over",
    ],
    [
      "an empty partition",
      { ...spec, map: { ...spec.map!, partition: {} } },
      "spec.map.partition",
      "partition needs by, count or both",
    ],
    [
      "a wrong schema",
      { ...spec, map: { ...spec.map!, schema: "n INT" } },
      "spec.map.schema",
      '"n INT" has "n INT" where a column such as n:int is expected; this is Fugue\'s notation, not Spark\'s: n:int',
    ],
  ])("can't have %s", (_, wrong, path, message) => {
    expect(checkTask(wrong, ["spec"]).filter((one) => !one.message.startsWith("a task has"))).toEqual([
      expect.objectContaining({
        path: path.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
        message,
      }),
    ]);
  });
});
