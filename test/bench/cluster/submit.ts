// What spark-submit does for the same: a driver pod by a JVM of its own. Nobody runs the pods here either.
import { join } from "node:path";
import { inParallel } from "../../../operator/controllers/inParallel.ts";
import { findToolchain } from "../../../operator/engines/local/toolchain.ts";
import { pods, type Resource } from "../../../operator/kube/resources.ts";
import { attempt } from "../../cluster/command.ts";
import { type Figure, figure, median } from "../report.ts";
import { sizes } from "./sizes.ts";
import { image, root, type World } from "./world.ts";

const atOnce = 2;
const account: Resource = { group: "", version: "v1", plural: "serviceaccounts", kind: "ServiceAccount" };

export async function submit(world: World): Promise<Figure[]> {
  const { client, cluster } = world;
  const namespace = await world.namespace("submitted");
  await client.create(account, namespace, { metadata: { name: "submitter" } });
  await cluster.kubectl([
    ...["create", "rolebinding", "submitter", "--clusterrole=edit", "--namespace", namespace],
    `--serviceaccount=${namespace}:submitter`,
  ]);
  const token = (await cluster.kubectl(["create", "token", "submitter", "--namespace", namespace])).trim();
  const command = submission(cluster.endpointUrl, join(cluster.pki, "ca.crt"), token, namespace);
  const cpu: number[] = [];
  const started = performance.now();
  await inParallel(atOnce, Array.from({ length: sizes.submissions }).fill(command) as string[][], async (argv) => {
    cpu.push(await cpuSeconds(argv));
  });
  const minutes = (performance.now() - started) / 60_000;
  const { items } = await client.list(pods, namespace);
  if (items.length !== sizes.submissions)
    throw new Error(`${sizes.submissions} submissions made ${items.length} driver pods`);
  return [
    figure("spark-submit --deploy-mode cluster, two at once", "tasks/min", [sizes.submissions / minutes], null),
    figure("spark-submit, CPU each", "s", [median(cpu)], null),
  ];
}

function submission(url: string, ca: string, token: string, namespace: string): string[] {
  const { sparkHome } = findToolchain({ config: {}, folder: root });
  const kubernetes = {
    namespace,
    "submission.waitAppCompletion": "false",
    "authenticate.submission.oauthToken": token,
    "authenticate.submission.caCertFile": ca,
    "authenticate.driver.serviceAccountName": "sparkflow-driver",
    "container.image": image,
  };
  const conf = Object.entries(kubernetes).flatMap(([key, value]) => ["--conf", `spark.kubernetes.${key}=${value}`]);
  return [
    join(sparkHome, "bin/spark-submit"),
    ...["--master", `k8s://${url}`, "--deploy-mode", "cluster", "--name", "task", ...conf],
    "local:///opt/spark/work-dir/task.py",
  ];
}

/** Runs a command and gives the processor time of it and its children. */
async function cpuSeconds(argv: readonly string[]): Promise<number> {
  const timed = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>"$0"; exit';
  const log = "/dev/null";
  const { code, stderr } = await attempt("bash", ["-c", timed, log, ...argv]);
  if (code !== 0) throw new Error(`spark-submit ended with ${code}: ${stderr}`);
  return stderr
    .trim()
    .split(" ")
    .reduce((sum, part) => sum + Number(part), 0);
}
