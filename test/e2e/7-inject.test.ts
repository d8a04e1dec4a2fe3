// Somebody else's image, with a Spark and nothing of ours in it: library and entry point are brought in.
import { beforeAll, describe, expect, it } from "vitest";
import type { TaskStatus } from "../../operator/api/status.ts";
import { apply, cluster, finished, kubectl, podsEngine, podsOf, sparkTask, taskStatus } from "./cluster.ts";

const program = `
import os
import sparkflow


def host(_):
    import sparkflow
    return os.environ["HOSTNAME"]


def count(spark, n: int):
    sparkflow.value("library", sparkflow.__file__)
    sparkflow.value("hosts", sorted(set(spark.sparkContext.parallelize(range(n), n).map(host).collect())))
    sparkflow.value("count", spark.range(n).count())
`;
const name = "foreign";

describe("an image of somebody else's", () => {
  let status: TaskStatus;
  beforeAll(() => {
    const { foreignImage: image } = cluster;
    apply(podsEngine("foreign", { image, runtime: "inject", executor: { instances: 1, cores: 1, memory: "1g" } }));
    apply(sparkTask(name, { engine: "foreign", python: { script: program, function: "count" }, params: { n: 8 } }));
    finished(`sparktask/${name}`);
    status = taskStatus(name);
  });

  it("runs a task with runtime: inject, driver and executor alike", () => {
    expect(`${status.phase} ${status.message}`).toBe("Succeeded ");
    const { library, hosts, count } = status.values as { library: string; hosts: string[]; count: number };
    expect(library).toMatch(/^\/opt\/sparkflow\/runtime\//);
    expect(hosts).toEqual([expect.stringMatching(/-exec-1$/)]);
    expect(count).toBe(8);
  });

  it("says in one line that there are no archives of its classes", () => {
    const log = kubectl(["logs", podsOf(name, "driver")[0]!.metadata.name]);
    expect(log.match(/archive/g)?.length ?? 0).toBeLessThanOrEqual(1);
  });
});
