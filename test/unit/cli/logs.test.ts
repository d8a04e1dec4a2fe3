// sparkflow logs of runs of this machine: which file is printed, and what is said where there is none.
import { describe, expect, it } from "vitest";
import { folderOf } from "../folder.ts";
import { sparkflow } from "./cluster/say.ts";

const record = {
  name: "a-1",
  of: "a",
  phase: "Failed",
  startedAt: "2026-11-21T07:00:00Z",
  finishedAt: "2026-11-21T07:01:00Z",
  tasks: [
    { name: "load", phase: "Succeeded", attempt: 1, log: "x" },
    { name: "each[3]", phase: "Failed", attempt: 2, log: "x" },
    { name: "after", phase: "Omitted", attempt: 0 },
  ],
};
const files = {
  "runs/a-1/run.json": JSON.stringify(record),
  "runs/a-1/load/1/driver.log": "loaded\n",
  "runs/a-1/each/3/1/driver.log": "no\n",
  "runs/a-1/each/3/2/driver.log": "no again\n",
};
const logs = (...args: string[]) =>
  sparkflow(["logs", "last", ...args], { SPARKFLOW_STATE: folderOf(files), KUBECONFIG: "", HOME: "/nowhere" });

describe("logs of this machine", () => {
  it.each<[string, string[], string]>([
    ["of a task", ["load"], "loaded\n"],
    ["of an item of a forEach, its latest attempt", ["each[3]"], "no again\n"],
    ["of an attempt", ["each[3]", "--attempt", "1"], "no\n"],
    ["of the one that failed, if none is named", [], "no again\n"],
  ])("are printed %s", async (_, args, text) => {
    expect(await logs(...args)).toMatchObject({ code: 0, stdout: text });
  });

  it("that is empty is said to be, with its place", async () => {
    const state = folderOf({ ...files, "runs/a-1/load/1/driver.log": "" });
    const said = await sparkflow(["logs", "last", "load"], { SPARKFLOW_STATE: state });
    expect(said).toEqual({
      code: 0,
      stdout: "",
      stderr: `the log of load is empty: ${state}/runs/a-1/load/1/driver.log\n`,
    });
  });

  it("of a task that never began aren't there, with why", async () => {
    const { code, stderr } = await logs("after");
    expect(code).not.toBe(0);
    expect(stderr).toContain("after has no log: it is Omitted, and no driver of it began");
  });
});
