// An attempt's pods as a real API server sees them, in a namespace that enforces Pod Security restricted.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SparkEngine, SparkTask } from "../../operator/api/kinds.ts";
import { attemptObjects } from "../../operator/engines/kubernetes/attemptObjects.ts";
import { rejection } from "../../operator/engines/kubernetes/rejection.ts";
import { resolveTask } from "../../operator/task/resolve.ts";
import { sparkEngine, sparkTask } from "../unit/builders.ts";
import { allowedTemplates } from "../unit/engines/kubernetes/corpus.ts";
import { goldenKubernetesTask } from "../unit/golden.ts";
import { binaries } from "./build.ts";
import { type LightCluster, startLight } from "./light.ts";

const minutes = 60_000;
const namespace = "work";
const kubernetes = sparkEngine({ kubernetes: {} });
let cluster: LightCluster;

beforeAll(async () => {
  await binaries(console.error, ["kube"]);
  cluster = await startLight();
  const level = { "pod-security.kubernetes.io/enforce": "restricted" };
  await apply(
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: level } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "sparkflow-driver", namespace } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "lake-reader", namespace } },
    {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: "low" },
      value: 1,
      preemptionPolicy: "Never",
    },
    { apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", metadata: { name: "gvisor" }, handler: "runsc" },
  );
  // Made by the controller-manager, and looked for by every pod that names none.
  await cluster.kubectl(["wait", "--for=create", "sa/default", "-n", namespace, "--timeout=60s"]);
}, 20 * minutes);
afterAll(() => cluster?.stop());

const list = (items: object[]) => JSON.stringify({ apiVersion: "v1", kind: "List", items });
const apply = (...items: object[]) => cluster.kubectl(["apply", "-f", "-"], list(items));

type Object_ = { metadata: Record<string, unknown>; spec: { containers: { name: string; image?: string }[] } };

/** ConfigMap, driver pod, and an executor as Spark makes it of its template. */
function objectsOf(task: SparkTask, engine: SparkEngine, index = 0): object[] {
  const object = { ...task, metadata: { ...task.metadata, namespace } };
  const uid = `0000${String(index).padStart(4, "0")}-4567-89ab-cdef-0123456789ab`;
  const made = attemptObjects(resolveTask(object, engine), { objectName: task.metadata.name, uid, number: 1 });
  if ("problems" in made) throw new Error(JSON.stringify(made.problems));
  const template = (made.configMap as { data: Record<string, string> }).data["executor.json"];
  if (!template) return [made.configMap, made.driverPod];
  const executor = JSON.parse(template) as Object_;
  Object.assign(executor.metadata, { name: `executor-${index}`, namespace });
  executor.spec.containers.find(({ name }) => name === "spark-kubernetes-executor")!.image = "spark:1";
  return [made.configMap, made.driverPod, executor];
}

const dryRun = (objects: object[]) =>
  cluster.kubectl(["create", "--dry-run=server", "--validate=strict", "-f", "-"], list(objects));

describe("a restricted namespace takes", () => {
  it("driver, executor and ConfigMap of tasks without a template, on every engine, with secrets, claims and time-outs", async () => {
    const tasks: [SparkTask, SparkEngine][] = [
      [sparkTask(), kubernetes],
      [sparkTask({ python: { script: "print(1)" }, timeouts: { run: "1h" } }), sparkEngine({ local: {} })],
      [sparkTask({ outputs: [{ name: "a" }] }), sparkEngine({ kubernetes: {}, storage: { claim: "data" } })],
      [sparkTask(), sparkEngine({ kubernetes: {}, image: "mine/spark:1", runtime: "inject" })],
      goldenKubernetesTask,
    ];
    const objects = tasks.flatMap(([task, engine], index) => objectsOf(task, engine, index));
    expect((await dryRun(objects)).split("\n").filter((line) => /created/.test(line))).toHaveLength(objects.length);
  });

  it("everything that the policy lets templates say: the list is no wider than the namespace", async () => {
    const objects = allowedTemplates.flatMap(([, template], index) => {
      const driver = { podTemplate: template("spark-kubernetes-driver") };
      const executor = { podTemplate: template("spark-kubernetes-executor") };
      return objectsOf(sparkTask({ driver, executor }), kubernetes, index);
    });
    expect((await dryRun(objects)).split("\n").filter((line) => /created/.test(line))).toHaveLength(objects.length);
  });
});

describe("a refused create is understood by the API server's own words", () => {
  const create = async (
    change: (pod: { metadata: Record<string, unknown>; spec: Record<string, unknown> }) => void,
  ) => {
    const pod = structuredClone(objectsOf(sparkTask(), kubernetes)[1]) as Parameters<typeof change>[0];
    change(pod);
    const said = await cluster
      .kubectl(["create", "--raw", `/api/v1/namespaces/${pod.metadata.namespace}/pods`, "-f", "-"], JSON.stringify(pod))
      .then(
        () => "it was taken",
        (error: Error) => error.message,
      );
    const [, reason = "", message = ""] = /Error from server(?: \((\w+)\))?: (.*)/s.exec(said) ?? [
      undefined,
      "Invalid",
      said,
    ];
    const status = { Forbidden: 403, NotFound: 404, AlreadyExists: 409 }[reason] ?? 422;
    return rejection(status, reason, message);
  };

  it.each<[string, Record<string, unknown>]>([
    ["PodSecurity", { hostNetwork: true, containers: [{ name: "a", image: "a" }] }],
    ["ServiceAccountMissing", { serviceAccountName: "nobody" }],
    ["PriorityClassMissing", { priorityClassName: "nobody" }],
    ["RuntimeClassMissing", { runtimeClassName: "nobody" }],
  ])("%s, which may change", async (reason, fields) => {
    expect(await create(({ spec }) => Object.assign(spec, fields))).toMatchObject({ kind: "wait", cause: { reason } });
  });

  it("a volume that isn't there, which won't", async () => {
    const refused = await create(({ spec }) => {
      (spec.containers as { volumeMounts: object[] }[])[0]!.volumeMounts.push({ name: "gone", mountPath: "/gone" });
    });
    expect(refused).toMatchObject({ kind: "fail", cause: { class: "Input", message: expect.stringMatching(/gone/) } });
  });

  it("a namespace that isn't there", async () => {
    expect(await create(({ metadata }) => Object.assign(metadata, { namespace: "nowhere" }))).toMatchObject({
      kind: "gone",
    });
  });

  it(
    "quota and limits, which may change",
    async () => {
      await apply(
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "tight" } },
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "sparkflow-driver", namespace: "tight" } },
        {
          apiVersion: "v1",
          kind: "LimitRange",
          metadata: { name: "small", namespace: "tight" },
          spec: { limits: [{ type: "Container", max: { memory: "1Gi" } }] },
        },
      );
      const tight = () => create(({ metadata }) => Object.assign(metadata, { namespace: "tight" }));
      await expect
        .poll(tight, { timeout: minutes, interval: 500 })
        .toMatchObject({ kind: "wait", cause: { reason: "LimitRange" } });
      await cluster.kubectl(["delete", "limitrange", "small", "-n", "tight"]);
      await cluster.kubectl(["create", "quota", "none", "--hard=pods=0", "-n", "tight"]);
      await expect
        .poll(tight, { timeout: minutes, interval: 500 })
        .toMatchObject({ kind: "wait", cause: { reason: "QuotaExceeded" } });
    },
    5 * minutes,
  );
});
