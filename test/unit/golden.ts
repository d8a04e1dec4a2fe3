// Golden files, and what they are made of. `npx vitest run test/unit -u` writes them anew.
import { join } from "node:path";
import { expect } from "vitest";
import { stringify } from "yaml";
import type { SparkEngine, SparkTask } from "../../operator/api/kinds.ts";
import { expandTask } from "../../operator/flow/expand.ts";
import { flowTask, sparkEngine, sparkFlow, sparkTask } from "./builders.ts";

/** Compares an object, as YAML, with the golden file of this name. */
export const golden = (name: string, object: unknown): Promise<void> =>
  expect(stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).toMatchFileSnapshot(
    join(import.meta.dirname, "golden", `${name}.yaml`),
  );

export const goldenLocalTask: SparkTask = sparkTask(
  {
    python: { configMap: { name: "code", key: "words.py" }, function: "count" },
    params: { top: 10, note: 'a "quoted" $$(text)' },
    inputs: [
      { name: "lines", format: "text", configMap: { name: "data", key: "words.txt" } },
      { name: "stop-words", uri: "s3a://lake/stop-words", format: "csv", options: { header: "true" } },
    ],
    outputs: [{ name: "counts", format: "csv", schema: "word STRING, n BIGINT" }],
    args: ["--top", "$(params.top)"],
    sparkConf: { "spark.sql.shuffle.partitions": 8, "spark.my.motto": " spaces around " },
    driver: { memory: "2g" },
    retry: { limit: 1 },
  },
  "word-count",
);

const lake = (key: string) => ({ name: "lake", key });
export const goldenKubernetesTask: [SparkTask, SparkEngine] = [
  sparkTask(
    {
      jar: { file: "local:///app/app.jar", mainClass: "com.example.App" },
      args: ["--out", "$(outputs.result.uri)"],
      outputs: [{ name: "result" }],
      deps: { packages: ["org.example:lib:1.0"] },
      secretConf: [{ key: "spark.sql.catalog.lake.token", secret: lake("token") }],
      env: [{ name: "API_TOKEN", valueFrom: { secretKeyRef: { name: "api", key: "token" } } }],
      executor: { instances: 2, maxInstances: 10, cores: 2, memory: "4Gi", spot: true },
    },
    "load",
  ),
  sparkEngine(
    {
      kubernetes: {},
      image: "registry.example/spark:1",
      imagePullSecrets: [{ name: "registry" }],
      serviceAccountName: "lake-reader",
      storage: {
        uri: "s3a://lake/flows",
        s3: { endpoint: "https://minio:9000", accessKey: lake("id"), secretKey: lake("secret") },
      },
      profiles: ["session", "sedona", "production"],
      confFiles: { name: "hive-conf" },
      driver: {
        memory: "8Gi",
        cores: 2,
        podTemplate: { metadata: { annotations: { team: "geo" } }, spec: { nodeSelector: { pool: "spark" } } },
      },
    },
    "prod",
  ),
];

/** A flow's task after its upstream task has ended. */
export function goldenFlowTask() {
  const count = flowTask("count", {
    python: { function: "count" },
    params: { date: "$(params.date)", rows: "$(tasks.load.values.rows)", top: "$(params.top)" },
    inputs: [{ name: "words", from: "load.words" }],
    outputs: [{ name: "counts", format: "csv" }],
    args: ["$(run.date)", "$(inputs.words.uri)", "$(tasks.load.values.note)"],
  });
  const flow = sparkFlow([flowTask("load", { outputs: [{ name: "words", format: "csv" }] }), count], {
    params: { date: { type: "date", default: "$(run.date)" }, top: { type: "integer", default: 10 } },
    taskDefaults: {
      python: { file: "local:///app/words.py" },
      sparkConf: { "spark.sql.shuffle.partitions": 8 },
      driver: { memory: "2g" },
    },
  });
  const words = { name: "words", uri: "file:///storage/r/load/1/words", format: "csv", schema: "word STRING" };
  return expandTask(flow, count, {
    name: "nightly-20261001-010000",
    id: "nightly-20261001-010000",
    date: "2026-10-01",
    scheduledAt: "2026-10-01T01:00:00Z",
    params: { date: "2026-10-01", top: 10 },
    results: new Map([["load", { values: { rows: 14, note: "$(params.top) isn't parsed" }, outputs: [words] }]]),
  });
}
