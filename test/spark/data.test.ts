// Data of every kind that isn't rows in plain files: URLs, folders, models, tables, partitions, and what isn't there.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findToolchain } from "../../operator/engines/local/toolchain.ts";
import { project, python, root, rows, run, task } from "./cli.ts";

const head = "apiVersion: sparkflow.dev/v1alpha1\n";
const flow = `${head}kind: SparkEngine
metadata: {name: default}
spec:
  local: {}
  deps: {jars: [JAR]}
  sparkConf:
    spark.sql.catalog.lake: org.apache.iceberg.spark.SparkCatalog
    spark.sql.catalog.lake.type: hadoop
    spark.sql.catalog.lake.warehouse: FOLDER/lake
---
${head}kind: SparkFlow
metadata: {name: data}
spec:
  failFast: false
  tasks:
    - name: load
      python: {file: tasks.py, function: load}
      inputs: [{name: raw, uri: "URL/words.csv?token=secret", format: csv}]
      outputs: [{name: rows, partitionBy: [code]}, {name: site, format: directory}, {name: model, format: model}]
    - {name: fails, python: {file: tasks.py, function: fails}, outputs: [{name: rows}]}
    - name: append
      python: {file: tasks.py, function: append}
      params: {folder: FOLDER}
      inputs: [{name: rows, from: load.rows}]
      outputs: [{name: words, table: lake.db.words}]
      retry: {limit: 1, backoff: {initial: 1s}}
    - name: in-sql
      sql: {statements: "SELECT code, n + (SELECT count(*) FROM extra) AS n FROM words"}
      inputs: [{name: words, from: append.words}, {name: extra, from: fails.rows, optional: true, schema: "n INT"}]
      outputs: [{name: result, format: json}]
    - name: in-java
      jar: {file: app.jar, mainClass: App}
      args: ["$(inputs.extra.uri)"]
      inputs:
        - {name: raw, uri: "URL/words.csv?token=secret", format: file}
        - {name: site, from: load.site}
        - {name: words, from: append.words}
        - {name: extra, from: fails.rows, optional: true}
        - {name: small, configMap: {name: none, key: none}, format: text, optional: true}
      outputs: [{name: copy, format: directory}]
    - name: use
      python: {file: tasks.py, function: use}
      inputs:
        - {name: model, from: load.model}
        - {name: site, from: load.site}
        - {name: copy, from: in-java.copy}
        - {name: extra, from: fails.rows, optional: true}
        - {name: gone, uri: "URL/gone.csv", format: csv, optional: true}
    - name: missing
      python: {file: tasks.py, function: never}
      inputs: [{name: gone, uri: "URL/gone.csv?token=secret", format: csv}]
`;
const tasks = `
import pathlib, tempfile
import sparkflow
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.feature import StringIndexer


def load(raw):
    site = pathlib.Path(tempfile.mkdtemp())
    (site / "pages").mkdir()
    (site / "pages" / "a.html").write_text("<p>")
    rows = raw.selectExpr("lpad(code, 2, '0') AS code", "CAST(n AS INT) AS n")
    return {"rows": rows, "site": site, "model": Pipeline(stages=[StringIndexer(inputCol="code", outputCol="i")]).fit(rows)}


def fails():
    raise ValueError("as it should")


def append(rows, folder: str):
    sparkflow.output("words", rows)
    once = pathlib.Path(folder) / "appended-once"
    if not once.exists():
        once.touch()
        raise RuntimeError("after the append")


def never(gone):
    return gone


def use(model: PipelineModel, site: pathlib.Path, copy: str, extra, gone=1) -> dict:
    assert extra is None and gone is None
    return {
        "model": model.stages[0].labels,
        "site": (site / "pages" / "a.html").read_text(),
        "copy": pathlib.Path(copy, "b.txt").read_text(),
    }
`;
const java = `
import java.nio.file.*;
public class App {
  public static void main(String[] args) throws Exception {
    String copy = System.getenv("SPARKFLOW_OUTPUT_COPY").replace("file://", "");
    Files.createDirectories(Path.of(copy));
    Path raw = Path.of(System.getenv("SPARKFLOW_INPUT_RAW").replace("file://", ""));
    String site = System.getenv("SPARKFLOW_INPUT_SITE").replace("file://", "");
    Files.writeString(Path.of(copy, "b.txt"), String.join(" ", String.valueOf(Files.readAllLines(raw).size()),
        String.valueOf(Files.exists(Path.of(site, "pages/a.html"))), System.getenv("SPARKFLOW_INPUT_WORDS"),
        String.valueOf(System.getenv("SPARKFLOW_INPUT_EXTRA")), String.valueOf(System.getenv("SPARKFLOW_INPUT_SMALL")),
        "[" + args[0] + "]"));
  }
}
`;

/** A server of the folder web/, in a process of its own: the tests wait for the command without looking at anything else. */
async function serve(folder: string): Promise<{ url: string; asked: () => string[] }> {
  const log = join(folder, "web.log");
  const args = ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", join(folder, "web")];
  const server = spawn(python, args, { stdio: ["ignore", "pipe", openSync(log, "w")] });
  afterAll(() => void server.kill());
  const [first] = (await once(server.stdout!, "data")) as [Buffer];
  const port = /port (\d+)/.exec(first.toString())![1]!;
  const asked = () => [...readFileSync(log, "utf8").matchAll(/"GET (\S+)/g)].map(([, path]) => path!);
  return { url: `http://127.0.0.1:${port}`, asked };
}

describe("a flow with data of every kind", async () => {
  const jars = join(root, "jars");
  expect(spawnSync(join(jars, "fetch.sh"), ["iceberg-35-1100"]).status).toBe(0);
  const folder = project({ "tasks.py": tasks, "App.java": java, "web/words.csv": "code,n\n1,10\n2,20\n" });
  const { sparkHome, javaHome } = findToolchain({ config: {}, folder: "." });
  for (const [command, ...args] of [
    ["javac", "-cp", `${sparkHome}/jars/*`, "-d", "classes", "App.java"],
    ["jar", "--create", "--file", "app.jar", "-C", "classes", "."],
  ] as const)
    expect(spawnSync(join(javaHome, "bin", command), args, { cwd: folder }).status).toBe(0);
  const { url, asked } = await serve(folder);
  const manifest = flow
    .replace("JAR", join(jars, "iceberg-35-1100/iceberg-spark-runtime-3.5_2.12-1.10.0.jar"))
    .replaceAll("FOLDER", folder)
    .replaceAll("URL", url);
  writeFileSync(join(folder, "flow.yaml"), manifest);
  const record = run(folder, { expect: 1 });

  it("ends as it should", () => {
    const phases = Object.fromEntries(record.tasks.map(({ name, phase }) => [name, phase]));
    expect(phases).toEqual({
      load: "Succeeded",
      fails: "Failed",
      append: "Succeeded",
      "in-sql": "Succeeded",
      "in-java": "Succeeded",
      use: "Succeeded",
      missing: "Failed",
    });
  });

  it("downloads an input once a run, and never shows what may be a secret in its URL", () => {
    expect(asked().filter((path) => path === "/words.csv?token=secret")).toHaveLength(1);
    const { cause } = task(record, "missing");
    expect(cause).toMatchObject({
      reason: "InputMissing",
      message: `input \`gone\` isn't there: ${url}/gone.csv?… answered 404 File not found`,
    });
  });

  it("appends to a table once, though the attempt was tried again; partitions keep their types", () => {
    expect(task(record, "append").attempt).toBe(2);
    expect(readFileSync(task(record, "append").log!, "utf8")).toContain("an earlier attempt has written it");
    expect(task(record, "append").outputs).toMatchObject([
      { name: "words", uri: "lake.db.words", format: "table", rows: 2 },
    ]);
    expect(rows(record, "in-sql", "result").sort((a, b) => Number(a.n) - Number(b.n))).toEqual([
      { code: "01", n: 10 },
      { code: "02", n: 20 },
    ]);
    const { uri } = task(record, "load").outputs!.find(({ name }) => name === "rows")!;
    expect(readdirSync(uri.replace("file://", "")).filter((name) => name.startsWith("code="))).toHaveLength(2);
  });

  it("gives a jar the same by its environment, and nothing for what isn't there", () => {
    expect(task(record, "use").values).toMatchObject({ copy: "3 true lake.db.words null null []" });
  });

  it("passes on a model and a folder", () => {
    expect(task(record, "use").values).toMatchObject({ model: ["01", "02"], site: "<p>" });
  });
});
