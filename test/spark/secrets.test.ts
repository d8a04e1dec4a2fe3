// Secret settings reach the job by each class of key, and appear nowhere else.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { project, rows, run, sparkflow } from "./cli.ts";

const canary = "canary-7f3a=#! \\u0041";
const program = `
import hashlib
import os
import subprocess
from pyspark.sql.functions import udf


def read(spark):
    digest = lambda text: hashlib.sha256(text.encode()).hexdigest()
    hadoop = spark.sparkContext._jsc.hadoopConfiguration().get("fs.test.secret")
    conf = spark.sparkContext.getConf().get("spark.test.password")
    in_worker = udf(lambda _: digest(os.environ["TOKEN"]))
    lines = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    seen = spark.range(1).select(in_worker("id")).first()[0]
    found = {"hadoop": digest(hadoop), "conf": digest(conf), "env": digest(os.environ["TOKEN"]), "worker": seen}
    found["command lines"] = str("canary" + "-7f3a" in lines)
    found["redacted"] = str("canary" + "-7f3a" in spark.sparkContext._jsc.sc().conf().toDebugString())
    return [{"where": k, "what": v} for k, v in found.items()]
`;
const task = `kind: SparkTask
metadata: {name: secrets}
spec:
  python: {file: read.py, function: read}
  secretConf:
    - {key: spark.hadoop.fs.test.secret, secret: {name: lake, key: secret}}
    - {key: spark.test.password, secret: {name: lake, key: secret}}
  env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: lake, key: secret}}}]
  outputs: [{name: found, format: json}]
`;

describe("secretConf", () => {
  const folder = project({
    "task.yaml": task,
    "read.py": program,
    "secrets/lake/secret": canary,
    "sparkflow.local.yaml": "secrets: ./secrets\n",
  });
  const record = run(folder, { args: ["--no-archive"] });
  const found = Object.fromEntries(rows(record, "secrets", "found").map(({ where, what }) => [where, what]));

  it("brings the value to the session, to Hadoop, to the environment and to Python workers", () => {
    expect(new Set([found.hadoop, found.conf, found.env, found.worker]).size).toBe(1);
    expect(found.hadoop).toMatch(/^[0-9a-f]{64}$/);
  });

  it("shows it on no command line", () => expect(found["command lines"]).toBe("False"));

  it("writes it nowhere below .sparkflow", () => {
    const state = join(folder, ".sparkflow");
    const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const leaking = files.filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes("canary-7f3a"));
    expect(files.length).toBeGreaterThan(4);
    expect(leaking.map(({ name }) => name)).toEqual([]);
  });

  it("is a reference in what render prints", () => {
    const { stdout } = sparkflow(folder, ["render", "."]);
    expect(stdout).toContain("secretKeyRef");
    expect(stdout).toContain("${env.SF_SECRET_1}");
    expect(stdout).not.toContain("canary-7f3a");
  });
});
