// What the operator makes of a SparkTask over its life.
import { describe, expect, it } from "vitest";
import type { TaskStatus } from "../../operator/api/status.ts";
import {
  edit,
  eventually,
  make,
  podsOf,
  program,
  quiet,
  read,
  remove,
  task,
  taskStatus,
  withOperator,
} from "./operator.ts";

withOperator();

const conditionsOf = ({ conditions = [] }: TaskStatus) =>
  Object.fromEntries(conditions.map(({ type, status }) => [type, status]));

describe("a task", () => {
  it("has its values, its attempt and its times when it has succeeded", async () => {
    await make("SparkTask", "well", program({ result: { outcome: "Succeeded", values: { n: 7 } } }));
    const status = await task("well", "Succeeded");
    expect(status).toMatchObject({
      attempt: 1,
      values: { n: 7 },
      observedGeneration: 1,
      driver: expect.stringMatching(/^well-.*-1-driver$/),
    });
    expect(status.attempts).toMatchObject([{ number: 1, state: "Succeeded" }]);
    expect(Date.parse(status.finishedAt!)).toBeGreaterThanOrEqual(Date.parse(status.startedAt!));
  });

  it("is tried again as its retry says, the causes kept", async () => {
    const failing = {
      exitCode: 1,
      result: { outcome: "Failed", error: { class: "ValueError", message: "bad", at: "x.py:3" } },
    };
    await make("SparkTask", "twice", program(failing, { retry: { limit: 1, backoff: { initial: "100ms" } } }));
    const status = await task("twice", "Failed");
    expect(status).toMatchObject({ attempt: 2, failures: { program: 2, infrastructure: 0 }, message: "bad" });
    expect(status.attempts?.map(({ cause }) => cause?.reason)).toEqual(["ValueError", "ValueError"]);
    expect(await podsOf("twice")).toHaveLength(2);
  });

  it("starts nothing when only what is quiet is edited, and says that it has seen the edit", async () => {
    await make("SparkTask", "quiet", program());
    await task("quiet", "Succeeded");
    await edit("SparkTask", "quiet", { retry: { limit: 3 }, podTTL: "1h" });
    await eventually("the edit is seen", async () => (await taskStatus("quiet")).observedGeneration === 2);
    expect(await taskStatus("quiet")).toMatchObject({ phase: "Succeeded", attempt: 1 });
    expect(await podsOf("quiet")).toHaveLength(1);
  });

  it("runs again when what it runs is edited, with budgets and results anew", async () => {
    await make("SparkTask", "again", program({ result: { outcome: "Succeeded", values: { n: 1 } } }));
    await task("again", "Succeeded");
    await edit("SparkTask", "again", program({ result: { outcome: "Succeeded", values: { m: 2 } } }, { args: ["x"] }));
    await eventually("it has run again", async () => (await taskStatus("again")).attempt === 2);
    expect((await task("again", "Succeeded")).values).toEqual({ m: 2 });
  });

  it("that is edited while it runs is stopped first, and never has two drivers that run", async () => {
    await make("SparkTask", "swap", program({ runMs: "never" }));
    await task("swap", "Running");
    await edit("SparkTask", "swap", program({}, { args: ["x"] }));
    const status = await task("swap", "Succeeded");
    expect(status.attempts).toMatchObject([
      { number: 1, state: "Failed", cause: { class: "Cancelled", reason: "Superseded" } },
      { number: 2, state: "Succeeded" },
    ]);
    expect(Date.parse(status.attempts![1]!.startedAt!)).toBeGreaterThanOrEqual(
      Date.parse(status.attempts![0]!.finishedAt!),
    );
  });

  it("that is cancelled ends as Cancelled, also before it has a node", async () => {
    await make("SparkTask", "running", program({ runMs: "never" }));
    await make("SparkTask", "pending", program({ unschedulable: "0/1 nodes are available: 1 Insufficient cpu." }));
    await task("running", "Running");
    await task("pending", "Pending");
    await edit("SparkTask", "running", { cancel: true });
    await edit("SparkTask", "pending", { cancel: true });
    for (const name of ["running", "pending"])
      expect(await task(name, "Failed")).toMatchObject({ cause: { class: "Cancelled", reason: "Cancelled" } });
  });

  it("that is suspended stops its driver, log and cause kept, and goes on with a new attempt and the same budget", async () => {
    const crash = { exitCode: 1, result: { outcome: "Failed", error: { class: "ValueError", message: "bad" } } };
    const script = { attempts: [crash, { runMs: "never" as const }], runMs: 50 };
    await make("SparkTask", "asleep", program(script, { retry: { limit: 1, backoff: { initial: "100ms" } } }));
    await eventually("its second attempt runs", async () => {
      const { attempt, phase } = await taskStatus("asleep");
      return attempt === 2 && phase === "Running";
    });
    await edit("SparkTask", "asleep", { suspend: true });
    const stopped = await task("asleep", "Suspended");
    expect(stopped.attempts).toMatchObject([
      { number: 1, cause: { reason: "ValueError" } },
      { number: 2, state: "Failed", cause: { class: "Cancelled", reason: "Suspended" } },
    ]);
    expect(stopped.failures).toEqual({ program: 1, infrastructure: 0 });
    expect(conditionsOf(stopped)).toMatchObject({ Suspended: "True", Finished: "False", Ready: "True" });
    await quiet();
    expect(await podsOf("asleep")).toHaveLength(2);
    await edit("SparkTask", "asleep", { suspend: false });
    const ended = await task("asleep", "Succeeded");
    expect(ended).toMatchObject({ attempt: 3, failures: { program: 1, infrastructure: 0 } });
    expect(conditionsOf(ended)).toMatchObject({ Suspended: "False", Finished: "True", Succeeded: "True" });
    expect(await podsOf("asleep")).toHaveLength(3);
  });

  it("that is created suspended starts nothing until it is resumed, and takes nobody's room meanwhile", async () => {
    await make("SparkEngine", "single", { local: { cores: 1 }, maxRunningDrivers: 1 });
    await make("SparkTask", "admitted", program({}, { suspend: true, engine: "single" }));
    expect((await task("admitted", "Suspended")).message).toContain("spec.suspend");
    await make("SparkTask", "younger", program({}, { engine: "single" }));
    await task("younger", "Succeeded");
    expect(await podsOf("admitted")).toEqual([]);
    await edit("SparkTask", "admitted", { suspend: false });
    expect(await task("admitted", "Succeeded")).toMatchObject({ attempt: 1 });
  });

  it("that is cancelled while it is suspended ends for good", async () => {
    await make("SparkTask", "resting", program({}, { suspend: true }));
    await task("resting", "Suspended");
    await edit("SparkTask", "resting", { cancel: true });
    expect(await task("resting", "Failed")).toMatchObject({ cause: { class: "Cancelled", reason: "Cancelled" } });
    await edit("SparkTask", "resting", { suspend: false });
    await quiet();
    expect(await podsOf("resting")).toEqual([]);
  });

  it("that waits says in whose words", async () => {
    await make("SparkTask", "big", program({ unschedulable: "0/1 nodes are available: 1 Insufficient memory." }));
    expect((await task("big", "Pending")).message).toContain("Insufficient memory");
  });

  it("with an unknown engine waits for it, and starts when it comes", async () => {
    await make("SparkTask", "early", program({}, { engine: "late" }));
    const status = await task("early", "Pending");
    expect(status.message).toContain('there is no SparkEngine "late"');
    await make("SparkEngine", "late", { local: { cores: 1 } });
    await task("early", "Succeeded");
  });

  it("whose pod was refused and that is edited runs with the files of the edit", async () => {
    const podTemplate = { spec: { priorityClassName: "nobody" } };
    await make("SparkTask", "unwanted", program({}, { args: ["old"], driver: { podTemplate } }));
    await eventually("the pod is refused", async () => {
      const { conditions } = await taskStatus("unwanted");
      return conditions?.some(({ reason }) => reason === "PriorityClassMissing") === true;
    });
    await edit("SparkTask", "unwanted", { args: ["new"], driver: null });
    const status = await task("unwanted", "Succeeded");
    const driver = (await podsOf("unwanted"))[0]!;
    const files = await read("ConfigMap", driver.metadata.name.replace(/-driver$/, "-conf"));
    expect(JSON.parse((files.data as Record<string, string>)["attempt.json"]!).args).toEqual(["new"]);
    expect(status.attempt).toBe(2);
  });

  it("with a field that isn't served yet is refused by name, and runs when it is taken away", async () => {
    await make("SparkTask", "later", program({}, { reuse: { maxAge: "1h" } }));
    expect((await task("later", "Failed")).message).toContain('"reuse" is not available yet');
    await edit("SparkTask", "later", { reuse: null });
    await task("later", "Succeeded");
  });

  it("with a path of somebody's machine is refused with the way out", async () => {
    await make("SparkTask", "mine", { ...program(), python: { file: "jobs/words.py" } });
    const { message, cause } = await task("mine", "Failed");
    expect(cause).toMatchObject({ class: "Input", reason: "InvalidSpec" });
    expect(message).toContain("jobs/words.py");
    expect(await podsOf("mine")).toEqual([]);
  });

  it("waits for its turn where an engine runs so many drivers at most, the oldest first", async () => {
    await make("SparkEngine", "narrow", { local: { cores: 1 }, maxRunningDrivers: 1 });
    for (const name of ["turn-1", "turn-2", "turn-3"]) {
      await make("SparkTask", name, program({ runMs: 600 }, { engine: "narrow" }));
      await quiet(50);
    }
    await task("turn-1", "Running");
    expect((await task("turn-3", "Pending")).message).toContain("maxRunningDrivers");
    const ended = [
      await task("turn-1", "Succeeded"),
      await task("turn-2", "Succeeded"),
      await task("turn-3", "Succeeded"),
    ];
    for (const [first, second] of [
      [ended[0]!, ended[1]!],
      [ended[1]!, ended[2]!],
    ] as const)
      expect(Date.parse(second.startedAt!)).toBeGreaterThanOrEqual(Date.parse(first.finishedAt!));
  });

  it("loses its pods after podTTL, and isn't run again for that", async () => {
    await make("SparkTask", "short", program({}, { podTTL: "1s" }));
    await task("short", "Succeeded");
    await eventually("its pod is gone", async () => (await podsOf("short")).length === 0);
    await quiet();
    expect(await taskStatus("short")).toMatchObject({ phase: "Succeeded", attempt: 1 });
    expect(await podsOf("short")).toEqual([]);
  });

  it("goes with its pods when it is deleted while it runs", async () => {
    await make("SparkTask", "gone", program({ runMs: "never" }));
    await task("gone", "Running");
    await remove("SparkTask", "gone");
    await eventually("its pod is gone", async () => (await podsOf("gone")).length === 0);
    await expect(read("SparkTask", "gone")).rejects.toMatchObject({ status: 404 });
  });
});
