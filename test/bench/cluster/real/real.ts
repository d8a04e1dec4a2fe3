// `kubectl apply` → first Sedona row on a real kubelet, against the same program by spark-submit in cluster mode, in pairs.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findToolchain } from "../../../../operator/engines/local/toolchain.ts";
import { run } from "../../../cluster/command.ts";
import { type Figure, figure } from "../../report.ts";
import { sizes } from "../sizes.ts";
import { root } from "../world.ts";
import { ours, program, type RealCluster, rowAt, sparkImage, startReal, theirs } from "./node.ts";

type Shape = { name: string; engine: string; goal: number; conf: Record<string, string> };
const shapes: Shape[] = [
  { name: "local[4] in a pod", engine: "one-pod", goal: 0.5, conf: { "spark.kubernetes.driver.master": "local[4]" } },
  {
    name: "two executors",
    engine: "executors",
    goal: 0.65,
    conf: {
      "spark.executor.instances": "2",
      "spark.executor.cores": "1",
      "spark.executor.memory": "1g",
      "spark.kubernetes.executor.request.cores": "200m",
    },
  },
];

export async function real(): Promise<Figure[]> {
  const cluster = await startReal();
  const dir = mkdtempSync(join(tmpdir(), "sparkflow-bench-real-"));
  try {
    const figures: Figure[] = [];
    for (const shape of shapes) {
      const pairs: [number, number][] = [];
      for (let pair = 1; pair <= sizes.pairs; pair++)
        pairs.push([await byOperator(cluster, dir, shape), await bySubmit(cluster, dir, shape)]);
      const what = `apply → first Sedona row, ${shape.name}`;
      figures.push(
        figure(
          `${what}, operator / spark-submit`,
          "ratio",
          pairs.map(([a, b]) => a / b),
          shape.goal,
        ),
        figure(
          `${what}, operator`,
          "s",
          pairs.map(([a]) => a),
          null,
        ),
        figure(
          `${what}, spark-submit`,
          "s",
          pairs.map(([, b]) => b),
          null,
        ),
      );
    }
    return figures;
  } finally {
    rmSync(dir, { recursive: true });
    await cluster.stop();
  }
}

async function byOperator(cluster: RealCluster, dir: string, { engine }: Shape): Promise<number> {
  const { kubectl } = cluster;
  const file = join(dir, "task.json");
  const spec = { engine, python: { script: program } };
  const metadata = { name: "first-row", namespace: ours };
  writeFileSync(file, JSON.stringify({ apiVersion: "sparkflow.dev/v1alpha1", kind: "SparkTask", metadata, spec }));
  const started = Date.now();
  await kubectl(["apply", "-f", file]);
  const driver = [
    "get",
    "pods",
    "--namespace",
    ours,
    "-l",
    "spark-role=driver",
    "-o",
    "jsonpath={.items[*].metadata.name}",
  ];
  const row = await rowAt(cluster, ours, () => kubectl(driver));
  await kubectl(["delete", "-f", file, "--wait"]);
  await kubectl(["wait", "pods", "--all", "--for=delete", "--namespace", ours, "--timeout=60s"]);
  return (row - started) / 1000;
}

/** Spark's own entry point, as Spark's images have it; ours is for the operator's drivers. */
const sparkEntryPoint = [
  "shift",
  'exec /opt/spark/bin/spark-submit --conf "spark.driver.bindAddress=$SPARK_DRIVER_BIND_ADDRESS" --deploy-mode client "$@"',
].join("; ");

const driverTemplate = {
  apiVersion: "v1",
  kind: "Pod",
  spec: {
    volumes: [{ name: "program", configMap: { name: "program" } }],
    containers: [
      {
        name: "spark-kubernetes-driver",
        command: ["/bin/bash", "-c", sparkEntryPoint, "driver"],
        volumeMounts: [{ name: "program", mountPath: "/opt/program" }],
      },
    ],
  },
};

async function bySubmit({ kubectl, ...cluster }: RealCluster, dir: string, { conf }: Shape): Promise<number> {
  const { sparkHome } = findToolchain({ config: {}, folder: root });
  const template = join(dir, "driver.json");
  writeFileSync(template, JSON.stringify(driverTemplate));
  const name = "first-row-driver";
  const settings = {
    "spark.kubernetes.namespace": theirs,
    "spark.kubernetes.container.image": sparkImage,
    "spark.kubernetes.submission.waitAppCompletion": "false",
    "spark.kubernetes.authenticate.submission.oauthToken": cluster.token,
    "spark.kubernetes.authenticate.submission.caCertFile": cluster.ca,
    "spark.kubernetes.authenticate.driver.serviceAccountName": "spark",
    "spark.kubernetes.driver.pod.name": name,
    "spark.kubernetes.driver.podTemplateFile": template,
    "spark.kubernetes.driver.request.cores": "200m",
    "spark.driver.memory": "1g",
    ...conf,
  };
  const started = Date.now();
  await run(join(sparkHome, "bin/spark-submit"), [
    ...["--master", `k8s://${cluster.url}`, "--deploy-mode", "cluster", "--name", "first-row"],
    ...Object.entries(settings).flatMap(([key, value]) => ["--conf", `${key}=${value}`]),
    "local:///opt/program/first_row.py",
  ]);
  const row = await rowAt({ kubectl, ...cluster }, theirs, async () => name);
  await kubectl(["delete", "pod", name, "--namespace", theirs]);
  await kubectl(["wait", "pods", "--all", "--for=delete", "--namespace", theirs, "--timeout=60s"]);
  return (row - started) / 1000;
}
