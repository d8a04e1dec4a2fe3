// What spark-submit does for the same: a driver pod by a JVM of its own. Nobody runs the pods here either.
import { readFileSync } from "node:fs";
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
  const namespace = await world.namespace("submitted", "privileged"); // its pods don't pass restricted
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
    cpu.push(await cpuSeconds(argv, join(cluster.dir, "submit.log")));
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

/** Runs a command and gives the processor time of it and its children, in seconds. */
async function cpuSeconds(argv: readonly string[], log: string): Promise<number> {
  const timed = 'TIMEFORMAT="%U %S"; time "$@" >"$0" 2>&1';
  const { code, stderr } = await attempt("bash", ["-c", timed, log, ...argv]);
  if (code !== 0) throw new Error(`spark-submit ended with ${code}:\n${readFileSync(log, "utf8").slice(-3000)}`);
  return stderr
    .trim()
    .split(" ")
    .reduce((sum, part) => sum + Number(part), 0);
}
