// A secret reaches the job through every class of secretConf, and appears nowhere else.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { sparkflow as local, project } from "../spark/cli.ts";
import { apply, cluster, finished, kubectl, podsEngine, podsOf, sparkTask, taskStatus } from "./cluster.ts";
import { fetched, inStorage } from "./storage.ts";

const canary = "canary-9f3e'x\\y";
const digest = createHash("sha256").update(canary).digest("hex");
const name = "secretive";

/** Reads the secret back in the driver and in executors, and looks for it where it must not be; says only digests and truths. */
const program = `
import glob, hashlib, json, os, urllib.request
import sparkflow

known = "-".join(["canary", "9f"])  # this text itself is shown everywhere
digest = lambda text: hashlib.sha256((text or "").encode()).hexdigest()


def in_command_lines(secret):
    found = False
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            found = found or secret.encode() in open(path, "rb").read()
        except OSError:
            pass
    return found


def look(_):
    import os
    secret = os.environ["CANARY_ENV"]
    hadoop = [value for name, value in os.environ.items() if name.startswith("SF_SECRET_")]
    return (os.environ["HOSTNAME"], digest(secret), [digest(value) for value in hadoop], in_command_lines(secret))


def main(spark):
    hadoop = spark.sparkContext._jsc.hadoopConfiguration().get("canary.key")
    plain = spark.conf.get("spark.canary.plain")
    ui = urllib.request.urlopen("http://localhost:4040/environment/").read().decode()
    api = urllib.request.urlopen("http://localhost:4040/api/v1/applications/" + spark.sparkContext.applicationId + "/environment").read().decode()
    sparkflow.value("driver", [digest(hadoop), digest(plain)])
    sparkflow.value("ui", any(each in page for page in (ui, api) for each in (plain, json.dumps(plain)[1:-1], known)))
    sparkflow.value("driver_command_lines", in_command_lines(known))
    seen = spark.sparkContext.parallelize(range(8), 8).map(look).collect()
    sparkflow.value("executors", sorted({host for host, *_ in seen}))
    sparkflow.value("executor_env", sorted({env for _, env, _, _ in seen}))
    sparkflow.value("executor_hadoop", sorted({each for _, _, every, _ in seen for each in every}))
    sparkflow.value("executor_command_lines", any(found for *_, found in seen))


`;
const secret = { name: "canary", key: "value" };
const spec = {
  engine: "secretive",
  python: { script: program, function: "main" },
  secretConf: [
    { key: "spark.hadoop.canary.key", secret },
    { key: "spark.canary.plain", secret },
    { key: "spark.executorEnv.CANARY_ENV", secret },
  ],
  sparkConf: { "spark.eventLog.enabled": true, "spark.eventLog.dir": "file:///opt/sparkflow/storage/events" },
};

describe("a secret of secretConf", () => {
  let values: Record<string, unknown> = {};
  beforeAll(() => {
    const stringData = { value: canary };
    apply({ apiVersion: "v1", kind: "Secret", metadata: { name: "canary" }, stringData });
    // Spark makes no folder for event logs.
    inStorage("mkdir", "-p", "-m", "777", "/opt/sparkflow/storage/events");
    apply(podsEngine("secretive"));
    apply(sparkTask(name, spec));
    finished(`sparktask/${name}`);
    const { phase, message } = taskStatus(name);
    expect(`${phase} ${message}`).toBe("Succeeded ");
    values = taskStatus(name).values as Record<string, unknown>;
  });

  it("reaches the driver as a Hadoop setting and as any other", () => {
    expect(values.driver).toEqual([digest, digest]);
  });

  it("reaches the executors as a Hadoop setting and as a variable", () => {
    expect((values.executors as string[]).length).toBeGreaterThan(0);
    expect(values.executor_env).toEqual([digest]);
    expect(values.executor_hadoop).toContain(digest);
  });

  it("is on no command line and on no page of Spark's", () => {
    expect(values).toMatchObject({ ui: false, driver_command_lines: false, executor_command_lines: false });
  });

  it("is in no object of the namespace but its Secret", () => {
    const kinds =
      "pods,configmaps,events,sparktasks,sparkflows,sparkflowruns,sparkengines,controllerrevisions,serviceaccounts";
    expect(kubectl(["get", kinds, "-o", "yaml"])).not.toContain("canary-9f");
  });

  it("is in no log, of the driver or the operator", () => {
    const [driver] = podsOf(name, "driver");
    expect(kubectl(["logs", driver!.metadata.name])).not.toContain("canary-9f");
    expect(kubectl(["logs", "-n", cluster.system, "deployment/sparkflow", "--tail=-1"])).not.toContain("canary-9f");
  });

  it("is in no event log", () => {
    const folder = fetched("file:///opt/sparkflow/storage/events");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
      statSync(join(folder, file)).isFile(),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(readFileSync(join(folder, file), "utf8")).not.toContain("canary-9f");
  });

  it("is in nothing that render prints", () => {
    const documents = [
      podsEngine("secretive"),
      sparkTask(name, spec),
      { apiVersion: "v1", kind: "Secret", metadata: { name: "canary" }, stringData: { value: canary } },
    ];
    const folder = project({ "all.yaml": documents.map((one) => JSON.stringify(one)).join("\n---\n") });
    const { code, stdout, stderr } = local(folder, ["render", "all.yaml"]);
    expect(`${code} ${stderr}`).toBe("0 ");
    expect(stdout).toContain("SF_SECRET_");
    expect(stdout).not.toContain("canary-9f");
  });
});
