// A task's status from what was decided.
import { describe, expect, it } from "vitest";
import type { TaskStatus } from "../../../operator/api/status.ts";
import { taskStatus as taskStatusSchema } from "../../../operator/api/status.ts";
import { statusPatch, type TaskReport, taskStatus } from "../../../operator/controllers/task/status.ts";

const now = Date.parse("2026-11-21T10:00:00Z");
const later = now + 60_000;
const running: TaskReport = {
  phase: "Running",
  message: "",
  attempt: 1,
  runHash: "v1:1",
  records: [{ number: 1, state: "Running", createdAt: now - 5000, startedAt: now - 1000, driver: "t-1-driver" }],
};
const reported = (report: TaskReport, before: TaskStatus = {}, at = now) => taskStatus(before, report, 3, at);
const condition = (status: TaskStatus, type: string) => status.conditions?.find((one) => one.type === type);

describe("a task's status", () => {
  it("has what the phase means to tools, by kstatus' rules", () => {
    const table = Object.fromEntries(
      (["Pending", "Running", "Retrying", "Suspended", "Succeeded", "Failed"] as const).map((phase) => [
        phase,
        Object.fromEntries(reported({ phase, message: "" }).conditions!.map(({ type, status }) => [type, status])),
      ]),
    );
    expect(table).toEqual({
      Pending: { Succeeded: "Unknown", Finished: "False", Ready: "Unknown", Reconciling: "True" },
      Running: { Succeeded: "Unknown", Finished: "False", Ready: "True" },
      Retrying: { Succeeded: "Unknown", Finished: "False", Ready: "False", Reconciling: "True" },
      Suspended: { Suspended: "True", Succeeded: "Unknown", Finished: "False", Ready: "True" },
      Succeeded: { Succeeded: "True", Finished: "True", Ready: "True" },
      Failed: { Succeeded: "False", Finished: "True", Ready: "False", Stalled: "True" },
    });
  });

  it("keeps a condition's transition time while its status stays", () => {
    const first = reported(running);
    const second = reported({ ...running, message: "slow" }, first, later);
    expect(condition(second, "Ready")?.lastTransitionTime).toBe(condition(first, "Ready")?.lastTransitionTime);
    const ended = reported({ phase: "Succeeded", message: "" }, second, later);
    expect(condition(ended, "Finished")?.lastTransitionTime).toBe("2026-11-21T10:01:00.000Z");
  });

  it("never changes the record of an attempt that has ended", () => {
    const ended = { number: 1, state: "Failed", createdAt: now, endedAt: now, driver: "t-1-driver" } as const;
    const first = reported({ phase: "Retrying", message: "", attempt: 2, records: [ended] });
    const second = reported({ ...running, attempt: 2 }, first);
    expect(second.attempts).toEqual(first.attempts);
  });

  it("keeps the last ten attempts", () => {
    let status: TaskStatus = {};
    for (let number = 1; number <= 14; number++) {
      const record = { number, state: "Failed", createdAt: now, endedAt: now, driver: `t-${number}-driver` } as const;
      status = reported({ phase: "Retrying", message: "", attempt: number + 1, records: [record] }, status);
    }
    expect(status.attempts?.map(({ number }) => number)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  it("forgets results and times when the task starts again, and keeps its attempts", () => {
    const done = reported({ ...running, phase: "Succeeded", values: { n: 1 }, outputs: [] });
    const again = reported({ phase: "Pending", message: "", attempt: 2, restart: true, runHash: "v1:2" }, done, later);
    expect(again).toMatchObject({ attempt: 2, runHash: "v1:2", failures: { program: 0, infrastructure: 0 } });
    expect(again).not.toHaveProperty("values");
    expect(again).not.toHaveProperty("finishedAt");
    expect(again.attempts).toHaveLength(1);
  });

  it("fits its schema however long the texts are", () => {
    const long = "x".repeat(100_000);
    const cause = { class: "Program", reason: long, message: long, at: long } as const;
    const outputs = [{ name: "o", uri: "file:///x", format: "parquet", schema: long }];
    const status = reported({ ...running, phase: "Failed", message: long, reason: long, cause, outputs });
    expect(taskStatusSchema.safeParse(status).error).toBeUndefined();
  });
});

describe("the patch of a status", () => {
  it("is nothing where nothing changed, whatever the order of keys", () => {
    const status = reported(running);
    const reversed = Object.fromEntries(Object.entries(status).reverse());
    expect(statusPatch(reversed, status)).toBeUndefined();
  });

  it("takes away what is no more, also within maps", () => {
    expect(statusPatch({ a: 1, values: { x: 1, y: { z: 1 } } }, { values: { y: {} } })).toEqual({
      a: null,
      values: { x: null, y: { z: null } },
    });
  });
});
