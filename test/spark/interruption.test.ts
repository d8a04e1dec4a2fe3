// Whatever ends a run, no process and no temporary file of it stays.
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { until } from "../cluster/command.ts";
import { exited, processesOf, project, sparkflow, start } from "./cli.ts";

const program = `
import time
from pyspark.sql.functions import udf


def work(spark):
    @udf("bigint")
    def wait(n):
        time.sleep(300)
        return n

    spark.range(2).repartition(2).select(wait("id")).collect()
`;
const flow = `kind: SparkFlow
metadata: {name: long}
spec:
  taskDefaults: {engine: small, python: {file: work.py, function: work}}
  tasks: [{name: a}, {name: b}]
---
kind: SparkEngine
metadata: {name: small}
spec: {local: {cores: 2}, driver: {memory: 1g}}
`;
/** Temporary folders go below a folder of the test's own, so that other runs on this machine don't disturb it. */
const temp = mkdtempSync(join(tmpdir(), "sparkflow-test-tmp-"));
process.env.TMPDIR = temp;
afterAll(() => rmSync(temp, { recursive: true, force: true }));
const left = () => {
  const folder = join(temp, `sparkflow-${userInfo().username}`);
  return existsSync(folder) ? readdirSync(folder) : [];
};
const files = { "flow.yaml": flow, "work.py": program };
const workersRun = (folder: string) =>
  processesOf(folder).filter((line) => line.includes("pyspark.daemon")).length >= 2;

describe("interrupting a run", () => {
  it("by Ctrl-C ends every child, says so, and ends with code 130", async () => {
    const folder = project(files);
    const child = start(folder);
    await until("Python workers run", () => workersRun(folder));
    child.kill("SIGINT");
    expect(await exited(child)).toBe(130);
    expect(child.output()).toContain("interrupted");
    expect(child.output()).toContain("Cancelled");
    expect(processesOf(folder)).toEqual([]);
    expect(left()).toEqual([]);
    expect(sparkflow(folder, ["runs"]).stdout).toContain("Cancelled");
  });

  it.each([300, 1500, 3000, 5000, 8000])(
    "by SIGKILL after %i ms leaves no process, and nothing in temporary folders after the next start",
    async (ms) => {
      const folder = project(files);
      const child = start(folder, ["--no-archive"]);
      await new Promise((done) => setTimeout(done, ms));
      child.kill("SIGKILL");
      await exited(child);
      await until("the end of every process", () => processesOf(folder).length === 0, { timeoutMs: 15_000 });
      const next = project({
        "task.yaml": "kind: SparkTask\nmetadata: {name: next}\nspec: {python: {script: 'print(1)'}}\n",
      });
      expect(sparkflow(next, ["run", ".", "--no-archive"]).code).toBe(0);
      expect(left()).toEqual([]);
    },
  );

  it("by killing a supervisor fails the attempt and ends its processes", async () => {
    const folder = project(files);
    const child = start(folder);
    await until("Python workers run", () => workersRun(folder));
    const supervisors = processesOf(folder).filter((line) => line.includes("supervise.py"));
    for (const line of supervisors) process.kill(Number(line.split(" ")[0]), "SIGKILL");
    await until("the failure of both attempts", () =>
      ["a: Retrying", "b: Retrying"].every((line) => child.output().includes(line)),
    );
    expect(child.output()).toContain("killed with SIGKILL");
    // The run itself goes on, and isn't counted: neither its command line nor its environment names the folder.
    await until("the end of every process", () => processesOf(folder).length === 0, { timeoutMs: 10_000 });
    child.kill("SIGINT");
    await exited(child);
    await until("the end of every process", () => processesOf(folder).length === 0, { timeoutMs: 15_000 });
  });
});
