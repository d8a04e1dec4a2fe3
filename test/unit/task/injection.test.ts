// Values of params are data on every way to a program: from the run's params through the task that the run makes, as it comes back
// from the API server, to what the driver reads. test/spark/injection.test.ts goes on from there.
import { describe, expect, it } from "vitest";
import type { SparkTask } from "../../../operator/api/kinds.ts";
import { attemptObjects } from "../../../operator/engines/kubernetes/attemptObjects.ts";
import { expandTask } from "../../../operator/flow/expand.ts";
import { paramValues } from "../../../operator/flow/params.ts";
import { runScope } from "../../../operator/flow/runContext.ts";
import { render } from "../../../operator/task/render.ts";
import { resolveTask } from "../../../operator/task/resolve.ts";
import { flowTask, place, sparkEngine, sparkFlow } from "../builders.ts";
import { nastyValues } from "../nastyValues.ts";
import { readBySpark } from "../settings/javaProperties.ts";

const context = { name: "nightly-7", id: "nightly-7", date: "2026-10-01", scheduledAt: "2026-10-01T01:00:00Z" };
const everywhere = flowTask("count", {
  params: { v: "$(params.v)", list: "$(params.list)", joined: "<$(params.v)>" },
  args: ["$(params.v)", "<$(params.v)>", "$(params.own)"],
  env: [{ name: "V", value: "$(params.v)" }],
  sparkConf: { "spark.test.v": "$(params.v)", "spark.test.joined": "<$(params.v)>" },
  outputs: [{ name: "out", options: { note: "$(params.v)" } }],
});

/** The task that a run with this value makes, as the API server gives it back. */
function made(value: string): SparkTask {
  const params = { v: { type: "string" as const }, list: { type: "list" as const }, own: { type: "string" as const } };
  const task = { ...everywhere, params: { ...everywhere.params, own: "$(params.own)" } };
  const given = { v: value, list: [value, value], own: value };
  const { values, problems } = paramValues(params, given, runScope(context), []);
  expect(problems).toEqual([]);
  const expanded = expandTask(sparkFlow([task], { params }), task, { ...context, params: values, results: new Map() });
  return JSON.parse(JSON.stringify(expanded)) as SparkTask;
}

const rendered = (task: SparkTask) => render(resolveTask(task, undefined), 1, place());

describe("a param's value reaches the program unchanged", () => {
  it.each(nastyValues)("%s", (_, value) => {
    const { files, env } = rendered(made(value));
    const attempt = JSON.parse(files["attempt.json"]!) as {
      args: string[];
      params: Record<string, { value: unknown }>;
      conf: { extra: [string, string][] };
      outputs: { options: Record<string, string> }[];
    };
    expect(attempt.args).toEqual([value, `<${value}>`, value]);
    expect(attempt.params).toMatchObject({
      v: { type: "string", value },
      list: { type: "list", value: [value, value] },
      joined: { value: `<${value}>` },
    });
    expect(attempt.outputs[0]!.options).toEqual({ note: value });
    const variables = new Map(env.map((one) => [one.name, one.value]));
    expect(variables.get("V")).toBe(value);
    expect(JSON.parse(variables.get("SPARKFLOW_PARAMS")!)).toMatchObject({ v: value, list: [value, value] });
    const conf = new Map([...readBySpark(Buffer.from(files["spark-defaults.conf"]!)), ...attempt.conf.extra]);
    expect(conf.get("spark.test.v")).toBe(value);
    expect(conf.get("spark.test.joined")).toBe(`<${value}>`);
    expect(conf.get("spark.master")).toBe("local[4]");
  });
});

/** What the kubelet makes of a variable's value: $(NAME) of the variables before it, and $$ for $. Source: k8s.io/kubernetes/third_party/forked/golang/expansion. */
const expandedByKubelet = (value: string): string =>
  value.replace(/\$(\$|\(([^)]*)\))?/g, (whole, next: string | undefined, name: string) =>
    next === "$" ? "$" : name === undefined ? whole : ["HOME", "POD_IP"].includes(name) ? "EXPANDED" : whole,
  );

describe("a param's value in a pod's environment is no reference for Kubernetes", () => {
  const engine = sparkEngine({ kubernetes: {}, storage: { uri: "s3a://lake" } });
  it.each(nastyValues)("%s", (_, value) => {
    const objects = attemptObjects(resolveTask(made(value), engine), {
      objectName: "count",
      uid: "0a1b2c3d-0000-4000-8000-000000000000",
      number: 1,
    });
    if ("problems" in objects) throw new Error(objects.problems.map(({ message }) => message).join());
    const pod = objects.driverPod as { spec: { containers: { env: { name: string; value?: string }[] }[] } };
    const written = pod.spec.containers[0]!.env.find(({ name }) => name === "V")!.value!;
    expect(expandedByKubelet(written)).toBe(value);
  });
});

describe("a value that can't be passed on as it is", () => {
  it.each([
    ["a NUL in an argument", { args: ["$(params.v)"] }, "a\0b", "args[0] holds a NUL character"],
    [
      "a NUL in a variable",
      { env: [{ name: "V", value: "$(params.v)" }] },
      "a\0b",
      "the variable V holds a NUL character",
    ],
    [
      "a NUL in a setting with outer white space",
      { sparkConf: { "spark.v": "$(params.v)" } },
      " a\0b",
      "the setting \"spark.v\" can't be written: a value with outer white space can't hold a NUL",
    ],
    ["half a surrogate pair", {}, "\ud800", 'the param "v" isn\'t valid Unicode'],
    [
      "more than Linux takes",
      { env: [{ name: "V", value: "$(params.v)" }] },
      "x".repeat(131_072),
      "the variable V has 131075 bytes",
    ],
  ])("is refused with a sentence: %s", (_, spec, value, sentence) => {
    const task = flowTask("count", { ...spec, params: { v: "$(params.v)" } });
    const params = { v: { type: "string" as const } };
    const run = { ...context, params: { v: value }, results: new Map() };
    expect(() => rendered(expandTask(sparkFlow([task], { params }), task, run))).toThrow(sentence);
  });
});
