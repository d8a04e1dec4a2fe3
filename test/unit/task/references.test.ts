// Which references a task's templates may make.
import { describe, expect, it } from "vitest";
import type { TaskSpec } from "../../../operator/api/task.ts";
import { checkReferences, type Known, templated } from "../../../operator/task/references.ts";
import { said } from "../builders.ts";

const inFlow: Known = {
  params: ["top", "date"],
  tasks: new Map([
    ["load", ["words"]],
    ["none", []],
  ]),
};
const alone: Known = { params: [] };
const wrong = (text: string, known = inFlow) =>
  said(
    checkReferences(
      { args: [text], params: { own: 1 }, inputs: [{ name: "words", uri: "x" }], outputs: [{ name: "counts" }] },
      known,
      ["spec"],
    ),
  );

describe("a reference in a flow", () => {
  it.each([
    "$(params.top)",
    "$(params.own)",
    "$(inputs.words.uri)",
    "$(outputs.counts.uri)",
    "$(run.date) $(run.name) $(run.id)",
    "$(tasks.load.values.anything)",
    "$(tasks.load.outputs.words.uri)",
    "$$(typo)",
  ])("may be %s", (text) => {
    expect(wrong(text)).toEqual([]);
  });

  it.each([
    ["$(params.tpo)", '$(params.tpo) refers to no param of the flow or task; did you mean "top"?'],
    ["$(params)", "$(params) refers to no param of the flow or task; known are top, date, own"],
    ["$(params.top.x)", "$(params.top.x) goes too far: a param has no fields"],
    ["$(inputs.wrds.uri)", '$(inputs.wrds.uri) refers to no input; did you mean "words"?'],
    ["$(inputs.words)", "$(inputs.words) is not complete: expected $(inputs.words.uri)"],
    ["$(outputs.counts.path)", "$(outputs.counts.path) is not complete: expected $(outputs.counts.uri)"],
    ["$(run.dat)", '$(run.dat) refers to no field of the run that this task sees; did you mean "date"?'],
    ["$(tasks.lod.values.n)", '$(tasks.lod.values.n) refers to no task of the flow; did you mean "load"?'],
    [
      "$(tasks.load)",
      "$(tasks.load) is not complete: expected $(tasks.load.values.NAME) or $(tasks.load.outputs.NAME.uri)",
    ],
    [
      "$(tasks.load.outputs.wrds.uri)",
      '$(tasks.load.outputs.wrds.uri) refers to no output of load; did you mean "words"?',
    ],
    ["$(parms.top)", '$(parms.top) refers to nothing known; did you mean "params"?'],
    ["$(params.top", '"$(params.top" has no closing ")"; write $$( for a literal $('],
  ])("can't be %s", (text, sentence) => {
    expect(wrong(text)).toEqual([`spec.args[0]: ${sentence}`]);
  });
});

describe("a reference of a task by itself", () => {
  it.each(["$(run.date)", "$(tasks.load.values.n)"])("can't be %s", (text) => {
    expect(wrong(text, alone)).toEqual([`spec.args[0]: ${text} works only in a flow`]);
  });
});

describe("templates", () => {
  const everywhere: TaskSpec = {
    args: ["$(params.a)"],
    params: { p: "$(params.b)" },
    env: [{ name: "E", value: "$(params.c)" }],
    sparkConf: { "spark.x": "$(params.d)" },
    hadoopConf: { y: "$(params.e)" },
    deps: { jars: ["s3a://x/$(params.f).jar"] },
    inputs: [{ name: "i", uri: "s3a://$(params.g)" }],
    outputs: [{ name: "o", options: { z: "$(params.h)" } }],
  };

  it("are looked at wherever they may stand, each by its path", () => {
    expect(said(checkReferences(everywhere, alone, ["spec"])).map((text) => text.split(": ")[0])).toEqual([
      "spec.args[0]",
      "spec.params.p",
      "spec.env[0].value",
      'spec.sparkConf["spark.x"]',
      "spec.hadoopConf.y",
      "spec.deps.jars[0]",
      "spec.inputs[0].uri",
      "spec.outputs[0].options.z",
    ]);
  });

  it("aren't looked for in program text", () => {
    const spec: TaskSpec = { python: { script: "print('$(params.typo)')" }, sql: { statements: "SELECT '$(x'" } };
    expect(templated(spec)).toEqual({});
  });

  it("in a task's own params refer to the flow's params, not to each other", () => {
    const spec: TaskSpec = { params: { a: 1, b: "$(params.a)" } };
    expect(said(checkReferences(spec, inFlow, []))).toEqual([
      "params.b: $(params.a) refers to no param of the flow or task; known are top, date",
    ]);
  });
});
