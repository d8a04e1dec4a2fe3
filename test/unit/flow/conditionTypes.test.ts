// Types in a condition: what can't hold whatever the run's values are is told before it starts, and nothing else.
import { describe, expect, it } from "vitest";
import { parseCondition } from "../../../operator/flow/condition.ts";
import { typeProblems } from "../../../operator/flow/conditionTypes.ts";

const params = {
  top: { type: "integer" },
  ratio: { type: "number" },
  name: { type: "string" },
  day: { type: "date" },
  at: { type: "timestamp" },
  on: { type: "boolean" },
  countries: { type: "list" },
  years: { type: "list", items: "integer" },
} as const;
const wrong = (text: string) =>
  typeProblems(text, parseCondition(text), params).map(
    ({ message, place: { line, column } }) => `${line}:${column} ${message}`,
  );

describe("a condition", () => {
  it.each([
    "params.top > 2 && params.ratio * 1.5 == 3.0 || !params.on",
    "params.top > 1.5 && params.ratio == 2 && params.top == params.ratio",
    "params.day < run.date && params.day.matches('^2026-') && params.name.size() > 1",
    "timestamp(params.at) > timestamp('2026-01-01T00:00:00Z') && timestamp(params.at).getFullYear() > 2020",
    "timestamp(params.at) - timestamp(run.scheduledAt) > duration('1h')",
    "timestamp(params.day + 'T00:00:00Z') < timestamp(params.at)",
    "'FR' in params.countries && 2026 in params.years && params.years[3] > 1 && params.countries.size() == 0",
    "params.countries.exists(c, c.startsWith('D')) && params.years.filter(y, y > 1).size() > 0",
    "tasks.load.values.n > 'x' || tasks['load'].values.n == 3 || tasks.load.values.list[0].deep > 1",
    "tasks.load.outputs.words.rows >= 7 && tasks.load.state == 'Failed' && has(tasks.load.values.n)",
    "has(tasks.load.outputs) && 'n' in tasks.load.values",
    "tasks.load.values.ok",
    "params.on ? tasks.load.values.ok : params.top > 1",
    "(params.on ? params.top : 1) > 1",
    "(params.on ? params.top : 'x') == 'x'",
    "type(params.top) == int && int(params.name) > 1 && string(params.top) == '1' && double(params.top) / 2.0 > 1.0",
    "params.top % 2 == 0 && -params.top < 0 && 1 / (params.top - 1) > 0",
    "null == params.name || params.name != null",
    "[1, 'a', params.top][1] == 'a' && 1 in [] && {'a': 1}.a == 1 && {'a': params.top}[params.name] == 1",
    "'load' in run.failedTasks && run.failedTasks.size() > 1",
    "true",
  ])("%s may hold", (text) => {
    expect(wrong(text)).toEqual([]);
  });

  it.each([
    ["params.top == 'x'", ["1:12 compares int with string, which are never equal"]],
    ["'3' != params.ratio", ["1:5 compares string with double, which are never equal"]],
    ["params.on == 'true'", ["1:11 compares bool with string, which are never equal"]],
    ["params.countries == 'FR'", ["1:18 compares list with string, which are never equal"]],
    ["params.top > '2'", ["1:12 has no > for (int, string)"]],
    ["params.top + 1.5 > 2.0", ["1:12 has no + for (int, double)"]],
    ["params.day < timestamp(params.at)", ["1:12 has no < for (string, google.protobuf.Timestamp)"]],
    ["1 in params.countries", ["1:3 looks for int in a list of string"]],
    ["'FR' in params.name", ["1:6 has no in for (string, string)"]],
    ["params.top", ["1:7 gives int, expected true or false"]],
    ["'true'", ["1:1 gives string, expected true or false"]],
    ["tasks.load.outputs.words.rows", ["1:25 gives int, expected true or false"]],
    ["params.on ? 1 : 2", ["1:1 gives int, expected true or false"]],
    ["params.on && params.top", ["1:20 has int where true or false is expected"]],
    ["params.top ? true : false", ["1:7 has int where true or false is expected"]],
    ["!params.top", ["1:1 has no ! for (int)"]],
    ["params.top.startsWith('1')", ["1:11 has no startsWith for int.(string)"]],
    ["params.name.beginsWith('x')", ["1:12 has no function beginsWith"]],
    ["params.top.max > 1", ['1:11 has no field "max" there']],
    ["tasks.load.state == 3", ["1:18 compares string with int, which are never equal"]],
    ["params.years[0] == '2026'", ["1:17 compares int with string, which are never equal"]],
    ["params.top > 1 &&\n  params.name > 1", ["2:15 has no > for (string, int)"]],
    [
      "params.top == 'x' || params.on == 1",
      ["1:12 compares int with string, which are never equal", "1:32 compares bool with int, which are never equal"],
    ],
  ])("%s can't", (text, sentences) => {
    expect(wrong(text)).toEqual(sentences);
  });
});
