// Secrets on a cluster: references in the objects, by class of key. The operator reads no Secret, so there is no value that
// could be anywhere; the canaries here stand for names, which may be seen, beside values, which can't.
import { describe, expect, it } from "vitest";
import type { TaskSpec } from "../../../../operator/api/task.ts";
import { sparkEngine, sparkTask } from "../../builders.ts";
import { objectsOf, type Pod } from "./pods.ts";

const secret = (key: string) => ({ name: "canary", key });
const spec: TaskSpec = {
  secretConf: [
    { key: "spark.hadoop.fs.s3a.secret.key", secret: secret("hadoop") },
    { key: "spark.executorEnv.API_TOKEN", secret: secret("executor") },
    { key: "spark.sql.catalog.lake.credential", secret: secret("entry-point") },
  ],
  env: [{ name: "OWN", valueFrom: { secretKeyRef: secret("own") } }],
};
const env = (pod: Pod) =>
  Object.fromEntries(pod.spec.containers[0]!.env.map((one) => [one.name, one.valueFrom ?? one.value]));
const ref = (key: string) => ({ secretKeyRef: secret(key) });
const { driver, executor, map } = objectsOf(sparkTask(spec), sparkEngine({ kubernetes: {} }));
const conf = map.data["spark-defaults.conf"]!;

describe("a secret setting", () => {
  it("of Hadoop's is a placeholder that Hadoop expands, in the driver and, by Spark, in executors", () => {
    expect(conf).toContain("\nspark.hadoop.fs.s3a.secret.key=${env.SF_SECRET_1}\n");
    expect(env(driver).SF_SECRET_1).toEqual(ref("hadoop"));
    expect(conf).toContain("\nspark.kubernetes.executor.secretKeyRef.SF_SECRET_1=canary:hadoop\n");
    expect(env(executor)).not.toHaveProperty("SF_SECRET_1");
  });

  it("that is an executor's variable is one by Spark, and stands in no file", () => {
    expect(conf).toContain("\nspark.kubernetes.executor.secretKeyRef.API_TOKEN=canary:executor\n");
    expect(conf).not.toMatch(/^spark\.executorEnv\.API_TOKEN/m);
    expect(env(driver)).not.toHaveProperty("API_TOKEN");
  });

  it("that is an executor's variable is the driver's where there are no executors", () => {
    const one = objectsOf(sparkTask(spec), sparkEngine({ local: {} }));
    expect(env(one.driver).API_TOKEN).toEqual(ref("executor"));
    expect(one.map.data["spark-defaults.conf"]).not.toContain("secretKeyRef");
  });

  it("of any other kind is filled in by the entry point, from a variable that only the driver has", () => {
    expect(JSON.parse(map.data["attempt.json"]!).conf.secret).toEqual({
      "spark.sql.catalog.lake.credential": "SF_SECRET_3",
    });
    expect(env(driver).SF_SECRET_3).toEqual(ref("entry-point"));
    expect(conf).not.toMatch(/^spark\.sql\.catalog\.lake\.credential=/m);
    expect(conf).not.toContain("secretKeyRef.SF_SECRET_3");
  });

  it("is kept out of web interface and event log by its exact name, with Spark's own pattern beside it", () => {
    const line = /^spark\.redaction\.regex=(.*)$/m.exec(conf)![1]!;
    // The file escapes backslashes.
    const pattern = new RegExp(line.replaceAll("\\\\", "\\").replace("(?i)", ""));
    for (const key of [
      "spark.hadoop.fs.s3a.secret.key",
      "spark.sql.catalog.lake.credential",
      "spark.executorEnv.API_TOKEN",
    ])
      expect(key).toMatch(pattern);
    expect("spark.some.password").toMatch(pattern);
    expect("spark.sql.catalog.lake.uri").not.toMatch(pattern);
  });

  it("of the user's env is a reference in driver and executors", () => {
    expect(env(driver).OWN).toEqual(ref("own"));
    expect(env(executor).OWN).toEqual(ref("own"));
  });
});

describe("no object", () => {
  it("has a value in the place of a reference: every variable that names the Secret is a reference", () => {
    for (const pod of [driver, executor])
      for (const one of pod.spec.containers[0]!.env)
        if (JSON.stringify(one).includes("canary")) expect(Object.keys(one)).toEqual(["name", "valueFrom"]);
  });

  it("mounts a Secret that nobody asked for", () => {
    for (const pod of [driver, executor]) expect(JSON.stringify(pod.spec.volumes)).not.toContain("secret");
  });
});
