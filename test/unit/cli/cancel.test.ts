// sparkflow cancel of a run of this machine, which is one with the process that runs it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { folderOf } from "../folder.ts";
import { sparkflow } from "./cluster/say.ts";

/** A process that may be asked to end, and its record's words for it. */
function someProcess(): { child: ChildProcess; owner: { pid: number; started: string } } {
  const child = spawn("sleep", ["60"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
  return { child, owner: { pid: child.pid!, started: stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]! } };
}
const record = (name: string, more: object) => ({
  [`runs/${name}/run.json`]: JSON.stringify({
    name,
    of: "a",
    phase: "Running",
    startedAt: "2026-11-21T07:00:00Z",
    tasks: [],
    ...more,
  }),
});
const cancel = (files: Record<string, string>, name: string) =>
  sparkflow(["cancel", name], { SPARKFLOW_STATE: folderOf(files), KUBECONFIG: "", HOME: "/nowhere" });

describe.runIf(process.platform === "linux")("cancel of a run here", () => {
  it("ends its process as by SIGTERM, and names the runs that end with it", async () => {
    const { child, owner } = someProcess();
    const ended = once(child, "exit");
    const said = await cancel({ ...record("a-1", { owner }), ...record("b-1", { owner }) }, "a-1");
    expect(said).toEqual({
      code: 0,
      stderr: "",
      stdout:
        "the run a-1 is being cancelled: its running tasks are stopped, others never begin; logs and causes stay\nso is b-1, which the same command runs\n",
    });
    expect(await ended).toEqual([null, "SIGTERM"]);
  });

  it("leaves a process alone that only has the number of the one that ran it", async () => {
    const { child, owner } = someProcess();
    const { stdout } = await cancel(record("a-1", { owner: { ...owner, started: "1" } }), "a-1");
    expect(stdout).toBe("the run a-1 has ended already: Interrupted\n");
    expect(child.exitCode ?? child.signalCode).toBe(null);
  });

  it("sends nothing where nobody can tell whether it is the same process", async () => {
    const { child, owner } = someProcess();
    const { code, stderr } = await cancel(record("a-1", { owner: { ...owner, started: "" } }), "a-1");
    expect(code).toBe(2);
    expect(stderr).toBe("the run a-1 can't be ended from here: press Ctrl-C in the terminal that it runs in\n");
    expect(child.exitCode ?? child.signalCode).toBe(null);
  });

  it("of one of its tasks is refused", async () => {
    const { owner } = someProcess();
    const { code, stderr } = await cancel(record("a-1", { owner }), "a-1/load");
    expect(code).toBe(2);
    expect(stderr).toContain("a task isn't ended by itself: cancel a-1");
  });

  it("that has ended says how", async () => {
    const over = { owner: { pid: 1, started: "" }, phase: "Failed", finishedAt: "2026-11-21T07:01:00Z" };
    expect((await cancel(record("a-1", over), "last")).stdout).toBe("the run a-1 has ended already: Failed\n");
  });
});
