// The commands themselves: help, options, standard input, and what plan and render say without running anything.
import { describe, expect, it } from "vitest";
import { dedent } from "../folder.ts";
import { task } from "./bad-manifests.ts";
import { several } from "./bad-targets.ts";
import { project } from "./cli.ts";

const flow = dedent`
  apiVersion: sparkflow.dev/v1alpha1
  kind: SparkFlow
  metadata: {name: nightly}
  spec:
    maxParallelTasks: 2
    params: {top: {type: integer, default: 10}}
    taskDefaults: {driver: {memory: 2g, memoryOverhead: 1g}, sql: {statements: SELECT 1}}
    tasks:
      - {name: load, outputs: [{name: words}]}
      - {name: a, inputs: [{name: words, from: load.words}], sparkConf: {spark.sql.autoBroadcastJoinThreshold: $(params.top)}}
      - {name: b, dependsOn: [load]}
      - {name: c, dependsOn: [load], env: [{name: ROWS, value: $(tasks.load.values.n)}]}
`;
const small =
  "apiVersion: sparkflow.dev/v1alpha1\nkind: SparkEngine\nmetadata: {name: small}\nspec: {local: {cores: 1}}\n";
const files = {
  "flow.yaml": flow,
  "bad.yaml": several,
  "task.yaml": task("sql: {statements: SELECT 1}"),
  "small.yaml": small,
};
const { run, started } = project(files);

type Call = { args: string[]; code: number; stdout?: RegExp; stderr?: RegExp; stdin?: string };
const calls: [string, Call][] = [
  [
    "help lists the commands and the exit codes",
    { args: ["--help"], code: 0, stdout: /run .*[\s\S]*validate [\s\S]*Exit codes: 0 all well/ },
  ],
  ...["run", "validate", "render", "plan", "runs", "logs", "explain", "init", "graph", "ui", "completion"].map(
    (name): [string, Call] => [
      `help of ${name} has examples`,
      { args: [name, "--help"], code: 0, stdout: new RegExp(`Examples:\\n  sparkflow ${name}`) },
    ],
  ),
  [
    "an unknown command names the nearest",
    { args: ["valdate", "x"], code: 2, stderr: /unknown command 'valdate'[\s\S]*Did you mean validate\?/ },
  ],
  [
    "an unknown option names the nearest",
    { args: ["run", ".", "--parm", "a=b"], code: 2, stderr: /unknown option '--parm'[\s\S]*Did you mean --param\?/ },
  ],
  [
    "a command without its argument says which",
    { args: ["validate"], code: 2, stderr: /missing required argument 'file\|folder\|-'/ },
  ],
  [
    "validate takes standard input",
    { args: ["validate", "-"], stdin: flow, code: 0, stdout: /^valid: 1 flow, 4 tasks, 0 engines$/m },
  ],
  [
    "standard input's programs are relative to the working directory",
    {
      args: ["validate", "--no-tools", "-"],
      stdin: task("python: {file: near.py}"),
      code: 2,
      stderr: /^standard input:5:\d+: spec\.python\.file: there is no file "near\.py" \(<folder>\/near\.py\)$/m,
    },
  ],
  [
    "standard input without anything says so",
    { args: ["run", "-"], code: 2, stderr: /^standard input: there is no manifest here: it is empty$/m },
  ],
  ...["run", "validate", "render", "plan"].map((name): [string, Call] => [
    `${name} on an engine that isn't there says which there are`,
    {
      args: [name, "flow.yaml", "--engine", "big"],
      code: 2,
      stderr: /^--engine: there is no SparkEngine "big" here; known are default$/m,
    },
  ]),
  [
    "plan on another engine plans for that one",
    {
      args: ["plan", "flow.yaml", "small.yaml", "-e", "small"],
      code: 0,
      stdout: /^load +small \(local\) +1 × 3 GiB[\s\S]*^c +small/m,
    },
  ],
  [
    "validate names standard input where it is wrong",
    { args: ["validate", "-"], stdin: "a: [", code: 2, stderr: /^standard input:1:\d+: this is not valid YAML: / },
  ],
  [
    "validate --json is data in both cases",
    {
      args: ["validate", "flow.yaml", "--json"],
      code: 0,
      stdout: /^\{"valid":true,"flows":1,"tasks":4,"warnings":\[\]\}$/m,
    },
  ],
  [
    "validate --json of a bad one has every problem",
    {
      args: ["validate", "bad.yaml", "--json"],
      code: 2,
      stdout: /^\{"valid":false,"problems":\["bad\.yaml:8:19: .*","bad\.yaml:9:14: .*"/m,
    },
  ],
  [
    "render --conf says where each setting is from",
    {
      args: ["render", "flow.yaml", "--task", "a", "--conf", "-p", "top=7"],
      code: 0,
      stdout: /# from task a\nspark\.sql\.autoBroadcastJoinThreshold=7\n/,
    },
  ],
  [
    "render prints ConfigMap and pod of each task",
    {
      args: ["render", "flow.yaml"],
      code: 0,
      stdout: /^(---\napiVersion: v1\nkind: ConfigMap\n[\s\S]*?---\napiVersion: v1\nkind: Pod\n[\s\S]*?){4}$/,
    },
  ],
  [
    "render keeps what only a run can know",
    { args: ["render", "flow.yaml", "--task", "c"], code: 0, stdout: /value: <tasks\.load\.values\.n>/ },
  ],
  [
    "render of an unknown task names the nearest",
    {
      args: ["render", "flow.yaml", "--task", "laod"],
      code: 2,
      stderr: /^--task: there is no task "laod" here; did you mean "load"\?$/m,
    },
  ],
  [
    "plan counts the widest point within maxParallelTasks",
    { args: ["plan", "flow.yaml"], code: 0, stdout: /widest point: 2 tasks at once, 8 cores, 6 GiB/ },
  ],
  ["runs in a folder without any says so", { args: ["runs"], code: 0, stdout: /^no runs in \/.*\/\.sparkflow$/m }],
  [
    "logs of an unknown run say how to find one",
    {
      args: ["logs", "nope"],
      code: 2,
      stderr:
        /^there is no run "nope" in <folder>\/\.sparkflow, where there are none at all; no cluster was asked: there is no kubeconfig <folder>\/\.home\/\.kube\/config \(KUBECONFIG is not set\)$/m,
    },
  ],
];
const outcomes = calls.map(([name, call]) => ({
  name,
  call,
  said: run(call.args, call.stdin === undefined ? {} : { stdin: call.stdin }),
}));

describe("sparkflow", () => {
  it.each(outcomes)("$name", async ({ call, said }) => {
    const { code, stdout, stderr } = await said;
    expect(`${stdout}${stderr}`).not.toMatch(/^ {4}at /m);
    if (call.stdout) expect(stdout).toMatch(call.stdout);
    if (call.stderr) expect(stderr).toMatch(call.stderr);
    expect(code).toBe(call.code);
  });

  it("leaves no state behind that no run made", async () => {
    await Promise.all(outcomes.map(({ said }) => said));
    expect(started()).toBe(false);
  });

  it("plan --json is one object per flow", async () => {
    const { stdout } = await run(["plan", "flow.yaml", "--json"]);
    const plan = JSON.parse(stdout) as { tasks: { name: string; memoryMiB: number }[]; widest: object };
    expect(plan.tasks.map(({ name, memoryMiB }) => [name, memoryMiB])).toEqual(
      ["load", "a", "b", "c"].map((name) => [name, 3072]),
    );
    expect(plan.widest).toEqual({ cores: 8, memoryMiB: 6144, tasks: 2 });
  });
});
