// What the operator makes of a SparkFlow and its runs.

import { describe, expect, it } from "vitest";
import type { TaskStatus } from "../../operator/api/status.ts";
import { hasEnded } from "../../operator/flow/decide.ts";
import {
  edit,
  eventually,
  flowStatus,
  make,
  program,
  quiet,
  read,
  remove,
  run,
  runStatus,
  runsOf,
  statusWrites,
  task,
  tasksOf,
  withOperator,
} from "./operator.ts";

withOperator();

const steps = (...tasks: object[]): object => ({ taskDefaults: program(), tasks });

describe("a flow", () => {
  it("runs when it is made, and again when what it runs is edited, each run once", async () => {
    await make("SparkFlow", "edited", steps({ name: "a" }));
    await run("edited-g1", "Succeeded");
    await edit("SparkFlow", "edited", { maxParallelTasks: 3, history: { succeeded: 5 } });
    await eventually("the edit is seen", async () => (await flowStatus("edited")).observedGeneration === 2);
    expect(await runsOf("edited")).toEqual(["edited-g1"]);
    await edit("SparkFlow", "edited", steps({ name: "a", args: ["x"] }));
    await run("edited-g3", "Succeeded");
    await eventually("the flow shows it", async () => (await flowStatus("edited")).phase === "Succeeded");
    expect(await flowStatus("edited")).toMatchObject({ latestRun: "edited-g3", progress: "1/1" });
    expect(await runsOf("edited")).toEqual(["edited-g1", "edited-g3"]);
  });

  it("that is made again runs, once the run of the former one of its name has gone", async () => {
    await make("SparkFlow", "again", steps({ name: "a" }));
    await run("again-g1", "Succeeded");
    const former = (await read("SparkFlowRun", "again-g1")).metadata.uid;
    await remove("SparkFlow", "again", "Orphan");
    await eventually("the flow is gone", () =>
      read("SparkFlow", "again").then(
        () => false,
        () => true,
      ),
    );
    await make("SparkFlow", "again", steps({ name: "b" }));
    await eventually("it says so", async () => /again-g1/.test((await flowStatus("again")).message ?? ""));
    await remove("SparkFlowRun", "again-g1");
    await eventually("it has a run of its own", async () => {
      const { metadata } = await read("SparkFlowRun", "again-g1");
      return metadata.uid !== former;
    });
    await run("again-g1", "Succeeded");
    expect([...(await tasksOf("again-g1")).keys()]).toEqual(["b"]);
  });

  it("keeps the flow that a run took, whatever is edited while it runs", async () => {
    const slow = program({ runMs: 800 });
    await make("SparkFlow", "kept", {
      taskDefaults: slow,
      tasks: [{ name: "a" }, { name: "b", dependsOn: ["a"], args: ["old"] }],
    });
    await run("kept-g1", "Running");
    await edit("SparkFlow", "kept", {
      taskDefaults: slow,
      tasks: [{ name: "a" }, { name: "b", dependsOn: ["a"], args: ["new"] }],
    });
    await run("kept-g1", "Succeeded");
    const args = async (name: string) => ((await tasksOf(name)).get("b")!.spec as { args: string[] }).args;
    expect(await args("kept-g1")).toEqual(["old"]);
    await run("kept-g2", "Succeeded");
    expect(await args("kept-g2")).toEqual(["new"]);
  });

  it("with a param that has no default starts no run by itself, says so, and runs when somebody gives it", async () => {
    await make("SparkFlow", "asked", {
      params: { day: { type: "date" } },
      ...steps({ name: "a", args: ["$(params.day)"] }),
    });
    await eventually("it says so", async () => (await flowStatus("asked")).message?.includes('"day"') === true);
    expect(await runsOf("asked")).toEqual([]);
    await make("SparkFlowRun", "asked-now", { flow: "asked", params: { day: "2026-10-01" } });
    await run("asked-now", "Succeeded");
    expect(((await tasksOf("asked-now")).get("a")!.spec as { args: string[] }).args).toEqual(["2026-10-01"]);
    await make("SparkFlowRun", "asked-wrong", { flow: "asked", params: { day: "tomorrow" } });
    expect((await run("asked-wrong", "Failed")).message).toContain('"tomorrow"');
  });

  it("that isn't right is Stalled with path and reason, and runs when it is put right", async () => {
    await make("SparkFlow", "cycle", steps({ name: "a", dependsOn: ["b"] }, { name: "b", dependsOn: ["a"] }));
    await eventually("it says so", async () => (await flowStatus("cycle")).message?.includes("a -> b -> a") === true);
    const stalled = (await flowStatus("cycle")).conditions?.find(({ type }) => type === "Stalled");
    expect(stalled).toMatchObject({ status: "True", reason: "InvalidSpec" });
    await edit("SparkFlow", "cycle", steps({ name: "a" }, { name: "b", dependsOn: ["a"] }));
    await run("cycle-g2", "Succeeded");
  });

  it("keeps as many finished runs as its history says", async () => {
    await make("SparkFlow", "short", { history: { succeeded: 1 }, ...steps({ name: "a" }) });
    await run("short-g1", "Succeeded");
    await edit("SparkFlow", "short", { tasks: [{ name: "a", args: ["x"] }] });
    await run("short-g2", "Succeeded");
    await eventually("the first is gone", async () => (await runsOf("short")).join() === "short-g2");
  });

  it("takes runs and tasks with it when it is deleted", async () => {
    await make("SparkFlow", "gone", steps({ name: "a", ...program({ runMs: "never" }) }));
    await run("gone-g1", "Running");
    await eventually("its task is there", async () => (await tasksOf("gone-g1")).size === 1);
    await remove("SparkFlow", "gone");
    await eventually(
      "all is gone",
      async () => (await tasksOf("gone-g1")).size === 0 && (await runsOf("gone")).length === 0,
    );
  });
});

describe("a run", () => {
  const failing = program({
    exitCode: 1,
    result: { outcome: "Failed", error: { class: "ValueError", message: "bad" } },
  });

  it("stops starting tasks after a failure, and says which failed and why", async () => {
    await make(
      "SparkFlow",
      "fast",
      steps(
        { name: "bad", ...failing },
        { name: "after", dependsOn: ["bad"] },
        { name: "late", dependsOn: ["good"] },
        { name: "good", ...program({ runMs: 500 }) },
      ),
    );
    const status = await run("fast-g1", "Failed");
    expect(status).toMatchObject({
      progress: "4/4",
      message: "bad failed",
      tasks: { total: 4, running: 0, succeeded: 1, failed: 1, skipped: 0, omitted: 2 },
      failures: [{ task: "bad", reason: "ValueError", message: "bad" }],
    });
    expect([...(await tasksOf("fast-g1")).keys()].sort()).toEqual(["bad", "good"]);
  });

  it("takes the branch that waits for a failure, which is then no failure of the run", async () => {
    await make(
      "SparkFlow",
      "branches",
      steps(
        { name: "check", ...failing },
        { name: "publish", dependsOn: ["check"] },
        { name: "mend", dependsOn: [{ task: "check", states: ["Failed"] }] },
        { name: "report", dependsOn: [{ task: "publish", states: ["Omitted"] }, "mend"] },
      ),
    );
    const status = await run("branches-g1", "Succeeded");
    expect(status).toMatchObject({
      message: "2 of 4 tasks succeeded, 1 failed, 1 omitted",
      tasks: { total: 4, running: 0, succeeded: 2, failed: 1, skipped: 0, omitted: 1 },
    });
    expect([...(await tasksOf("branches-g1")).keys()].sort()).toEqual(["check", "mend", "report"]);
  });

  it("reads the first of an input's alternatives whose task has succeeded", async () => {
    const outputs = [{ name: "rows", format: "csv" }];
    const left = { outcome: "Succeeded", outputs: { rows: { rows: 1, schemaHash: "0a1b2c3d" } } };
    await make("SparkFlow", "alternatives", {
      failFast: false,
      ...steps(
        { name: "first", outputs, ...failing },
        { name: "second", outputs, ...program({ result: left }) },
        { name: "read", inputs: [{ name: "rows", from: ["first.rows", "second.rows"] }] },
      ),
    });
    expect((await run("alternatives-g1", "Failed")).message).toBe("first failed");
    const read = (await tasksOf("alternatives-g1")).get("read")!;
    expect(read.spec).toMatchObject({ inputs: [{ name: "rows", uri: expect.stringMatching(/\/second\/1\/rows$/) }] });
    expect(read.status).toMatchObject({ phase: "Succeeded" });
  });

  it("without failFast goes on with what doesn't depend on the failure", async () => {
    await make("SparkFlow", "slow", {
      failFast: false,
      ...steps(
        { name: "bad", ...failing },
        { name: "a", dependsOn: ["good"] },
        { name: "good", ...program({ runMs: 300 }) },
      ),
    });
    expect((await run("slow-g1", "Failed")).tasks).toMatchObject({ succeeded: 2, failed: 1, omitted: 0 });
  });

  it("has at most so many tasks at once", async () => {
    const tasks = Array.from({ length: 6 }, (_, index) => ({ name: `t${index}`, ...program({ runMs: 200 }) }));
    await make("SparkFlow", "few", { maxParallelTasks: 2, tasks });
    let most = 0;
    await eventually("it has ended", async () => {
      // The objects: the run's own counts are written seldom.
      const made = [...(await tasksOf("few-g1")).values()] as { status?: TaskStatus }[];
      most = Math.max(most, made.filter(({ status }) => !hasEnded(status?.phase)).length);
      return (await runStatus("few-g1")).phase === "Succeeded";
    });
    expect(most).toBe(2);
  });

  it("writes its begin and end at once, and its counts once a second at most", async () => {
    const tasks = Array.from({ length: 25 }, (_, index) => ({ name: `t${index}`, ...program({ runMs: 150 * index }) }));
    await make("SparkFlow", "quiet", { tasks });
    await run("quiet-g1", "Succeeded");
    await eventually("the log has it", async () => statusWrites("quiet-g1").length > 2);
    const between = statusWrites("quiet-g1").slice(0, -1);
    for (const [index, at] of between.slice(1).entries()) expect(at - between[index]!).toBeGreaterThan(900);
  });

  it("that is cancelled stops its tasks and starts no others", async () => {
    await make(
      "SparkFlow",
      "stopped",
      steps({ name: "a", ...program({ runMs: "never" }) }, { name: "b", dependsOn: ["a"] }),
    );
    await eventually("a runs", async () => {
      const made = (await tasksOf("stopped-g1")).get("a");
      return (made?.status as { phase?: string } | undefined)?.phase === "Running";
    });
    await edit("SparkFlowRun", "stopped-g1", { cancel: true });
    expect((await run("stopped-g1", "Cancelled")).tasks).toMatchObject({ failed: 1, omitted: 1 });
  });

  it("that is suspended stops its tasks and starts no others, and goes on with those when it is resumed", async () => {
    await make(
      "SparkFlow",
      "pausing",
      steps(
        { name: "a", ...program({ attempts: [{ runMs: "never" }] }) },
        { name: "own", ...program({}, { suspend: true }) },
        { name: "b", dependsOn: ["a"] },
      ),
    );
    const phaseOf = async (name: string) =>
      ((await tasksOf("pausing-g1")).get(name)?.status as { phase?: string } | undefined)?.phase;
    await eventually("a runs", async () => (await phaseOf("a")) === "Running");
    await edit("SparkFlowRun", "pausing-g1", { suspend: true });
    expect(await run("pausing-g1", "Suspended")).toMatchObject({
      message: "0/3 tasks have ended; suspended: a, own",
      tasks: { running: 0, suspended: 2 },
    });
    await quiet();
    expect([...(await tasksOf("pausing-g1")).keys()].sort()).toEqual(["a", "own"]);
    await edit("SparkFlowRun", "pausing-g1", { suspend: false });
    await eventually("b has succeeded", async () => (await phaseOf("b")) === "Succeeded");
    // What the flow itself suspends stays so, until somebody resumes that very task.
    expect(await run("pausing-g1", "Suspended")).toMatchObject({ message: "2/3 tasks have ended; suspended: own" });
    const own = (await tasksOf("pausing-g1")).get("own")!;
    await edit("SparkTask", own.metadata.name, { suspend: false });
    await run("pausing-g1", "Succeeded");
    expect((await tasksOf("pausing-g1")).get("a")!.status).toMatchObject({ attempt: 2 });
  });

  it("that is suspended can be cancelled", async () => {
    await make("SparkFlow", "parked", steps({ name: "a", ...program({ runMs: "never" }) }));
    await eventually("a is there", async () => (await tasksOf("parked-g1")).has("a"));
    await edit("SparkFlowRun", "parked-g1", { suspend: true });
    await run("parked-g1", "Suspended");
    await edit("SparkFlowRun", "parked-g1", { cancel: true });
    expect((await run("parked-g1", "Cancelled")).tasks).toMatchObject({ failed: 1 });
  });

  it("fails where a task refers to a value that its upstream didn't publish, naming it", async () => {
    await make("SparkFlow", "silent", steps({ name: "a" }, { name: "b", args: ["$(tasks.a.values.n)"] }));
    const { failures } = await run("silent-g1", "Failed");
    expect(failures).toMatchObject([
      { task: "b", reason: "TemplateError", message: expect.stringContaining("published no such value") },
    ]);
  });

  it("of a flow that isn't there waits for it", async () => {
    await make("SparkFlowRun", "orphan", { flow: "comes-later" });
    expect((await run("orphan", "Pending")).message).toContain('there is no SparkFlow "comes-later"');
    await make("SparkFlow", "comes-later", steps({ name: "a" }));
    await run("orphan", "Succeeded");
  });

  it("fails where a stranger's task has the name of its own, and leaves that alone", async () => {
    await make("SparkFlow", "strange", {
      ...steps({ name: "a", ...program({ runMs: 400 }) }, { name: "b", dependsOn: ["a"] }),
    });
    await eventually("a is there", async () => (await tasksOf("strange-g1")).has("a"));
    const name = (await tasksOf("strange-g1")).get("a")!.metadata.name;
    await run("strange-g1", "Succeeded");
    expect(name).toMatch(/^strange-g1-a-[0-9a-f]{6}$/);
    // A task with the run's labels that the run doesn't own isn't counted as its own.
    const labels = { "sparkflow.dev/flow": "strange", "sparkflow.dev/run": "strange-g1", "sparkflow.dev/task": "b" };
    await make("SparkTask", "forged", program(failing), { labels });
    await quiet();
    expect((await runStatus("strange-g1")).phase).toBe("Succeeded");
  });
});

describe("a task that a run made", () => {
  it("can be applied again as it is: its settings stand in it, layer by layer", async () => {
    const taskDefaults = program({}, { sparkConf: { "spark.x": "1" } });
    await make("SparkFlow", "layers", { taskDefaults, tasks: [{ name: "a", sparkConf: { "spark.y": "2" } }] });
    await run("layers-g1", "Succeeded");
    const { spec } = (await tasksOf("layers-g1")).get("a")!;
    expect(spec).toMatchObject({ sparkConf: { "spark.y": "2" }, flowDefaults: { sparkConf: { "spark.x": "1" } } });
    await make("SparkTask", "copy", spec as object);
    await task("copy", "Succeeded");
    expect((await read("SparkTask", "copy")).spec).toEqual(spec);
  });
});
