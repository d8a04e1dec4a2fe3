// Outputs on S3: a flow whose tasks pass data through a real S3 server, with the keys from a Secret.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../cluster/command.ts";
import { type S3Server, startS3 } from "../s3/server.ts";
import { apply, cluster, list, runStatus, smallDriver, sparkEngine, taskStatus } from "./cluster.ts";

const program = `
def numbers(spark):
    return spark.range(100).selectExpr("id AS n")


def squares(spark, numbers):
    import sparkflow
    squared = numbers.selectExpr("n", "n * n AS square")
    sparkflow.value("largest", squared.agg({"square": "max"}).first()[0])
    return squared
`;
const key = (name: string) => ({ name: "lake", key: name });

describe("a flow with its storage on S3", () => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await startS3(cluster.host);
    await s3.makeBucket("lake");
    const stringData = { id: s3.accessKey, secret: s3.secretKey };
    apply({ apiVersion: "v1", kind: "Secret", metadata: { name: "lake" }, stringData });
    apply(
      sparkEngine("s3", {
        local: { cores: 2 },
        driver: smallDriver,
        storage: {
          uri: "s3a://lake/flows",
          s3: {
            endpoint: s3.endpoint,
            pathStyle: true,
            region: "eu-west-3",
            accessKey: key("id"),
            secretKey: key("secret"),
          },
        },
      }),
    );
    const python = (name: string) => ({ script: program, function: name });
    apply({
      apiVersion: "sparkflow.dev/v1alpha1",
      kind: "SparkFlow",
      metadata: { name: "lake" },
      spec: {
        taskDefaults: { engine: "s3" },
        tasks: [
          {
            name: "numbers",
            python: python("numbers"),
            outputs: [{ name: "out", format: "parquet", schema: "n BIGINT" }],
          },
          {
            name: "squares",
            python: python("squares"),
            inputs: [{ name: "numbers", from: "numbers.out" }],
            outputs: [{ name: "out", format: "csv", schema: "n BIGINT, square BIGINT" }],
          },
        ],
      },
    });
    await until("the run has ended", () => runStatus("lake-g1").finishedAt !== undefined, { timeoutMs: 240_000 });
  });
  afterAll(() => s3?.stop());

  it("succeeds, and passes the data on", () => {
    const { phase, message } = runStatus("lake-g1");
    expect(`${phase}: ${message}`).toBe("Succeeded: 2 of 2 tasks succeeded");
    const [squares] = list("sparktasks", "-l", "sparkflow.dev/run=lake-g1,sparkflow.dev/task=squares");
    expect(taskStatus(squares!.metadata.name)).toMatchObject({ values: { largest: 9801 } });
  });

  it("has its outputs in the bucket, by namespace, flow, run, task and attempt", async () => {
    const [squares] = list("sparktasks", "-l", "sparkflow.dev/run=lake-g1,sparkflow.dev/task=squares");
    const { uri } = taskStatus(squares!.metadata.name).outputs![0]!;
    expect(uri).toMatch(new RegExp(`^s3a://lake/flows/${cluster.namespace}/lake-[0-9a-f]{8}/lake-g1/squares/1/out$`));
    const prefix = `${uri.replace("s3a://lake/", "")}/`;
    expect((await s3.keys("lake")).some((file) => file.startsWith(prefix) && file.endsWith(".csv"))).toBe(true);
  });
});
