// Secret settings: each class of key has its own way to the JVM, and its exact name is redacted.
import { describe, expect, it } from "vitest";
import { mergeLayers } from "../../../operator/settings/layers.ts";
import { planSecrets, redactionLayers, secretRefusal } from "../../../operator/settings/secrets.ts";

const secret = { name: "lake", key: "secret" };

/** Java's `(?i)` at the head of a group as JavaScript writes it: `(?i:…)`. */
const asJavaScript = (pattern: string) => new RegExp(pattern.replaceAll("(?:(?i)", "(?i:"), "u");
const redaction = (keys: string[], own?: string) =>
  mergeLayers([
    ...(own ? [{ source: "task", conf: new Map([["spark.redaction.regex", own]]) }] : []),
    ...redactionLayers(keys),
  ])[0];

describe("a secret setting", () => {
  it("of spark.hadoop.* stands in the file as a placeholder that Hadoop expands, on driver and executors", () => {
    const plan = planSecrets([{ key: "spark.hadoop.fs.s3a.secret.key", secret }]);
    expect([...plan.layer.conf]).toEqual([["spark.hadoop.fs.s3a.secret.key", "${env.SF_SECRET_1}"]]);
    expect(plan.env).toEqual([{ name: "SF_SECRET_1", secret }]);
    expect([...plan.executorSecrets.conf]).toEqual([
      ["spark.kubernetes.executor.secretKeyRef.SF_SECRET_1", "lake:secret"],
    ]);
    expect(plan.entryPoint).toEqual({});
  });

  it("of spark.executorEnv.* becomes an executor's secretKeyRef", () => {
    const plan = planSecrets([{ key: "spark.executorEnv.TOKEN", secret }]);
    expect([...plan.executorSecrets.conf]).toEqual([["spark.kubernetes.executor.secretKeyRef.TOKEN", "lake:secret"]]);
    expect(plan.layer.conf.size).toBe(0);
    expect(plan.entryPoint).toEqual({});
  });

  it("of any other key is filled in by the entry point, from a numbered variable", () => {
    const plan = planSecrets([
      { key: "spark.hadoop.a", secret },
      { key: "spark.sql.catalog.lake.token", secret: { name: "b", key: "t" } },
    ]);
    expect(plan.entryPoint).toEqual({ "spark.sql.catalog.lake.token": "SF_SECRET_2" });
    expect(plan.env[1]).toEqual({ name: "SF_SECRET_2", secret: { name: "b", key: "t" } });
  });

  it.each([
    ["spark.driver.extraJavaOptions", /command line/],
    ["spark.executor.defaultJavaOptions", /command line/],
    ["spark.network.crypto.saslFallback", /pod specs/],
    ["spark.rpc.io.clientThreads", /pod specs/],
    ["spark.kubernetes.driverEnv.A", /pod specs/],
  ])("can't be %s, since others could read it", (key, why) => {
    expect(secretRefusal(key)).toMatch(why);
  });

  it.each(["spark.hadoop.fs.s3a.secret.key", "spark.executorEnv.A", "spark.sql.catalog.x.token", "spark.networkish.a"])(
    "may be %s",
    (key) => {
      expect(secretRefusal(key)).toBeUndefined();
    },
  );
});

describe("spark.redaction.regex", () => {
  it("isn't touched where nothing is secret", () => {
    expect(redactionLayers([])).toEqual([]);
  });

  it.each([
    ["alone", undefined],
    ["joined with a user's own alternatives", "(?i)pin|card"],
    ["joined with a user's anchored pattern", "^x$"],
  ])("stays a valid expression with the exact keys, %s", (_, own) => {
    const setting = redaction(["spark.sql.catalog.a+b.credential", "spark.hadoop.x(y)"], own);
    const regex = asJavaScript(setting!.value);
    expect("spark.sql.catalog.a+b.credential").toMatch(regex);
    expect("spark.hadoop.x(y)").toMatch(regex);
    expect("spark.hadoop.fs.s3a.SECRET.key").toMatch(regex); // Spark's own words stay
    expect("spark.hadoop.fs.s3a.access.key").toMatch(regex);
    expect("spark.sql.catalog.a+b.credentials").not.toMatch(regex); // exact names alone
    expect("spark.sql.catalog.aab.credential").not.toMatch(regex);
    expect("spark.executor.memory").not.toMatch(regex);
  });

  it("keeps a user's pattern beside Spark's and the exact names", () => {
    const setting = redaction(["spark.a"], "pin");
    expect(setting?.parts?.map(({ source }) => source)).toEqual(["task", "Spark's default", "secretConf"]);
    expect("my.pin").toMatch(asJavaScript(setting!.value));
  });
});
