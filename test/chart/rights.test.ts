// The operator with the rights that the chart gives it and no others, and the Job that uninstalling runs with its own. A fake
// kubelet stands for nodes; both programs run here, with their service accounts' tokens.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Client, createClient } from "../../operator/kube/client.ts";
import { loadEndpoint } from "../../operator/kube/endpoint.ts";
import type { KubeObject } from "../../operator/kube/objects.ts";
import { pods, sparkEngines, sparkFlowRuns, sparkFlows, sparkTasks } from "../../operator/kube/resources.ts";
import { attempt, until } from "../cluster/command.ts";
import { type LightCluster, startLight } from "../cluster/light.ts";
import { FakeKubelet } from "../faults/fakeKubelet.ts";
import { task } from "../faults/lives.ts";
import type { RawPod } from "../faults/podStatus.ts";
import { type Script, scriptOf } from "../faults/script.ts";
import { chart, helmFile, onceMore, root } from "./helm.ts";

const work = "work";
const folder = mkdtempSync(join(tmpdir(), "sparkflow-rights-"));
const apiVersion = "sparkflow.dev/v1alpha1";
let cluster: LightCluster;
let client: Client;
let kubelet: FakeKubelet;
let operator: ChildProcess;
let jobMayEnd = false;
const log: string[] = [];

/** The chart's own pods do nothing here. */
const script = (pod: RawPod): Script => {
  const component = pod.metadata.labels?.["app.kubernetes.io/component"];
  if (component === "operator" || (component === "uninstall" && !jobMayEnd)) return { runMs: "never" };
  return component === "uninstall" ? {} : scriptOf(pod);
};

beforeAll(async () => {
  cluster = await startLight();
  client = createClient(await loadEndpoint({ kubeconfig: cluster.kubeconfig }));
  for (const name of ["spark", work]) await cluster.kubectl(["create", "namespace", name]);
  kubelet = new FakeKubelet({ client, script });
  await kubelet.start();
  await helm("install", "sparkflow", chart, "--set", `watchNamespaces={${work}}`);
  const engine = (name: string, spec: object) =>
    client.create(sparkEngines, work, { apiVersion, kind: "SparkEngine", metadata: { name }, spec });
  await engine("one-pod", { local: { cores: 1 } });
  await engine("cluster", { kubernetes: {} });
  operator = await program("sparkflow");
}, 600_000);
afterAll(async () => {
  operator?.kill("SIGKILL");
  await kubelet?.stop();
  client?.close();
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function helm(...args: string[]): Promise<void> {
  const all = [...args, "--kubeconfig", cluster.kubeconfig, "--namespace", "spark"];
  const { code, stderr } = await attempt(helmFile, all, { env: { HOME: folder } });
  if (code === 0) return;
  const again = onceMore(args, stderr);
  if (!again) throw new Error(stderr);
  await helm(...again);
}

/** Starts the operator's program as a service account of the release. */
async function program(account: string, ...command: string[]): Promise<ChildProcess> {
  const token = (await cluster.kubectl(["create", "token", account, "-n", "spark"])).trim();
  const kubeconfig = join(folder, `${account}.json`);
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "a",
    contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
    clusters: [{ name: "a", cluster: { server: cluster.endpointUrl, "insecure-skip-tls-verify": true } }],
    users: [{ name: "a", user: { token } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  const own = ["--kubeconfig", kubeconfig, "--namespace", "spark", "--watch-namespaces", work];
  const health = command.length === 0 ? ["--health-port", "0"] : [];
  const child = spawn(process.execPath, [join(root, "operator/main.ts"), ...command, ...own, ...health]);
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => log.push(...chunk.toString().split("\n")));
  return child;
}

const ended = async (read: Promise<KubeObject>): Promise<boolean> => {
  const { status, metadata } = (await read) as KubeObject & {
    status?: { conditions?: { type: string; status: string; observedGeneration: number }[] };
  };
  const finished = status?.conditions?.find(({ type }) => type === "Finished");
  return finished?.status === "True" && finished.observedGeneration === metadata.generation;
};
const forbidden = () => log.filter((line) => /forbidden|"status":403/i.test(line));
const flowOf = (...args: string[]) => {
  const { spec } = task("", {}) as { spec: object };
  return { ...spec, args };
};

it("the operator does its work with the chart's rights: tasks, executors, flows, cancelling, history, events", async () => {
  await client.create(sparkTasks, work, task("joins", { executors: 2 }, { engine: "cluster" }));
  await until("joins has ended", () => ended(client.get(sparkTasks, work, "joins")));
  const spec = (...args: string[]) => ({
    history: { succeeded: 1 },
    tasks: [
      { name: "a", ...flowOf(...args) },
      { name: "b", dependsOn: ["a"], ...flowOf() },
    ],
  });
  await client.create(sparkFlows, work, { apiVersion, kind: "SparkFlow", metadata: { name: "nightly" }, spec: spec() });
  await until("the first run has ended", () => ended(client.get(sparkFlowRuns, work, "nightly-g1")).catch(() => false));
  await client.patch(sparkFlows, work, "nightly", { spec: spec("again") });
  await until("the second run has ended", () =>
    ended(client.get(sparkFlowRuns, work, "nightly-g2")).catch(() => false),
  );
  const runs = async () => (await client.list(sparkFlowRuns, work)).items.map(({ metadata }) => metadata.name);
  await until("the first run has gone", async () => (await runs()).join() === "nightly-g2");
  const long = task("", { runMs: "never" }) as { spec: object };
  await client.create(sparkFlows, work, {
    apiVersion,
    kind: "SparkFlow",
    metadata: { name: "long" },
    spec: { tasks: [{ name: "a", ...long.spec }] },
  });
  await until(
    "it runs",
    async () =>
      (await client.list(sparkTasks, work, { labelSelector: "sparkflow.dev/run=long-g1" })).items.length === 1,
  );
  await client.patch(sparkFlowRuns, work, "long-g1", { spec: { cancel: true } });
  await until("it is cancelled", () => ended(client.get(sparkFlowRuns, work, "long-g1")));
  await until(
    "there are events",
    async () => (await cluster.kubectl(["get", "events.events.k8s.io", "-n", work, "-o", "name"])) !== "",
  );
  expect(forbidden()).toEqual([]);
}, 120_000);

it("uninstalling lets go of the pods of drivers that run, and of nothing else, and ends by itself", async () => {
  await client.create(sparkTasks, work, task("endless", { runMs: "never" }));
  const drivers = async () =>
    (await client.list(pods, work, { labelSelector: "app.kubernetes.io/instance=endless" })).items;
  const phase = async () => ((await drivers())[0]?.status as { phase?: string } | undefined)?.phase;
  await until("it runs", async () => (await phase()) === "Running");
  expect((await drivers())[0]?.metadata.finalizers).toEqual(["sparkflow.dev/tracking"]);
  const uninstalled = helm("uninstall", "sparkflow");
  operator.kill("SIGTERM");
  await once(operator, "exit");
  const job = () =>
    [...kubelet.pods.values()].find(({ metadata }) => metadata.labels?.["app.kubernetes.io/component"] === "uninstall");
  await until("the Job runs", () => job() !== undefined);
  const [code] = await once(await program("sparkflow-uninstall", "release-pods"), "exit");
  jobMayEnd = true;
  kubelet.look(job()!);
  await uninstalled;
  const [driver] = await drivers();
  expect([code, driver?.metadata.finalizers, driver?.metadata.deletionTimestamp]).toEqual([0, undefined, undefined]);
  expect(forbidden()).toEqual([]);
  const left = [
    "jobs,serviceaccounts,roles,rolebindings",
    "--all-namespaces",
    "-l",
    "app.kubernetes.io/instance=sparkflow",
    "-o",
    "name",
  ];
  expect(await cluster.kubectl(["get", ...left])).toBe("");
  // And with its task the pod goes, though there is no operator any more.
  await client.delete(sparkTasks, work, "endless", { propagationPolicy: "Background" });
  await until("the pod has gone", async () => (await drivers()).length === 0);
}, 120_000);
