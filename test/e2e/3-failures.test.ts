// What goes wrong on a real cluster is said in one line: in the status, in a column, in an Event.
import { beforeAll, describe, expect, it } from "vitest";
import type { TaskStatus } from "../../operator/api/status.ts";
import { until } from "../cluster/command.ts";
import { apply, finished, kubectl, podsOf, script, sparkTask, taskStatus } from "./cluster.ts";

const condition = (status: TaskStatus, type: string) => status.conditions?.find((one) => one.type === type);

describe("a program that fails", () => {
  const name = "fails";
  beforeAll(() => {
    apply(
      sparkTask(name, {
        ...script("def f():\n    raise KeyError('no such city')\n\nf()\n"),
        retry: { limit: 1, backoff: { initial: "1s" } },
      }),
    );
    finished(`sparktask/${name}`);
  });

  it("is tried as often as it says, and then has failed with the exception and the user's line", () => {
    const status = taskStatus(name);
    expect(status).toMatchObject({
      phase: "Failed",
      attempt: 2,
      failures: { program: 2, infrastructure: 0 },
      cause: { class: "Program", reason: "KeyError", at: "script.py:2", exitCode: 1 },
    });
    expect(status.message).toContain("no such city");
    expect(status.attempts?.map(({ state }) => state)).toEqual(["Failed", "Failed"]);
  });

  it("is Stalled to kstatus, and Finished to who waits", () => {
    const status = taskStatus(name);
    expect(condition(status, "Stalled")).toMatchObject({ status: "True", reason: "KeyError" });
    expect(condition(status, "Succeeded")).toMatchObject({ status: "False" });
  });

  it("tells it in Events and columns", () => {
    expect(kubectl(["get", "sptask", name])).toMatch(/fails\s+Failed\s+2/);
    const events = kubectl(["get", "events", "--field-selector", `involvedObject.name=${name}`]);
    expect(events).toContain("no such city");
    expect(events).toContain("DriverCreated");
  });

  it("keeps the logs of both attempts", () => {
    expect(podsOf(name, "driver")).toHaveLength(2);
    for (const { metadata } of podsOf(name, "driver")) expect(kubectl(["logs", metadata.name])).toContain("KeyError");
  });
});

describe("a driver that can't start", () => {
  it("for its image: says so within seconds, and starts when that is put right", async () => {
    apply(sparkTask("no-image", { ...script("print('here')"), image: "localhost/not-there:1" }));
    const message = await until(
      "the message",
      () => /image/i.test(taskStatus("no-image").message ?? "") && taskStatus("no-image").message,
      { timeoutMs: 20_000 },
    );
    expect(message).toContain("localhost/not-there:1");
    expect(taskStatus("no-image").phase).toBe("Pending");
    kubectl(["patch", "sparktask", "no-image", "--type=merge", "-p", '{"spec":{"image":null}}']);
    finished("sparktask/no-image");
    expect(taskStatus("no-image")).toMatchObject({ phase: "Succeeded", attempt: 2 });
  });

  it("for a Secret that isn't there: names it, and starts when it comes", async () => {
    const env = [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: "late", key: "token" } } }];
    apply(sparkTask("no-secret", { ...script("import os; assert os.environ['TOKEN'] == 'x'"), env }));
    await until("the message", () => /late/.test(taskStatus("no-secret").message ?? ""), { timeoutMs: 20_000 });
    kubectl(["create", "secret", "generic", "late", "--from-literal=token=x"]);
    finished("sparktask/no-secret");
    expect(taskStatus("no-secret")).toMatchObject({ phase: "Succeeded", attempt: 1 });
  });
});

describe("a driver that is stopped", () => {
  const sleep = "import time\nprint('begun', flush=True)\ntime.sleep(600)\n";

  it("by its time-out keeps its log and says why", () => {
    apply(sparkTask("slow", { ...script(sleep), timeouts: { run: "8s" } }));
    finished("sparktask/slow");
    expect(taskStatus("slow")).toMatchObject({ phase: "Failed", cause: { class: "Timeout", reason: "RunTimeout" } });
    expect(kubectl(["logs", podsOf("slow", "driver")[0]!.metadata.name])).toContain("begun");
  });

  it("by spec.cancel keeps its log, and is Cancelled", async () => {
    apply(sparkTask("cancelled", script(sleep)));
    await until("it runs", () => taskStatus("cancelled").phase === "Running", { timeoutMs: 60_000 });
    kubectl(["patch", "sparktask", "cancelled", "--type=merge", "-p", '{"spec":{"cancel":true}}']);
    finished("sparktask/cancelled");
    expect(taskStatus("cancelled")).toMatchObject({ phase: "Failed", cause: { class: "Cancelled" } });
    expect(kubectl(["logs", podsOf("cancelled", "driver")[0]!.metadata.name])).toContain("begun");
  });

  it("by an edit makes room for a new attempt of the new version", async () => {
    apply(sparkTask("edited", script(sleep)));
    await until("it runs", () => taskStatus("edited").phase === "Running", { timeoutMs: 60_000 });
    apply(sparkTask("edited", script("import sparkflow\nsparkflow.value('version', 2)\n")));
    await until("it has ended", () => taskStatus("edited").phase === "Succeeded", { timeoutMs: 120_000 });
    expect(taskStatus("edited")).toMatchObject({ attempt: 2, values: { version: 2 } });
  });

  it("by the kernel for want of memory says which field to raise", () => {
    const hungry = "block = []\nwhile True: block.append(bytearray(50_000_000))\n";
    apply(sparkTask("hungry", { ...script(hungry), driver: { memory: "512m", memoryOverhead: "384m" } }));
    finished("sparktask/hungry");
    const { phase, message } = taskStatus("hungry");
    expect(`${phase}: ${message}`).toMatch(/^Failed: .*memoryOverhead/);
  });
});

describe("a spec that isn't understood", () => {
  it("is terminal at once, with path and reason, and starts when it is put right", async () => {
    apply(
      sparkTask("wrong", {
        ...script("print(1)"),
        driver: { memory: "1g" },
        sparkConf: { "spark.driver.memory": "2g" },
      }),
    );
    const message = await until(
      "it is refused",
      () => taskStatus("wrong").phase === "Failed" && taskStatus("wrong").message,
      { timeoutMs: 5_000 },
    );
    expect(message).toContain("spark.driver.memory");
    expect(podsOf("wrong")).toEqual([]);
    kubectl(["patch", "sparktask", "wrong", "--type=merge", "-p", '{"spec":{"sparkConf":null}}']);
    finished("sparktask/wrong");
    await until("it has run", () => taskStatus("wrong").phase === "Succeeded", { timeoutMs: 90_000 });
  });
});
