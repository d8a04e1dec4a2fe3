// Problems: one sentence about one place, with the nearest known word.
import { describe, expect, it } from "vitest";
import { kinds, objectSchema } from "../../../operator/api/kinds.ts";
import { nearest, parse, pathText, shown, suggestion } from "../../../operator/api/problems.ts";
import { said } from "../builders.ts";

const wrong = (kind: keyof typeof kinds, spec: unknown, more: object = {}) => {
  const object = { apiVersion: "sparkflow.dev/v1alpha1", kind, metadata: { name: "a" }, spec, ...more };
  const parsed = parse(objectSchema(kinds[kind]), object);
  return "problems" in parsed ? said(parsed.problems) : [];
};
const program = { python: { file: "a.py" } };

describe("a path", () => {
  it.each([
    [["spec", "tasks", 2, "driver", "memory"], "spec.tasks[2].driver.memory"],
    [["spec", "sparkConf", "spark.ui.port"], 'spec.sparkConf["spark.ui.port"]'],
    [["spec", "params", "a-b"], "spec.params.a-b"],
    [["spec", "params", 'x"y'], 'spec.params["x\\"y"]'],
    [[], ""],
  ])("%j reads as %s", (path, text) => {
    expect(pathText(path)).toBe(text);
  });
});

describe("a value", () => {
  it.each([
    [undefined, "nothing"],
    [null, "null"],
    ["a", '"a"'],
    [["a", 1], '["a",1]'],
    ["x".repeat(100), `"${"x".repeat(56)}…`],
  ])("%j is shown as %s", (value, text) => {
    expect(shown(value)).toBe(text);
  });
});

describe("the nearest known word", () => {
  const known = ["python", "params", "profiles", "podTTL", "retry"];
  it.each([
    ["pyhton", "python"],
    ["param", "params"],
    ["Retry", "retry"],
    ["retyr", "retry"],
    ["podttl", "podTTL"],
    ["xyz", undefined],
    ["pr", undefined],
  ])("to %s is %s", (word, near) => {
    expect(nearest(word, known)).toBe(near);
  });

  it("to a short word may be its neighbours swapped", () => {
    expect(nearest("tpo", ["top", "date"])).toBe("top");
  });

  it.each([
    ["pyhton", known, '; did you mean "python"?'],
    ["zzz", known, "; known are python, params, profiles, podTTL, retry"],
    ["zzz", [], ""],
    ["zzz", Array.from({ length: 13 }, (_, i) => `word${i}`), ""],
  ])("makes a suggestion for %s among %j", (word, words, text) => {
    expect(suggestion(word, words)).toBe(text);
  });
});

describe("a mistake in a manifest", () => {
  it.each<[string, keyof typeof kinds, unknown, string]>([
    [
      "an unknown field, with the nearest known one",
      "SparkTask",
      { pyhton: {} },
      'spec.pyhton: unknown field "pyhton"; did you mean "python"?',
    ],
    [
      "an unknown field deep down",
      "SparkTask",
      { ...program, driver: { memroy: "4g" } },
      'spec.driver.memroy: unknown field "memroy"; did you mean "memory"?',
    ],
    [
      "an unknown field of a list's item",
      "SparkFlow",
      { tasks: [{ name: "a", depends: ["b"] }] },
      'spec.tasks[0].depends: unknown field "depends"; did you mean "dependsOn"?',
    ],
    [
      "an unknown field that resembles none",
      "SparkFlowRun",
      { flow: "a", zzz: 1 },
      'spec.zzz: unknown field "zzz"; known are flow, params, scheduledAt, suspend, cancel',
    ],
    [
      "text for a number",
      "SparkTask",
      { driver: { cores: "two" } },
      'spec.driver.cores: "two" is not valid: expected a number',
    ],
    [
      "a fraction for a whole number",
      "SparkTask",
      { driver: { cores: 1.5 } },
      "spec.driver.cores: 1.5 is not valid: expected a whole number",
    ],
    ["a number for text", "SparkTask", { image: 3 }, "spec.image: 3 is not valid: expected text (quote it)"],
    [
      "a word that YAML takes for a boolean",
      "SparkTask",
      { image: true },
      "spec.image: true is not valid: expected text (quote it; YAML reads y, yes and on as true, n, no and off as false)",
    ],
    ["text for a list", "SparkTask", { args: "a b" }, 'spec.args: "a b" is not valid: expected a list'],
    ["a list for a map", "SparkTask", { params: ["a"] }, 'spec.params: ["a"] is not valid: expected a map'],
    [
      "text for a boolean",
      "SparkFlow",
      { failFast: "yes", tasks: [{ name: "a" }] },
      'spec.failFast: "yes" is not valid: expected true or false',
    ],
    ["nothing where a field is needed", "SparkFlowRun", {}, "spec.flow: this field is required"],
    ["a null", "SparkTask", { image: null }, "spec.image: null is not valid: expected text"],
    [
      "a map for a conf value",
      "SparkTask",
      { sparkConf: { "spark.a": {} } },
      'spec.sparkConf["spark.a"]: {} is not valid: expected text, a number or a boolean',
    ],
    [
      "a name that Kubernetes doesn't take",
      "SparkFlow",
      { tasks: [{ name: "Load_A" }] },
      "spec.tasks[0].name: \"Load_A\" is not valid: expected a name of lower-case letters, digits and '-', at most 63 characters (such as load-cities)",
    ],
    [
      "a param's name that is no identifier",
      "SparkTask",
      { params: { "1a": 1 } },
      "spec.params.1a: \"1a\" is not a valid name here: expected a name that begins with a letter and holds letters, digits, '_' and '-'",
    ],
    [
      "a word that isn't one of those known",
      "SparkTask",
      { profiles: ["sedonna"] },
      'spec.profiles[0]: "sedonna" is not valid: expected one of session, sedona, production; did you mean "sedona"?',
    ],
    ...Object.entries({
      int: "integer",
      bool: "boolean",
      str: "string",
      double: "number",
      array: "list",
      sting: "string",
    }).map(([word, meant]): [string, "SparkFlow", object, string] => [
      `the type "${word}" of a param`,
      "SparkFlow",
      { params: { top: { type: word } }, tasks: [{ name: "a", ...program }] },
      `spec.params.top.type: "${word}" is not valid: expected one of string, integer, number, boolean, date, timestamp, list; did you mean "${meant}"?`,
    ]),
    [
      "a duration in words",
      "SparkTask",
      { timeouts: { run: "1 hour" } },
      'spec.timeouts.run: "1 hour" is not valid: expected a duration such as 90s, 10m or 1h30m',
    ],
    ["no tasks", "SparkFlow", { tasks: [] }, "spec.tasks: expected at least one task, got 0"],
    [
      "too great a number",
      "SparkTask",
      { retry: { limit: 101 } },
      "spec.retry.limit: 101 is not valid: expected at most 100",
    ],
    ["empty text", "SparkTask", { image: "" }, "spec.image: expected some text, got nothing"],
    [
      "a dependency that is no name",
      "SparkFlow",
      { tasks: [{ name: "a", dependsOn: [1] }] },
      "spec.tasks[0].dependsOn[0]: 1 is not valid: expected a task's name",
    ],
    [
      "a schema of no text",
      "SparkTask",
      { outputs: [{ name: "a", schema: { a: "INT" } }] },
      'spec.outputs[0].schema: {"a":"INT"} is not valid: expected text',
    ],
    ["a spec that is no map", "SparkTask", "x", 'spec: "x" is not valid: expected a map'],
  ])("is %s", (_, kind, spec, sentence) => {
    expect(wrong(kind, spec)).toEqual([sentence]);
  });

  it("at the top is an unknown field too", () => {
    expect(wrong("SparkTask", program, { sepc: {} })).toEqual(['sepc: unknown field "sepc"; did you mean "spec"?']);
  });

  it("in a name is said with what names are", () => {
    expect(wrong("SparkTask", program, { metadata: { name: "A" } })[0]).toMatch(
      /^metadata\.name: "A" is not valid: expected a name of lower-case/,
    );
  });

  it("isn't what the API server writes into metadata", () => {
    expect(
      wrong("SparkTask", program, {
        metadata: { name: "a", uid: "x", generation: 3, managedFields: [] },
        status: { phase: "Running" },
      }),
    ).toEqual([]);
  });
});
