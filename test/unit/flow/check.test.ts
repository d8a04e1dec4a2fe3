// What must hold of a flow: names, dependencies, references, each said where it is written.
import { describe, expect, it } from "vitest";
import type { FlowSpec, FlowTask } from "../../../operator/api/flow.ts";
import { checkFlow } from "../../../operator/flow/check.ts";
import { flowTask, said } from "../builders.ts";

const wrong = (tasks: FlowTask[], more: Partial<FlowSpec> = {}) => said(checkFlow({ tasks, ...more }));
const load = flowTask("load", { outputs: [{ name: "words" }] });

describe("a flow", () => {
  it("that is sound has no problems", () => {
    const count = flowTask("count", {
      dependsOn: ["load"],
      inputs: [{ name: "words", from: "load.words" }],
      params: { n: "$(tasks.load.values.n)", top: "$(params.top)" },
    });
    expect(wrong([load, count], { params: { top: { type: "integer", default: 1 } } })).toEqual([]);
  });

  it.each<[string, FlowTask[], string[]]>([
    [
      "two tasks of one name, which are no cycle",
      [load, { ...load, name: "count", dependsOn: ["load"] }, { ...load, dependsOn: ["count"] }],
      ['spec.tasks[2].name: the name "load" stands twice in this list'],
    ],
    ["two tasks of one name", [load, load], ['spec.tasks[1].name: the name "load" stands twice in this list']],
    [
      "a dependency that nobody has",
      [flowTask("count", { dependsOn: ["loda"] }), load],
      ['spec.tasks[0].dependsOn[0]: the flow has no task "loda"; did you mean "load"?'],
    ],
    [
      "an input from a task that nobody has",
      [load, flowTask("count", { inputs: [{ name: "w", from: "lod.words" }] })],
      ['spec.tasks[1].inputs[0].from: the flow has no task "lod"; did you mean "load"?'],
    ],
    [
      "an input that a task doesn't make",
      [load, flowTask("count", { inputs: [{ name: "w", from: "load.word" }] })],
      ['spec.tasks[1].inputs[0].from: the task "load" has no output "word"; did you mean "words"?'],
    ],
    [
      "an input from a task without outputs",
      [flowTask("a"), flowTask("b", { inputs: [{ name: "w", from: "a.x" }] })],
      ['spec.tasks[1].inputs[0].from: the task "a" has no outputs'],
    ],
    [
      "an input that names no output",
      [load, flowTask("count", { inputs: [{ name: "w", from: "load" }] })],
      ['spec.tasks[1].inputs[0].from: "load" is not complete: expected TASK.OUTPUT, such as load.words'],
    ],
    [
      "a cycle",
      [flowTask("a", { dependsOn: ["b"] }), flowTask("b", { params: { n: "$(tasks.a.values.n)" } })],
      ["spec.tasks: the tasks depend on each other in a cycle: a -> b -> a"],
    ],
    [
      "a task that waits for itself",
      [flowTask("a", { dependsOn: ["a"] })],
      ["spec.tasks: the tasks depend on each other in a cycle: a -> a"],
    ],
    [
      "an alternative that nobody makes",
      [load, flowTask("b", { inputs: [{ name: "w", from: ["load.words", "lod.words"] }] })],
      ['spec.tasks[1].inputs[0].from[1]: the flow has no task "lod"; did you mean "load"?'],
    ],
    [
      "a task that waits for a failure and reads what only a success leaves",
      [load, flowTask("b", { dependsOn: [{ task: "load", states: ["Failed"] }], args: ["$(tasks.load.values.n)"] })],
      [
        'spec.tasks[1].dependsOn[0].states: "b" waits for load to be Failed, but reads what it leaves when it has succeeded, so it can never start',
      ],
    ],
    [
      "a task without a program",
      [{ name: "a" }],
      ["spec.tasks[0]: a task needs a program: one of python, jar, sql and fugueSql"],
    ],
    [
      "settings that can't stand",
      [flowTask("a", { sparkConf: { "spark.master": "x" } })],
      [
        'spec.tasks[0].sparkConf["spark.master"]: the key "spark.master" belongs to the operator: the engine decides where Spark runs; choose another engine, or set its local.cores',
      ],
    ],
  ])("can't have %s", (_, tasks, sentences) => {
    expect(wrong(tasks)).toEqual(sentences);
  });

  it("finds every mistake, not just the first", () => {
    expect(wrong([flowTask("a", { dependsOn: ["x"] }), flowTask("b", { args: ["$(params.y)"] })])).toHaveLength(2);
  });
});

describe("a mistake in taskDefaults", () => {
  const tasks = [flowTask("a"), flowTask("b")];

  it.each<[string, Partial<FlowSpec>, string]>([
    [
      "a reference to nothing",
      { taskDefaults: { args: ["$(params.typo)"] } },
      "spec.taskDefaults.args[0]: $(params.typo) refers to no param of the flow or task",
    ],
    [
      "a setting that can't stand",
      { taskDefaults: { sparkConf: { "spark.app.id": "x" } } },
      'spec.taskDefaults.sparkConf["spark.app.id"]: the key "spark.app.id" belongs to the operator: names are made of task, run and attempt, so that no driver starts twice',
    ],
    [
      "an input from nowhere",
      { taskDefaults: { inputs: [{ name: "i" }] } },
      'spec.taskDefaults.inputs[0]: the input "i" needs one of from, uri, configMap and table',
    ],
  ])("is said once, where it is written: %s", (_, more, sentence) => {
    expect(wrong(tasks, more)).toEqual([sentence]);
  });

  it("doesn't move the place of a task's own", () => {
    const own = flowTask("a", { inputs: [{ name: "mine", from: "nobody.x" }] });
    const defaults: Partial<FlowSpec> = { taskDefaults: { inputs: [{ name: "theirs", uri: "s3a://x" }] } };
    expect(wrong([own], defaults)).toEqual(['spec.tasks[0].inputs[0].from: the flow has no task "nobody"']);
  });
});
