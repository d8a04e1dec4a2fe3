// Conditions of tasks, in CEL: what they read, what is wrong with their names, and what they come to.
import { describe, expect, it } from "vitest";
import {
  ConditionError,
  type ConditionVariables,
  nameProblems,
  parseCondition,
} from "../../../operator/flow/condition.ts";

const known = {
  params: ["top", "min-rows"],
  tasks: new Map([
    ["load", ["words"]],
    ["load-cities", []],
  ]),
  run: ["date", "name", "id"],
};
const variables: ConditionVariables = {
  params: { top: 3, ratio: 2, countries: ["FR", "DE"], on: true, day: "2026-10-01" },
  numbers: new Set(["ratio"]),
  run: { date: "2026-10-02", state: "Failed", failedTasks: ["load"] },
  tasks: {
    load: { state: "Succeeded", values: { n: 5, share: 0.5 }, outputs: { words: { uri: "s3a://w", rows: 7 } } },
    check: { state: "Failed" },
  },
};
const holds = (text: string) => parseCondition(text).holds(variables);

describe("a condition", () => {
  it.each([
    ["params.top > 2", true],
    ["tasks.load.values.n > 5", false],
    ["tasks['load'].values.n * 2 == 10", true],
    ["tasks.load.values.share < params.top", true],
    ["params.ratio * 1.5 == 3.0", true],
    ["tasks.load.outputs.words.rows >= 7", true],
    ["has(tasks['load'].values.n) && !has(tasks['load'].values.m)", true],
    ["has(tasks.check.values)", false],
    ["tasks.check.state == 'Failed'", true],
    ["'FR' in params.countries && params.countries.exists(c, c.startsWith('D'))", true],
    ["params.day < run.date", true],
    ["run.state == 'Failed' && 'load' in run.failedTasks", true],
    ["params.on", true],
    ["params.day.matches('^2026-')", true],
  ])("%s is %s", (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  it.each([
    ["tasks.load.values.m > 1", "field not found: m"],
    ["params.top", "it gives the number 3, expected true or false"],
    ["params.top + 1.5 > 2.0", "found no matching overload for '_+_' applied to '(int, double)'"],
  ])("%s can't be told, with why", (text, wrong) => {
    expect(holds(text)).toEqual({ wrong });
  });

  it("that is no CEL is refused with the place", () => {
    expect(() => parseCondition("params.top >")).toThrow(ConditionError);
    expect(() => parseCondition("params.top >")).toThrow(/^is not a CEL condition: line 1:/);
  });

  it("is evaluated in time whatever its regular expression", () => {
    const slow = `'${"a".repeat(40)}!'.matches('^(a+)+$')`;
    expect(holds(slow)).toBe(false);
  });

  it("knows all that it reads, and not the names that a macro binds", () => {
    const { references } = parseCondition(
      "has(tasks['load'].values.n) && [params.top, 1].all(x, x > 0) && {'a': tasks.check.state}.size() > 0",
    );
    expect(references).toEqual([
      ["tasks", "load", "values", "n"],
      ["params", "top"],
      ["tasks", "check", "state"],
    ]);
  });
});

describe("a name in a condition", () => {
  it.each<[string, string[]]>([
    ["params.top > 1 && tasks['load-cities'].state == 'Failed' && type(run.date) == string", []],
    ["tasks.load-cities.values.n > 0", ["takes tasks.load-cities for a subtraction: write tasks['load-cities']"]],
    ["params.min-rows > 0", ["takes params.min-rows for a subtraction: write params['min-rows']"]],
    ["'tasks.load-cities' == run.name", []],
    ["tasks.laod.values.n > 0", ['refers to no task of the flow "laod"; did you mean "load"?']],
    ["tasks['load'].value.n > 0", ['refers to no field of a task "value"; did you mean "values"?']],
    ["tasks.load.outputs.word.rows > 0", ['refers to no output of load "word"; did you mean "words"?']],
    ["params.tpo > 1", ['refers to no param of the flow "tpo"; did you mean "top"?']],
    ["run.state == 'Failed'", ['refers to no field of the run "state"; known are date, name, id']],
    ["top > 1", ['refers to "top"; expected one of params, tasks, run']],
    [
      "tasks[params.top].state == 'Failed'",
      ["names no task: write the task in quotes, such as tasks['load'], so that it is known what to wait for"],
    ],
  ])("%s", (text, sentences) => {
    expect(nameProblems(text, parseCondition(text), known)).toEqual(sentences);
  });
});
