// resolve: layers in order with their sources, defaults filled in.
import { describe, expect, it } from "vitest";
import { paramTypesAnnotation, resolveTask } from "../../../operator/task/resolve.ts";
import { sparkEngine, sparkTask } from "../builders.ts";

const setting = (task: ReturnType<typeof resolveTask>, key: string) => task.settings.find((one) => one.key === key);

describe("settings", () => {
  const engine = sparkEngine(
    {
      kubernetes: {},
      profiles: ["session", "sedona", "production"],
      sparkConf: { "spark.a": "engine", "spark.b": "engine" },
      executor: { memory: "8g" },
    },
    "prod",
  );
  const resolved = resolveTask(
    sparkTask({ sparkConf: { "spark.a": "task", "spark.sql.extensions": "x.Iceberg" } }),
    engine,
  );

  it.each([
    ["spark.a", "task", "task count"],
    ["spark.b", "engine", "engine prod"],
    ["spark.executor.memory", "8g", "engine prod"],
    ["spark.executor.cores", "4", "profile production"],
    ["spark.driver.memory", "8g", "profile production"],
    ["spark.memory.fraction", "0.7", "profile session"],
    ["spark.app.name", "count", "built-in"],
  ])("%s is %s, from %s", (key, value, source) => {
    expect(setting(resolved, key)).toMatchObject({ value, source });
  });

  it("that add up keep Sedona's beside the user's", () => {
    expect(setting(resolved, "spark.sql.extensions")).toMatchObject({
      value: "org.apache.sedona.sql.SedonaSqlExtensions,x.Iceberg",
      source: "profile sedona, task count",
    });
  });

  it("of a task's own profiles replace the engine's", () => {
    const own = resolveTask(sparkTask({ profiles: ["sedona"] }), engine);
    expect(setting(own, "spark.executor.cores")).toBeUndefined();
    expect(setting(own, "spark.kryo.registrator")?.source).toBe("profile sedona");
  });

  it("of no profiles are none but the built-in ones", () => {
    const none = resolveTask(sparkTask({ profiles: [] }), undefined);
    expect(new Set(none.settings.map(({ source }) => source))).toEqual(new Set(["built-in"]));
  });

  it("of taskDefaults stand between engine and task", () => {
    const task = sparkTask({
      sparkConf: { "spark.a": "task" },
      flowDefaults: { sparkConf: { "spark.a": "defaults", "spark.b": "defaults" } },
    });
    const labels = { "sparkflow.dev/flow": "nightly", "sparkflow.dev/task": "count" };
    const made = resolveTask({ ...task, metadata: { ...task.metadata, labels } }, engine);
    expect(setting(made, "spark.a")).toMatchObject({ value: "task", source: "task count" });
    expect(setting(made, "spark.b")).toMatchObject({ value: "defaults", source: "flow nightly taskDefaults" });
  });

  it("of an engine's storage come from it, secrets as placeholders", () => {
    const secret = (key: string) => ({ name: "lake", key });
    const s3 = {
      endpoint: "https://minio:9000",
      region: "eu",
      pathStyle: true,
      accessKey: secret("id"),
      secretKey: secret("key"),
    };
    const task = resolveTask(sparkTask(), sparkEngine({ kubernetes: {}, storage: { uri: "s3a://lake/flows", s3 } }));
    expect(setting(task, "spark.hadoop.fs.s3a.endpoint")).toMatchObject({
      value: s3.endpoint,
      source: "engine storage.s3",
    });
    expect(setting(task, "spark.hadoop.fs.s3a.endpoint.region")?.value).toBe("eu");
    expect(setting(task, "spark.hadoop.fs.s3a.path.style.access")?.value).toBe("true");
    expect(setting(task, "spark.hadoop.fs.s3a.access.key")?.value).toBe("${env.SF_SECRET_1}");
    expect(setting(task, "spark.hadoop.fs.s3a.secret.key")?.value).toBe("${env.SF_SECRET_2}");
    expect(setting(task, "spark.redaction.regex")?.value).toContain("fs\\.s3a\\.secret\\.key");
  });

  it("that are secret at several layers take the highest layer's Secret", () => {
    const key = "spark.hadoop.x";
    const task = resolveTask(
      sparkTask({ secretConf: [{ key, secret: { name: "mine", key: "k" } }] }),
      sparkEngine({ local: {}, secretConf: [{ key, secret: { name: "engines", key: "k" } }] }),
    );
    expect(task.secrets.env).toEqual([{ name: "SF_SECRET_1", secret: { name: "mine", key: "k" } }]);
  });
});

describe("what nobody says", () => {
  it("has the documented defaults", () => {
    expect(resolveTask(sparkTask(), undefined)).toMatchObject({
      namespace: "default",
      engine: { name: "default", kind: "local", localCores: 4 },
      image: "sparkflow/spark-sedona:3.5.7-1.8.0",
      imagePullSecrets: [],
      retry: { limit: 0, infrastructureLimit: 5, initialMs: 10_000, factor: 2, maxMs: 600_000 },
      timeouts: {},
      env: [],
    });
  });

  it("is two executors on pods, unless a profile or field says otherwise", () => {
    const pods = sparkEngine({ kubernetes: {} });
    expect(setting(resolveTask(sparkTask(), pods), "spark.executor.instances")).toMatchObject({
      value: "2",
      source: "built-in",
    });
    expect(
      setting(resolveTask(sparkTask({ executor: { instances: 0 } }), pods), "spark.executor.instances")?.value,
    ).toBe("0");
  });
});

describe("a task over its engine", () => {
  it("wins field by field: image, account, environment, templates, durations", () => {
    const engine = sparkEngine({
      kubernetes: {},
      image: "engine:1",
      serviceAccountName: "reader",
      env: [
        { name: "A", value: "engine" },
        { name: "B", value: "engine" },
      ],
      driver: { podTemplate: { spec: { nodeSelector: { a: "1" }, tolerations: [{ key: "x" }] } } },
    });
    const task = resolveTask(
      sparkTask({
        image: "task:1",
        env: [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }],
        driver: { podTemplate: { spec: { nodeSelector: { b: "2" } } } },
        timeouts: { start: "90s", run: "1h30m" },
        retry: { limit: 3, backoff: { initial: "500ms" } },
      }),
      engine,
    );
    expect(task).toMatchObject({
      image: "task:1",
      serviceAccountName: "reader",
      env: [
        { name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
        { name: "B", value: "engine" },
      ],
      driverTemplate: { spec: { nodeSelector: { a: "1", b: "2" }, tolerations: [{ key: "x" }] } },
      timeouts: { startMs: 90_000, runMs: 5_400_000 },
      retry: { limit: 3, initialMs: 500 },
    });
    expect(task.env[0]).not.toHaveProperty("value");
  });
});

describe("params", () => {
  it("have the type that they evidently are", () => {
    const { params } = resolveTask(
      sparkTask({ params: { a: 1, b: 1.5, c: true, d: "x", e: ["x"], constructor: 2 } }),
      undefined,
    );
    expect(Object.fromEntries(Object.entries(params).map(([name, { type }]) => [name, type]))).toEqual({
      a: "integer",
      b: "number",
      c: "boolean",
      d: "string",
      e: "list",
      constructor: "integer",
    });
  });

  it("have the type that a run declares", () => {
    const task = sparkTask({ params: { day: "2026-10-01", list: ["2026-10-01"] } });
    task.metadata.annotations = {
      [paramTypesAnnotation]: JSON.stringify({ day: { type: "date" }, list: { type: "list", items: "date" } }),
    };
    expect(resolveTask(task, undefined).params).toEqual({
      day: { type: "date", value: "2026-10-01" },
      list: { type: "list", items: "date", value: ["2026-10-01"] },
    });
  });
});
