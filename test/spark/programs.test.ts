// Every kind of program, and the data that goes between them.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findToolchain } from "../../operator/engines/local/toolchain.ts";
import { project, rows, run, task } from "./cli.ts";

const java = `
import org.apache.spark.sql.SparkSession;
import java.nio.file.*;
public class App {
  public static void main(String[] args) throws Exception {
    SparkSession spark = SparkSession.builder().getOrCreate();
    long top = Long.parseLong(args[1]);
    spark.read().parquet(System.getenv("SPARKFLOW_INPUT_NUMBERS")).filter("n <= " + top).write().parquet(args[0]);
    Files.writeString(Path.of(System.getenv("SPARKFLOW_VALUES_FILE")), "{\\"language\\": \\"java\\"}");
    spark.stop();
  }
}
`;

/** A jar of the program above, compiled against the Spark in use. */
function jar(folder: string): void {
  const { sparkHome, javaHome } = findToolchain({ config: {}, folder: "." });
  for (const [command, ...args] of [
    ["javac", "-cp", `${sparkHome}/jars/*`, "-d", "classes", "App.java"],
    ["jar", "--create", "--file", "app.jar", "-C", "classes", "."],
  ] as const) {
    const { status, stderr } = spawnSync(join(javaHome, "bin", command), args, { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  }
}

const flow = `kind: SparkFlow
metadata: {name: languages}
spec:
  params:
    top: {type: integer, default: 3, max: 5}
    day: {type: date, default: "2026-10-01"}
    words: {type: list, default: ["a'b", 'c"d', "$$(x); DROP TABLE t"]}
  tasks:
    - name: numbers
      python: {file: tasks.py, function: numbers}
      params: {day: $(params.day), words: $(params.words)}
      outputs: [{name: numbers, schema: "n BIGINT, day DATE, geometry GEOMETRY", format: geoparquet, crs: "EPSG:3857"}, {name: plain}]
    - name: in-java
      jar: {file: app.jar, mainClass: App}
      args: [$(outputs.small.uri), $(params.top)]
      inputs: [{name: numbers, from: numbers.plain}]
      outputs: [{name: small, schema: "n BIGINT"}]
    - name: in-sql
      sql:
        statements: |
          -- a comment; with a semicolon
          CREATE TEMPORARY VIEW doubled AS SELECT n * 2 AS n, ';' AS sign FROM small;
          CREATE TEMPORARY VIEW result AS SELECT n, sign, :day AS day, :words[0] AS word FROM doubled WHERE n >= :least
      params: {least: $(params.top), day: $(params.day), words: $(params.words)}
      inputs: [{name: small, from: in-java.small}]
      outputs: [{name: result, format: csv}]
    - name: script
      python: {file: plain.py}
      args: ["--day", $(params.day), "--values", $(tasks.numbers.values.count), $(tasks.in-java.values.language)]
      env: [{name: GREETING, value: "hello $(params.day)"}]
    - name: typed
      python: {file: tasks.py, function: typed}
      inputs: [{name: result, from: in-sql.result}, {name: numbers, from: numbers.numbers}]
      outputs: [{name: lines, format: text}, {name: table, format: json}, {name: note, format: file, options: {extension: txt}}]
    - name: inline
      python:
        script: |
          import sparkflow
          from pyspark.sql.functions import udf
          def half(n):
              return n // 2
          frame = sparkflow.input("numbers")
          assert frame.select(udf(half, "bigint")("n").alias("n")).where("n = 2").count() == 2
          sparkflow.value("columns", frame.columns)
          sparkflow.output("again", frame)
      inputs: [{name: numbers, from: numbers.numbers}]
      outputs: [{name: again, format: geoparquet}]
`;
const tasks = `
import datetime
import pandas as pd
import pyarrow as pa
import helper
import sparkflow
from pyspark.sql.functions import udf


def twice(n):
    return n * 2


def numbers(spark, day, words: list[str]):
    # A function of the program's top level: Python workers import it from where the program is.
    assert [row.n for row in spark.range(2).select(udf(twice, "bigint")("id").alias("n")).collect()] == [0, 2]
    assert isinstance(day, datetime.date), type(day)
    assert words == ["a'b", 'c"d', "$(x); DROP TABLE t"], words
    frame = spark.range(1, 6).selectExpr("id AS n", f"DATE'{day}' AS day", "ST_Point(id, id) AS geometry")
    sparkflow.value("count", frame.count())
    return {"numbers": frame.select("geometry", "day", "n"), "plain": frame.select("n")}


def typed(result: pd.DataFrame, numbers: list[dict]):
    assert helper.here() == "imported from beside the program"
    assert sorted(result.n) == [4, 6], result
    assert numbers[0]["geometry"].geom_type == "Point"
    return {"lines": [{"value": w} for w in result.word], "table": pa.table({"n": [1, 2]}), "note": "a note"}
`;
const plain = `
import os, sys
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("plain").master("local[1]").config("spark.sql.shuffle.partitions", "3").getOrCreate()
print("args", sys.argv[1:], "greeting", os.environ["GREETING"], "partitions", spark.conf.get("spark.sql.shuffle.partitions"))
print("rows", spark.range(5).count(), "cwd is empty", os.listdir("."))
spark.stop()
`;

describe("a jar that fails", () => {
  const failing = `public class App {
  public static void main(String[] args) {
    throw new IllegalStateException("no such plaza: " + args[0]);
  }
}
`;
  const manifest =
    "kind: SparkTask\nmetadata: {name: jar}\nspec: {jar: {file: app.jar, mainClass: App}, args: ['42']}\n";
  const folder = project({ "task.yaml": manifest, "App.java": failing });
  jar(folder);

  it("shows the Java exception with the user's line", () => {
    const { cause } = task(run(folder, { expect: 1 }), "jar");
    expect(cause).toMatchObject({
      reason: "java.lang.IllegalStateException",
      message: "no such plaza: 42",
      at: "App.java:3",
      exitCode: 1,
    });
  });
});

describe("a flow of Python, Java and SQL", () => {
  const folder = project({
    "flow.yaml": flow,
    "tasks.py": tasks,
    "plain.py": plain,
    "helper.py": 'def here():\n    return "imported from beside the program"\n',
    "App.java": java,
  });
  jar(folder);
  const record = run(folder);
  const log = (name: string) => readFileSync(task(record, name).log!, "utf8");

  it("passes data from a function to a jar, to SQL and back", () => {
    expect(
      rows(record, "in-java", "small")
        .map(({ n }) => Number(n))
        .sort(),
    ).toEqual([1, 2, 3]);
    expect(rows(record, "in-sql", "result").sort((a, b) => Number(a.n) - Number(b.n))).toEqual([
      { n: "4", sign: ";", day: "2026-10-01", word: "a'b" },
      { n: "6", sign: ";", day: "2026-10-01", word: "a'b" },
    ]);
  });

  it("keeps geometries and their CRS", () => {
    expect(rows(record, "inline", "again").map(({ geometry }) => geometry)).toContain("POINT (1 1)");
    const { uri } = task(record, "inline").outputs![0]!;
    const part = readdirSync(uri.replace("file://", "")).find((name) => name.endsWith(".parquet"))!;
    expect(readFileSync(join(uri.replace("file://", ""), part)).toString("latin1")).toContain("3857");
  });

  it("takes values from any language to later tasks", () => {
    expect(task(record, "in-java").values).toEqual({ language: "java" });
    expect(task(record, "inline").values).toEqual({ columns: ["n", "day", "geometry"] });
    expect(log("script")).toContain(
      "args ['--day', '2026-10-01', '--values', '5', 'java'] greeting hello 2026-10-01 partitions 3",
    );
  });

  it("runs a script that never heard of the library in an empty folder", () => {
    expect(log("script")).toContain("rows 5 cwd is empty []");
  });

  it("says of a program that sets the master itself that it does, though all is well", () => {
    expect(task(record, "script")).toMatchObject({
      phase: "Succeeded",
      message: expect.stringMatching(
        /^the program sets the master local\[1\] itself, the task's engine has local\[\d+\]/,
      ),
    });
  });

  it("writes text, JSON and single files", () => {
    expect(rows(record, "typed", "lines")).toEqual([{ value: "a'b" }, { value: "a'b" }]);
    expect(rows(record, "typed", "table")).toEqual([{ n: 1 }, { n: 2 }]);
    const { uri } = task(record, "typed").outputs!.find(({ name }) => name === "note")!;
    expect(uri).toMatch(/note\.txt$/);
    expect(readFileSync(uri.replace("file://", ""), "utf8")).toBe("a note");
  });

  it("counts rows and keeps schemas of outputs", () => {
    expect(task(record, "numbers").outputs).toMatchObject([
      { name: "numbers", rows: 5, schemaHash: expect.stringMatching(/^[0-9a-f]{8}$/) },
      { name: "plain", rows: 5 },
    ]);
  });

  it("leaves in each task's folder exactly what ran", () => {
    const folderOf = join(task(record, "in-java").log!, "..");
    for (const file of ["attempt.json", "spark-defaults.conf", "driver.log", "result.json"])
      expect(existsSync(join(folderOf, file)), file).toBe(true);
    expect(JSON.parse(readFileSync(join(folderOf, "attempt.json"), "utf8"))).toMatchObject({
      program: { kind: "jar", mainClass: "App" },
      args: [expect.stringContaining("/small"), "3"],
    });
  });
});
