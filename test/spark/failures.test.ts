// What fails, how it is said, and what is left.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { project, sparkflow, task } from "./cli.ts";

const tasks = `
import os
import time
from pathlib import Path
from pyspark.sql.functions import udf


def boom(spark):
    rows = spark.range(3)
    return explode(rows)


def explode(rows):
    raise ValueError("no such plaza: 42")


def in_worker(spark):
    @udf("bigint")
    def divide(n):
        return n // 0

    return spark.range(2).select(divide("id").alias("n"))


def analysis(spark):
    return spark.sql("SELECT id,\\n  nope FROM range(2)")


def java(spark):
    return spark.range(2).selectExpr("IF(id < 5, CAST(raise_error('too small') AS BIGINT), id) AS x")


def wrong_schema(spark):
    return spark.range(2).selectExpr("CAST(id AS STRING) AS n", "id AS m")


def half(spark):
    import sparkflow

    sparkflow.output("first", spark.range(2))
    raise RuntimeError("after the first output")


def second_time(spark):
    marker = Path(os.environ["MARKER"])
    if not marker.exists():
        marker.touch()
        raise OSError("the first attempt fails")
    return spark.range(1)


def slow(spark):
    time.sleep(600)
`;
const one = (name: string, extra = "") =>
  `    - {name: ${name.replaceAll("_", "-")}, python: {file: tasks.py, function: ${name}}${extra}}`;
const outputs = (schema?: string) => `, outputs: [{name: rows${schema ? `, schema: "${schema}"` : ""}}]`;

describe("a run of tasks that fail", () => {
  const folder = project({
    "tasks.py": tasks,
    "flow.yaml": [
      "kind: SparkFlow",
      "metadata: {name: failing}",
      "spec:",
      "  failFast: false",
      "  tasks:",
      one("boom", outputs()),
      "    - {name: after-boom, dependsOn: [boom], python: {script: 'print(1)'}}",
      one("in_worker", outputs()),
      one("analysis", outputs()),
      one("java", outputs()),
      one("wrong_schema", outputs("n BIGINT, m BIGINT")),
      one("half", ", outputs: [{name: first}, {name: second}]"),
      one(
        "second_time",
        `${outputs()}, retry: {limit: 1, backoff: {initial: 1s}}, env: [{name: MARKER, value: "$(params.marker)"}]`,
      ),
      one("slow", ", timeouts: {run: 15s}"),
      '    - {name: sql, sql: {statements: "SELECT 1;\\nSELECT nope FROM range(3)"}}',
      "  params: {marker: {type: string}}",
      "",
    ].join("\n"),
  });
  const ended = sparkflow(folder, ["run", ".", "--json", "--param", `marker=${join(folder, "marker")}`]);
  const record = ended.runs[0]!;
  const cause = (name: string) => task(record, name).cause!;

  it("ends with code 1", () => expect(ended.code).toBe(1));

  it("names the Python exception and the user's own innermost line", () => {
    const line = tasks.split("\n").findIndex((text) => text.includes("no such plaza")) + 1;
    expect(cause("boom")).toMatchObject({
      class: "Program",
      reason: "ValueError",
      message: "no such plaza: 42",
      at: `tasks.py:${line}`,
      exitCode: 1,
    });
  });

  it("names an exception of a Python function in a worker with its line", () => {
    const line = tasks.split("\n").findIndex((text) => text.includes("n // 0")) + 1;
    expect(cause("in-worker")).toMatchObject({ reason: "ZeroDivisionError", at: `tasks.py:${line}` });
  });

  it("names Spark's own exceptions without their stack", () => {
    expect(cause("analysis").reason).toBe("AnalysisException");
    expect(cause("analysis").message).toMatch(/`nope`[\s\S]* \(line 2 of the SQL\)\n {2}nope FROM range\(2\)\n {2}\^$/);
    expect(cause("java").message).toContain("too small");
    for (const name of ["analysis", "java", "in-worker"]) expect(cause(name).message).not.toMatch(/\n\s+at /);
  });

  it("shows the SQL statement that failed", () => {
    expect(cause("sql").message).toContain("nope");
  });

  it("names the column that differs from the declared schema", () => {
    expect(cause("wrong-schema").reason).toBe("SchemaMismatch");
    expect(cause("wrong-schema").message).toMatch(/\bn\b.*STRING.*BIGINT|\bn\b.*BIGINT.*STRING/i);
  });

  it("makes no output of a failed task visible", () => {
    const storage = join(folder, ".sparkflow/storage");
    const left = existsSync(storage)
      ? readdirSync(storage, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".parquet"))
      : [];
    expect(left.length).toBeGreaterThan(0);
    expect(left.every((name) => name.includes("second-time"))).toBe(true);
    expect(task(record, "half").outputs).toBeUndefined();
  });

  it("tries again as often as retry says, and keeps both attempts' folders", () => {
    expect(task(record, "second-time")).toMatchObject({ phase: "Succeeded", attempt: 2 });
    expect(existsSync(join(task(record, "second-time").log!, "../../1/driver.log"))).toBe(true);
  });

  it("ends a task at its time-out", () => {
    expect(cause("slow")).toMatchObject({
      class: "Timeout",
      reason: "RunTimeout",
      message: expect.stringContaining("timeouts.run"),
    });
  });

  it("omits what depends on a failed task, and says which", () => {
    expect(task(record, "after-boom")).toMatchObject({ phase: "Omitted", message: "boom failed" });
  });

  it("keeps the whole log, with the short form on top of the traceback", () => {
    const log = readFileSync(task(record, "boom").log!, "utf8");
    expect(log).toContain("Traceback (most recent call last)");
    expect(log.indexOf("ValueError: no such plaza: 42")).toBeLessThan(log.indexOf("Traceback"));
  });

  it("tells a person the exception, the line and where the log is, and nothing of Spark's 200 lines", () => {
    const { stdout } = sparkflow(folder, ["runs", "last"]);
    expect(stdout).toMatch(
      /boom failed \(tasks\.py:\d+\)\n {2}ValueError: no such plaza: 42\n {2}whole log: \.sparkflow\/runs\/.*\/boom\/1\/driver\.log/,
    );
    expect(stdout).not.toContain("org.apache.spark.scheduler");
  });

  it("prints a task's log by name", () => {
    expect(sparkflow(folder, ["logs", "last", "boom"]).stdout).toContain("no such plaza: 42");
  });
});

describe("a run with a branch for a failure", () => {
  const folder = project({
    "flow.yaml": `kind: SparkFlow
metadata: {name: branches}
spec:
  tasks:
    - {name: check, python: {script: "raise ValueError('no rows')"}}
    - {name: publish, dependsOn: [check], python: {script: print(1)}, outputs: [{name: rows, format: csv}]}
    - name: mend
      dependsOn: [{task: check, states: [Failed]}]
      python: {function: mend, script: "def mend(spark): return spark.range(3)"}
      outputs: [{name: rows, format: csv}]
    - name: report
      inputs: [{name: rows, from: [publish.rows, mend.rows]}]
      python: {function: report, script: "import sparkflow\\ndef report(rows): sparkflow.value('n', rows.count())"}
`,
  });
  const ended = sparkflow(folder, ["run", ".", "--json"]);
  const record = ended.runs[0]!;

  it("has succeeded when the branch has, and passes the branch's data on", () => {
    expect([ended.code, record.phase, record.message]).toEqual([
      0,
      "Succeeded",
      "2 of 4 tasks succeeded, 1 failed, 1 omitted",
    ]);
    expect(record.tasks.map(({ name, phase }) => [name, phase]).sort()).toEqual([
      ["check", "Failed"],
      ["mend", "Succeeded"],
      ["publish", "Omitted"],
      ["report", "Succeeded"],
    ]);
    expect(task(record, "report").values).toEqual({ n: 3 });
  });
});
