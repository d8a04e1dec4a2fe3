// Tasks and runs that are tried again, and what that leaves alone.
import { describe, expect, it } from "vitest";
import type { TaskStatus } from "../../operator/api/status.ts";
import {
  annotate,
  edit,
  eventsOf,
  eventually,
  make,
  podsOf,
  program,
  quiet,
  read,
  run,
  runStatus,
  task,
  taskStatus,
  tasksOf,
  withOperator,
} from "./operator.ts";

withOperator();

const asked = "sparkflow.dev/retry-requested-at";
const from = "sparkflow.dev/retry-from";
const crash = { runMs: 50, exitCode: 1, result: { outcome: "Failed", error: { class: "ValueError", message: "bad" } } };
const firstFails = program({ attempts: [crash] });
const success = (values: object) => ({ result: { outcome: "Succeeded", values } });

describe("a task", () => {
  it("that failed is tried again with fresh budgets, once for each request, its causes kept", async () => {
    const script = { attempts: [crash, crash, crash], ...success({ n: 1 }) };
    await make("SparkTask", "anew", program(script, { retry: { limit: 1, backoff: { initial: "100ms" } } }));
    expect(await task("anew", "Failed")).toMatchObject({ attempt: 2, failures: { program: 2 } });
    await annotate("SparkTask", "anew", { [asked]: "now" });
    const status = await task("anew", "Succeeded");
    expect(status).toMatchObject({
      attempt: 4,
      failures: { program: 1 },
      values: { n: 1 },
      retry: { requestedAt: "now" },
    });
    expect(status.attempts?.map(({ cause }) => cause?.reason)).toEqual([
      "ValueError",
      "ValueError",
      "ValueError",
      undefined,
    ]);
    await annotate("SparkTask", "anew", { [asked]: "now", other: "word" });
    await quiet();
    expect(await taskStatus("anew")).toEqual(status);
    await annotate("SparkTask", "anew", { [asked]: "once more" });
    await eventually("it has run once more", async () => (await taskStatus("anew")).attempt === 5);
    await task("anew", "Succeeded");
    expect(await podsOf("anew")).toHaveLength(5);
  });

  it("that was cancelled is tried again, the cancel taken back", async () => {
    await make("SparkTask", "undone", program({ attempts: [{ runMs: "never" }] }));
    await task("undone", "Running");
    await edit("SparkTask", "undone", { cancel: true });
    await task("undone", "Failed");
    await annotate("SparkTask", "undone", { [asked]: "now" });
    const { attempts } = await task("undone", "Succeeded");
    expect(attempts).toMatchObject([{ cause: { reason: "Cancelled" } }, { number: 2, state: "Succeeded" }]);
    expect((await read("SparkTask", "undone")).spec).not.toHaveProperty("cancel");
  });

  it("is left alone while it runs, says so, and doesn't do later what was asked then", async () => {
    await make("SparkTask", "busy", program({ runMs: 600 }));
    await task("busy", "Running");
    await annotate("SparkTask", "busy", { [asked]: "now" });
    await eventually("it says so", async () => (await eventsOf("busy")).includes("RetryIgnored"));
    expect(await task("busy", "Succeeded")).toMatchObject({ attempt: 1, retry: { requestedAt: "now" } });
    await quiet();
    expect(await podsOf("busy")).toHaveLength(1);
  });

  it("that comes with a request runs once", async () => {
    await make("SparkTask", "early", program(), { annotations: { [asked]: "now" } });
    await task("early", "Succeeded");
    await quiet();
    expect(await taskStatus("early")).toMatchObject({ phase: "Succeeded", attempt: 1 });
  });
});

describe("a run", () => {
  const statuses = async (name: string) =>
    Object.fromEntries([...(await tasksOf(name))].map(([key, { status }]) => [key, status as TaskStatus]));
  const attempts = async (name: string) =>
    Object.fromEntries(Object.entries(await statuses(name)).map(([key, { attempt }]) => [key, attempt]));

  it("that failed goes on from its failures: what succeeded stays, what was omitted runs", async () => {
    await make("SparkFlow", "mended", {
      taskDefaults: program(),
      tasks: [
        { name: "good" },
        { name: "bad", ...program({ attempts: [crash], ...success({ n: 7 }) }) },
        { name: "after", dependsOn: ["good"], args: ["$(tasks.bad.values.n)"] },
      ],
    });
    expect((await run("mended-g1", "Failed")).tasks).toMatchObject({ succeeded: 1, failed: 1, omitted: 1 });
    const good = (await statuses("mended-g1")).good;
    await annotate("SparkFlowRun", "mended-g1", { [asked]: "now" });
    const status = await run("mended-g1", "Succeeded");
    expect(status).toMatchObject({ tasks: { succeeded: 3 }, retry: { requestedAt: "now", number: 1 } });
    expect(status).not.toHaveProperty("failures");
    expect(await attempts("mended-g1")).toEqual({ good: 1, bad: 2, after: 1 });
    const after = await statuses("mended-g1");
    expect(after.good).toEqual(good);
    expect(after.bad!.attempts).toMatchObject([{ cause: { reason: "ValueError" } }, { state: "Succeeded" }]);
    expect((await tasksOf("mended-g1")).get("after")!.spec).toMatchObject({ args: ["7"] });
    await quiet();
    expect(await runStatus("mended-g1")).toEqual(status);
  });

  it("is tried again from a task that had succeeded, with all that depends on it, on its new results", async () => {
    const outputs = [{ name: "rows", format: "csv" }];
    const left = { result: { outcome: "Succeeded", outputs: { rows: { rows: 1, schemaHash: "0a1b2c3d" } } } };
    await make("SparkFlow", "again", {
      taskDefaults: program(),
      tasks: [
        { name: "load", outputs, ...program(left) },
        { name: "count", inputs: [{ name: "rows", from: "load.rows" }] },
        { name: "other" },
      ],
    });
    await run("again-g1", "Succeeded");
    await annotate("SparkFlowRun", "again-g1", { [asked]: "now", [from]: "load" });
    await eventually("count has run again", async () => (await attempts("again-g1")).count === 2);
    await run("again-g1", "Succeeded");
    expect(await attempts("again-g1")).toEqual({ load: 2, count: 2, other: 1 });
    expect((await tasksOf("again-g1")).get("count")!.spec).toMatchObject({
      inputs: [{ uri: expect.stringMatching(/\/load\/2\/rows$/) }],
    });
  });

  it("that was cancelled goes on, the cancel taken back", async () => {
    await make("SparkFlow", "resumed", {
      taskDefaults: program(),
      tasks: [
        { name: "a", ...program({ attempts: [{ runMs: "never" }] }) },
        { name: "b", dependsOn: ["a"] },
      ],
    });
    await eventually("a runs", async () => (await statuses("resumed-g1")).a?.phase === "Running");
    await edit("SparkFlowRun", "resumed-g1", { cancel: true });
    await run("resumed-g1", "Cancelled");
    await annotate("SparkFlowRun", "resumed-g1", { [asked]: "now" });
    expect((await run("resumed-g1", "Succeeded")).tasks).toMatchObject({ succeeded: 2 });
    expect(await attempts("resumed-g1")).toEqual({ a: 2, b: 1 });
  });

  it("that has succeeded, or has no such task, ignores the request and says so", async () => {
    await make("SparkFlow", "well", { taskDefaults: program(), tasks: [{ name: "a" }] });
    const before = await run("well-g1", "Succeeded");
    await annotate("SparkFlowRun", "well-g1", { [asked]: "1" });
    await eventually("it answers", async () => (await runStatus("well-g1")).retry?.requestedAt === "1");
    await annotate("SparkFlowRun", "well-g1", { [asked]: "2", [from]: "b" });
    await eventually("it answers again", async () => (await runStatus("well-g1")).retry?.requestedAt === "2");
    expect(await runStatus("well-g1")).toEqual({ ...before, retry: { requestedAt: "2" } });
    await eventually("it says so", async () => (await eventsOf("well-g1")).includes("RetryIgnored"));
    expect(await attempts("well-g1")).toEqual({ a: 1 });
  });

  it("may be tried again more than once, each time from its own failures", async () => {
    await make("SparkFlow", "stubborn", {
      taskDefaults: program(),
      tasks: [
        { name: "a", ...firstFails },
        { name: "b", dependsOn: ["a"], ...firstFails },
      ],
    });
    await run("stubborn-g1", "Failed");
    await annotate("SparkFlowRun", "stubborn-g1", { [asked]: "1" });
    await eventually("b has failed", async () => (await statuses("stubborn-g1")).b?.phase === "Failed");
    expect(await run("stubborn-g1", "Failed")).toMatchObject({ failures: [{ task: "b" }] });
    await annotate("SparkFlowRun", "stubborn-g1", { [asked]: "2" });
    expect(await run("stubborn-g1", "Succeeded")).toMatchObject({ retry: { number: 2 } });
    expect(await attempts("stubborn-g1")).toEqual({ a: 2, b: 2 });
  });
});
