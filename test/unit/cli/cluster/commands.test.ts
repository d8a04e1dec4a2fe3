// The commands that speak with a cluster, as a user runs them, against an API server in memory.
import { describe, expect, it } from "vitest";
import { flowRunHash } from "../../../../operator/task/runHash.ts";
import { folderOf } from "../../folder.ts";
import { ApiServer, kubeconfig } from "./apiServer.ts";
import { ago, ended, madeTask, run, task } from "./objects.ts";
import { type Said, sparkflow as say } from "./say.ts";

const head = "apiVersion: sparkflow.dev/v1alpha1\n";
const manifests = {
  "task.yaml": `${head}kind: SparkTask\nmetadata: {name: count}\nspec: {python: {file: count.py}}\n`,
  "count.py": "print(1)\n",
  "flow.yaml": `${head}kind: SparkFlow\nmetadata: {name: nightly}\nspec: {params: {top: {type: integer, default: 1}}, tasks: [{name: load, sql: {statements: SELECT 1}}]}\n`,
  "scheduled.yaml": `${head}kind: SparkFlow\nmetadata: {name: nightly}\nspec: {schedule: {cron: "0 3 * * *"}, params: {top: {type: integer, default: 1}}, tasks: [{name: load, sql: {statements: SELECT 1}}]}\n`,
  "outputs.yaml": `${head}kind: SparkTask\nmetadata: {name: count}\nspec: {engine: prod, sql: {statements: SELECT 1}, outputs: [{name: rows}]}\n`,
  "engine.yaml": `${head}kind: SparkTask\nmetadata: {name: count}\nspec: {engine: prdo, sql: {statements: SELECT 1}}\n`,
};
const flowSpec = {
  params: { top: { type: "integer", default: 1 } },
  tasks: [{ name: "load", sql: { statements: "SELECT 1" } }],
};

/** A cluster with some objects, and the command line with it; arguments that are manifests' names stand for their files. */
async function cluster(objects: Record<string, object> = {}) {
  const server = new ApiServer();
  const folder = folderOf({ ...manifests, "kubeconfig.json": kubeconfig(await server.start()) });
  for (const [key, object] of Object.entries(objects)) server.put(key, object);
  const sparkflow = async (...args: string[]): Promise<Said> => {
    const paths = args.map((arg) => (Object.hasOwn(manifests, arg) ? `${folder}/${arg}` : arg));
    const said = await say(paths, { KUBECONFIG: `${folder}/kubeconfig.json` });
    return { ...said, stderr: said.stderr.replaceAll(`${folder}/`, "") };
  };
  return { server, sparkflow };
}

/** An operator that ends every task at once. */
function endTasks(server: ApiServer, key: string): void {
  const object = server.objects.get(key);
  if (!key.startsWith("sparktasks/") || object.status) return;
  server.logs.set("count-1-driver", "hello\n");
  const status = {
    phase: "Succeeded",
    attempt: 1,
    driver: "count-1-driver",
    attempts: [{ number: 1, state: "Succeeded", driver: "count-1-driver" }],
    values: { n: 3 },
    startedAt: ago(10),
    finishedAt: ago(5),
    conditions: ended(true, 1),
  };
  setTimeout(() => server.put(key, { ...object, status }), 50);
}

describe("submit", () => {
  it("bundles the program, applies ConfigMap and task, follows the task and prints its log and its end", async () => {
    const { server, sparkflow } = await cluster();
    server.onWrite = endTasks;
    const { code, stdout, stderr } = await sparkflow("submit", "task.yaml", "--logs");
    expect(stderr).toBe("");
    const bundle = /configmap\/(count-count-[0-9a-f]{10}) applied/.exec(stdout)?.[1];
    expect(server.writes).toEqual([
      `PATCH configmaps/spark/${bundle}`,
      "PATCH sparktasks/spark/count",
      `PATCH configmaps/spark/${bundle}`,
    ]);
    expect(server.objects.get("sparktasks/spark/count").spec).toEqual({
      python: { configMap: { name: bundle, key: "count.py" } },
    });
    expect(server.objects.get(`configmaps/spark/${bundle}`).metadata.ownerReferences).toMatchObject([
      { kind: "SparkTask", name: "count" },
    ]);
    expect(stdout).toContain("sparktask/count created\nthe task count starts\n");
    expect(stdout).toMatch(/^hello$/m);
    expect(stdout.trimEnd().split("\n").slice(-3)).toEqual(["values:", "  count.n = 3", "count: Succeeded in 5.0 s"]);
    expect(code).toBe(0);
  });

  it("gives the params to the run that the edit of a flow starts, in the same write", async () => {
    const { server, sparkflow } = await cluster();
    const { code, stdout } = await sparkflow("submit", "flow.yaml", "--param", "top=5");
    expect(code).toBe(0);
    expect(stdout).toBe(
      "sparkflow/nightly created\nthe run nightly-g1 starts\nwatch: sparkflow get run nightly-g1 -n spark --watch\n",
    );
    expect(server.writes).toEqual(["PATCH sparkflows/spark/nightly"]);
    const annotation = server.objects.get("sparkflows/spark/nightly").metadata.annotations["sparkflow.dev/edit-params"];
    expect(JSON.parse(annotation).params).toEqual({ top: 5 });
  });

  it("asks for a run of a flow that hasn't changed, with the params in it", async () => {
    const status = { runHash: flowRunHash(flowSpec as never), latestRun: "nightly-g1" };
    const { server, sparkflow } = await cluster({
      "sparkflows/spark/nightly": { kind: "SparkFlow", spec: flowSpec, status },
    });
    const { stdout } = await sparkflow("submit", "flow.yaml", "-p", "top=7");
    const made = /the run (nightly-m[0-9a-f]{8}) was asked for/.exec(stdout)?.[1];
    expect(server.writes).toEqual(["PATCH sparkflows/spark/nightly", `POST sparkflowruns/spark/${made}`]);
    expect(server.objects.get(`sparkflowruns/spark/${made}`)).toMatchObject({
      metadata: { ownerReferences: [{ kind: "SparkFlow", name: "nightly" }] },
      spec: { flow: "nightly", params: { top: 7 } },
    });
  });

  it("gives every task the engine of the command line, if the cluster has it", async () => {
    const prod = {
      apiVersion: "sparkflow.dev/v1alpha1",
      kind: "SparkEngine",
      metadata: { name: "prod" },
      spec: { local: {} },
    };
    const { server, sparkflow } = await cluster({ "sparkengines/spark/prod": prod });
    const wrong = await sparkflow("submit", "engine.yaml", "flow.yaml", "--engine", "prdo");
    expect([wrong.code, wrong.stderr, server.writes]).toEqual([
      2,
      '--engine: there is no SparkEngine "prdo" here, nor in the namespace spark; did you mean "prod"?\n',
      [],
    ]);
    expect(await sparkflow("submit", "engine.yaml", "flow.yaml", "--engine", "prod")).toMatchObject({ code: 0 });
    expect(server.objects.get("sparktasks/spark/count").spec.engine).toBe("prod");
    expect(server.objects.get("sparkflows/spark/nightly").spec.taskDefaults).toEqual({ engine: "prod" });
  });

  it("starts a task again that was cancelled and then edited", async () => {
    const spec = { sql: { statements: "SELECT 0" }, cancel: true };
    const { server, sparkflow } = await cluster({ "sparktasks/spark/count": { kind: "SparkTask", spec } });
    const { stdout } = await sparkflow("submit", "task.yaml");
    expect(stdout).toContain("sparktask/count changed\nthe task count starts\n");
    expect(server.objects.get("sparktasks/spark/count").spec.cancel).toBe(false);
  });

  it("says what is wrong with manifests before it asks the cluster, and what the cluster lacks before it writes", async () => {
    const { server, sparkflow } = await cluster({
      "sparkengines/spark/prod": {
        apiVersion: "sparkflow.dev/v1alpha1",
        kind: "SparkEngine",
        metadata: { name: "prod" },
        spec: { local: {} },
      },
    });
    const engine = await sparkflow("submit", "engine.yaml");
    const param = await sparkflow("submit", "flow.yaml", "-p", "tpo=5");
    expect([engine.code, param.code, server.writes]).toEqual([2, 2, []]);
    expect(engine.stderr).toBe(
      'engine.yaml:4:8: spec.engine: there is no SparkEngine "prdo" here, nor in the namespace spark; did you mean "prod"?\n',
    );
    expect(param.stderr).toContain('the flow has no param "tpo"; did you mean "top"?');
    expect((await sparkflow("submit", "outputs.yaml")).stderr).toMatch(
      /^outputs.yaml:4:\d+: spec.outputs: the task has outputs, but its engine "prod" has no storage to write them to/,
    );
    expect(server.writes).toEqual([]);
  });
});

describe("a flow that runs by its schedule", () => {
  const schedule = { cron: "0 3 * * *", timeZone: "Europe/Paris" };
  const nightly = {
    "sparkflows/spark/nightly": {
      apiVersion: "sparkflow.dev/v1alpha1",
      kind: "SparkFlow",
      spec: { schedule, ...flowSpec },
      status: { runHash: "v1:other" },
    },
  };
  const endRun = (server: ApiServer, key: string): void => {
    const object = server.objects.get(key);
    if (!key.startsWith("sparkflowruns/") || object.status) return;
    setTimeout(() => server.put(key, { ...object, status: { phase: "Succeeded", conditions: ended(true, 1) } }), 20);
  };
  const runs = (server: ApiServer) =>
    [...server.objects].flatMap(([key, object]) => (key.startsWith("sparkflowruns/") ? [object] : []));

  it("is applied by submit without a run, unless params are given for one", async () => {
    const { server, sparkflow } = await cluster();
    const { code, stdout } = await sparkflow("submit", "scheduled.yaml", "--wait");
    expect([code, stdout]).toEqual([
      0,
      "sparkflow/nightly created\nnightly runs by its schedule (0 3 * * *); to run it now: sparkflow run-now nightly -n spark\n",
    ]);
    expect(runs(server)).toEqual([]);
    expect((await sparkflow("submit", "scheduled.yaml", "-p", "top=5")).stdout).toMatch(
      /the run nightly-m\w{8} was asked for/,
    );
    expect(runs(server)).toMatchObject([{ spec: { flow: "nightly", params: { top: 5 } } }]);
  });

  it("is run by run-now, for a day's tick, with typed params, and followed to the end", async () => {
    const { server, sparkflow } = await cluster(nightly);
    server.onWrite = endRun;
    const args = ["--param", "top=5", "--scheduled-at", "2026-10-01", "--wait"];
    const { code, stdout, stderr } = await sparkflow("run-now", "nightly", ...args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^the run nightly-m\w{8} was asked for\n.*Succeeded/s);
    expect(runs(server)).toMatchObject([
      {
        metadata: {
          labels: { "sparkflow.dev/started-by": "request" },
          ownerReferences: [{ name: "nightly", controller: true }],
        },
        spec: { flow: "nightly", scheduledAt: "2026-10-01T01:00:00Z", params: { top: 5 } },
      },
    ]);
  });

  it.each([
    [["run-now", "nightly", "-p", "tpo=5"], '--param: the flow has no param "tpo"; did you mean "top"?\n'],
    [
      ["run-now", "nightly", "--scheduled-at", "tomorrow"],
      "--scheduled-at tomorrow: expected a day such as 2026-11-01, or a time such as 2026-11-01T02:00:00Z\n",
    ],
    [
      ["run-now", "nigthly"],
      'there is no flow "nigthly" in the namespace spark: `sparkflow get -n spark` lists what there is\n',
    ],
    [
      ["backfill", "nightly", "--from", "2026-10-02", "--to", "2026-10-01"],
      "--from 2026-10-02 is after --to 2026-10-01\n",
    ],
    [
      ["backfill", "nightly", "--from", "2026-02-30", "--to", "2026-10-01"],
      "--from 2026-02-30: expected a day such as 2026-11-01\n",
    ],
    [
      ["backfill", "nightly", "--from", "2999-10-01", "--to", "2999-10-02"],
      "nightly (0 3 * * *) has no tick from 2999-10-01 to 2999-10-02 that is over\n",
    ],
  ])("%j is refused in a sentence", async (args, sentence) => {
    const { server, sparkflow } = await cluster(nightly);
    expect(await sparkflow(...args)).toEqual({ code: 2, stdout: "", stderr: sentence });
    expect(server.writes).toEqual([]);
  });

  it("is run by backfill for each tick that has no run, one after the other, over a change of the clock", async () => {
    const there = { kind: "SparkFlowRun", spec: { flow: "nightly" }, status: { phase: "Succeeded" } };
    const { server, sparkflow } = await cluster(nightly);
    server.onWrite = endRun;
    const days = ["--from", "2025-10-25", "--to", "2025-10-27"];
    const dry = await sparkflow("backfill", "nightly", ...days, "--dry-run");
    expect([dry.stdout, server.writes]).toEqual([
      [
        "nightly-s29355900 (2025-10-25T01:00:00Z) would run",
        "nightly-s29357400 (2025-10-26T02:00:00Z) would run",
        "nightly-s29358840 (2025-10-27T02:00:00Z) would run\n",
      ].join("\n"),
      [],
    ]);
    server.put("sparkflowruns/spark/nightly-s29357400", there);
    const { code, stdout } = await sparkflow("backfill", "nightly", ...days);
    expect(code).toBe(0);
    expect(stdout.split("\n").filter((line) => line.includes("("))).toEqual([
      "nightly-s29355900 (2025-10-25T01:00:00Z) starts",
      "nightly-s29357400 (2025-10-26T02:00:00Z) is there: Succeeded",
      "nightly-s29358840 (2025-10-27T02:00:00Z) starts",
    ]);
    expect(server.writes).toEqual([
      "POST sparkflowruns/spark/nightly-s29355900",
      "POST sparkflowruns/spark/nightly-s29358840",
    ]);
  });
});

const failedTask = madeTask("load", {
  phase: "Failed",
  attempt: 1,
  message: "ValueError: no words",
  driver: "load-1-driver",
  attempts: [{ number: 1, state: "Failed", driver: "load-1-driver" }],
  cause: { class: "Program", reason: "ValueError", message: "no words" },
  conditions: ended(false),
});
const failedRun = run("nightly-g2", "nightly", {
  phase: "Failed",
  progress: "1/1",
  message: "1 task failed: load",
  conditions: ended(false),
});
const running = task("count", { phase: "Running", attempt: 1, driver: "count-1-driver" });
const objects = {
  "sparkflows/spark/nightly": { kind: "SparkFlow", spec: flowSpec, status: { latestRun: "nightly-g2" } },
  "sparkflowruns/spark/nightly-g2": failedRun,
  "sparktasks/spark/nightly-g2-load-abc123": failedTask,
  "sparktasks/spark/count": running,
};

describe("get", () => {
  it("shows a run as a tree with what failed, and objects as data", async () => {
    const { sparkflow } = await cluster(objects);
    const tree = await sparkflow("get", "run", "nightly-g2");
    const names = await sparkflow("get", "tasks", "-A", "-o", "name");
    const json = await sparkflow("get", "task/count", "-o", "json");
    expect(tree.stdout).toContain("└─ ✖ load ValueError: no words\nload failed\n  ValueError: no words\n");
    expect(names.stdout).toBe("sparktask.sparkflow.dev/nightly-g2-load-abc123\nsparktask.sparkflow.dev/count\n");
    expect(JSON.parse(json.stdout)).toMatchObject({ kind: "SparkTask", status: { phase: "Running" } });
  });

  it("--watch ends with a run, by its result", async () => {
    const { sparkflow } = await cluster(objects);
    const { code, stdout } = await sparkflow("get", "run", "nightly-g2", "--watch");
    expect(stdout.trimEnd().split("\n").slice(-2)).toEqual([
      "nightly-g2: Failed (1 task failed: load)",
      "again as it is: sparkflow retry nightly-g2 -n spark; mended? submit it anew",
    ]);
    expect(code).toBe(1);
  });

  it("says what isn't there, and what a word could have meant", async () => {
    const { sparkflow } = await cluster();
    const name = await sparkflow("get", "task", "x");
    const kind = await sparkflow("get", "tsaks");
    expect(name).toEqual({
      code: 2,
      stdout: "",
      stderr: 'there is no task "x" in the namespace spark: `sparkflow get -n spark` lists what there is\n',
    });
    expect(kind.stderr).toBe('there is no kind "tsaks"; did you mean "tasks"?\n');
  });
});

describe("cancel", () => {
  it("asks for the end of what runs, and leaves what has ended", async () => {
    const { server, sparkflow } = await cluster(objects);
    const { stdout } = await sparkflow("cancel", "count", "nightly-g2");
    expect(stdout).toBe(
      "the task count is being cancelled: its driver is stopped, log and cause stay\nthe run nightly-g2 has ended already: Failed\n",
    );
    expect(server.writes).toEqual(["PATCH sparktasks/spark/count"]);
    expect(server.objects.get("sparktasks/spark/count").spec.cancel).toBe(true);
  });

  it("of a flow says which run to name", async () => {
    const { sparkflow } = await cluster(objects);
    expect((await sparkflow("cancel", "nightly")).stderr).toBe(
      '"nightly" is a flow, whose latest run is nightly-g2: name that\n',
    );
  });
});

describe("retry", () => {
  const annotationsOf = (server: ApiServer, name: string) =>
    server.objects.get(`sparkflowruns/spark/${name}`).metadata.annotations;

  it("asks for the retry of a run that has ended, and says how to watch it", async () => {
    const { server, sparkflow } = await cluster(objects);
    const { stdout, code } = await sparkflow("retry", "nightly-g2");
    expect(stdout).toBe(
      "the run nightly-g2 is tried again: its failures, and what depends on them\nwatch: sparkflow get run nightly-g2 -n spark --watch\n",
    );
    expect(code).toBe(0);
    expect(annotationsOf(server, "nightly-g2")["sparkflow.dev/retry-requested-at"]).toMatch(/^2\d{3}-/);
    // What is asked for twice was not answered yet.
    expect((await sparkflow("retry", "nightly-g2")).stderr).toBe("the run nightly-g2 hasn't ended: it is Failed\n");
  });

  it("with --wait goes on to the end of the try, and has its exit code", async () => {
    const { server, sparkflow } = await cluster(objects);
    server.onWrite = (_server, key) => {
      const asked = server.objects.get(key);
      const requestedAt = asked.metadata.annotations["sparkflow.dev/retry-requested-at"];
      const status = {
        ...asked.status,
        phase: "Succeeded",
        message: "2 of 2 tasks succeeded",
        retry: { requestedAt, number: 1 },
      };
      if (!asked.status.retry)
        setTimeout(
          () =>
            server.put(key, { ...asked, status: { ...status, conditions: ended(true, asked.metadata.generation) } }),
          50,
        );
    };
    const { stdout, stderr, code } = await sparkflow("retry", "nightly-g2", "--wait");
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(stdout).toMatch(/^the run nightly-g2 is tried again: [\s\S]*^nightly-g2: Succeeded/m);
  });

  it("from a task names it on the run, if the flow has it", async () => {
    const flow = { kind: "SparkFlow", spec: flowSpec };
    const { server, sparkflow } = await cluster({ ...objects, "sparkflows/spark/nightly": flow });
    expect((await sparkflow("retry", "nightly-g2", "--from", "lod")).stderr).toBe(
      'the flow nightly has no task "lod"; it has load\n',
    );
    await sparkflow("retry", "nightly-g2", "--from", "load");
    expect(annotationsOf(server, "nightly-g2")["sparkflow.dev/retry-from"]).toBe("load");
  });

  it("of what runs is refused", async () => {
    const { server, sparkflow } = await cluster(objects);
    const { stderr, code } = await sparkflow("retry", "count");
    expect(stderr).toBe("the task count hasn't ended: it is Running\n");
    expect(code).toBe(2);
    expect(server.writes).toEqual([]);
  });
});

describe("logs", () => {
  it("of a name that is no local run come from the cluster: of the task of a run that failed, or the one named", async () => {
    const { server, sparkflow } = await cluster(objects);
    server.logs.set("load-1-driver", "no words\n");
    for (const args of [
      ["nightly-g2"],
      ["nightly-g2/load", "--attempt", "1"],
      ["nightly-g2-load-abc123", "-n", "spark"],
    ])
      expect(await sparkflow("logs", ...args)).toEqual({ code: 0, stdout: "no words\n", stderr: "" });
  });

  it("that there are none of say why", async () => {
    const { sparkflow } = await cluster(objects);
    const attempt = await sparkflow("logs", "nightly-g2/load", "-a", "3");
    const last = await sparkflow("logs", "last");
    expect(attempt).toEqual({ code: 2, stdout: "", stderr: "load has no attempt 3; there are 1\n" });
    expect(last.stderr).toBe("there are no runs in /nowhere\n");
  });
});

it("a cluster that can't be reached is one sentence", async () => {
  const folder = folderOf({ "kubeconfig.json": kubeconfig("http://127.0.0.1:1") });
  const refused = await say(["get", "--kubeconfig", `${folder}/kubeconfig.json`]);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toMatch(/^the cluster at http:\/\/127\.0\.0\.1:1 can't be reached: .*\n$/);
  const missing = await say(["get", "--kubeconfig", "nowhere"]);
  expect(missing.stderr).toMatch(/^there is no kubeconfig nowhere: .*\n$/);
  expect(missing.code).toBe(2);
});

describe("without a kubeconfig", () => {
  const env = { KUBECONFIG: "", HOME: "/nowhere/home", KUBERNETES_SERVICE_HOST: "", SPARKFLOW_STATE: "/nowhere/state" };

  it.each([
    ["get"],
    ["submit", "task.yaml"],
    ["run-now", "nightly"],
    ["backfill", "nightly", "--from", "2026-10-01", "--to", "2026-10-02"],
    ["cancel", "nightly-g1", "--cluster"],
    ["retry", "nightly-g1", "--cluster"],
  ])("%s says in one sentence where one was looked for, and what to do", async (...args) => {
    const folder = folderOf(manifests);
    const paths = args.map((arg) => (arg === "task.yaml" ? `${folder}/${arg}` : arg));
    const { code, stdout, stderr } = await say(paths, env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(
      "there is no kubeconfig /nowhere/home/.kube/config (KUBECONFIG is not set): name a cluster's by --kubeconfig or KUBECONFIG; on this machine `sparkflow run` needs none, and `sparkflow runs` lists what ran\n",
    );
  });

  it.each(["cancel", "retry", "logs", "ui"])(
    "%s of an unknown name says that runs here alone were looked at",
    async (command) => {
      const { code, stderr } = await say([command, "nightly-g1"], env);
      expect(code).toBe(2);
      expect(stderr).toBe(
        'there is no run "nightly-g1" in /nowhere/state, where there are none at all; no cluster was asked: there is no kubeconfig /nowhere/home/.kube/config (KUBECONFIG is not set)\n',
      );
    },
  );

  it("of KUBECONFIG those are named that it names", async () => {
    const { stderr } = await say(["get"], { ...env, KUBECONFIG: "/nowhere/a:/nowhere/b" });
    expect(stderr).toMatch(/^there is no kubeconfig \/nowhere\/a, \/nowhere\/b \(KUBECONFIG\): /);
  });
});
