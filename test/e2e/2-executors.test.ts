// A task with executors: driver and executor pods that do a Sedona join, and what is left of them.
import { beforeAll, describe, expect, it } from "vitest";
import { until } from "../cluster/command.ts";
import { readOutput } from "../spark/cli.ts";
import { apply, finished, kubectl, list, podsEngine, podsOf, sparkTask, taskStatus } from "./cluster.ts";
import { fetched } from "./storage.ts";

const program = `
import os
import sparkflow
from pyspark.sql import functions as F


def host(_):
    return os.environ["HOSTNAME"]


def join(spark, n: int):
    points = spark.range(0, n, 1, 4).selectExpr("id", "ST_Point(CAST(id % 100 AS DOUBLE), CAST(id % 70 AS DOUBLE)) AS g")
    cells = spark.range(10).selectExpr("id AS cell", "ST_PolygonFromEnvelope(id * 10.0, 0.0, id * 10.0 + 9.5, 70.0) AS c")
    sparkflow.value("hosts", sorted(set(spark.sparkContext.parallelize(range(16), 16).map(host).collect())))
    sparkflow.value("master", spark.conf.get("spark.master"))
    return cells.join(points, F.expr("ST_Contains(c, g)")).groupBy("cell").count().orderBy("cell")
`;
const name = "join";

describe("a task with two executors", () => {
  let most: { running?: number } = {};
  beforeAll(async () => {
    apply(podsEngine("pods"));
    apply(
      sparkTask(name, {
        engine: "pods",
        python: { script: program, function: "join" },
        params: { n: 20000 },
        outputs: [{ name: "cells", format: "parquet", schema: "cell BIGINT, count BIGINT" }],
      }),
    );
    await until("the executors run", () => (taskStatus(name).executors?.running ?? 0) === 2, { timeoutMs: 120_000 });
    most = taskStatus(name).executors ?? {};
    finished(`sparktask/${name}`);
  });

  it("succeeds, with the work done in the executors' pods", () => {
    const { phase, values, message } = taskStatus(name);
    expect(`${phase} ${message}`).toBe("Succeeded ");
    const { hosts, master } = values as { hosts: string[]; master: string };
    expect(master).toBe("k8s://https://kubernetes.default.svc:443");
    expect(hosts).toHaveLength(2);
    for (const host of hosts) expect(host).toMatch(/-exec-[12]$/);
  });

  it("shows how many executors run while they do", () => {
    expect(most).toMatchObject({ running: 2, failed: 0 });
  });

  it("writes its output to the claim", () => {
    const [output] = taskStatus(name).outputs!;
    const rows = readOutput(fetched(output!.uri), "parquet");
    expect(rows).toHaveLength(10);
    expect(output).toMatchObject({ name: "cells", rows: 10 });
    // Points on a cell's border aren't contained in it: the tenth of each column of points is on one, or between two.
    expect(Number(rows[1]!.count)).toBeGreaterThan(1500);
  });

  it("leaves one driver pod without finalizer, and no executor", async () => {
    const drivers = podsOf(name, "driver");
    expect(drivers).toHaveLength(1);
    expect(drivers[0]!.metadata.finalizers).toBeUndefined();
    // Spark deletes its executors as it ends; kubelet gives each its grace period.
    await until("the executors' pods are gone", () => podsOf(name, "executor").length === 0);
  });

  it("runs driver and executors from their class archives", () => {
    const log = kubectl(["logs", podsOf(name, "driver")[0]!.metadata.name]);
    expect(log).not.toMatch(/archive (isn't|is not) used/i);
  });

  it("goes with all that is its own when it is deleted", async () => {
    kubectl(["delete", "sparktask", name]);
    await until("pods and ConfigMaps are gone", () => {
      const left = [
        ...list("pods", "-l", `app.kubernetes.io/instance=${name}`),
        ...list("configmaps", "-l", `app.kubernetes.io/instance=${name}`),
      ];
      return left.length === 0;
    });
  });
});
