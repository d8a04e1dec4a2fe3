// Everything that one attempt puts on a cluster: whose it is, where its outputs go, what its executors import.
import { describe, expect, it } from "vitest";
import type { EngineSpec } from "../../../../operator/api/engine.ts";
import { pathText } from "../../../../operator/api/problems.ts";
import type { TaskSpec } from "../../../../operator/api/task.ts";
import { attemptObjects, inputCause } from "../../../../operator/engines/kubernetes/attemptObjects.ts";
import { executorSelector } from "../../../../operator/engines/kubernetes/labels.ts";
import type { AttemptIdentity } from "../../../../operator/engines/kubernetes/names.ts";
import { resolveTask } from "../../../../operator/task/resolve.ts";
import { sparkEngine, sparkTask } from "../../builders.ts";
import { goldenKubernetesTask } from "../../golden.ts";
import type { Objects, Pod } from "./pods.ts";

const uid = "0123abcd-4567-89ab-cdef-0123456789ab";
const identity: AttemptIdentity = { objectName: "count", uid, number: 1 };
const made = (
  spec: TaskSpec,
  engine: EngineSpec = { kubernetes: {} },
  labels?: Record<string, string>,
  who = identity,
) => {
  const task = sparkTask(spec);
  const object = labels ? { ...task, metadata: { ...task.metadata, labels } } : task;
  const objects = attemptObjects(resolveTask(object, sparkEngine(engine)), who);
  if ("problems" in objects) throw new Error(JSON.stringify(objects.problems));
  const map = objects.configMap as Objects["map"] & { metadata: Pod["metadata"] };
  const executor = map.data["executor.json"];
  return {
    map,
    driver: objects.driverPod as Pod,
    executor: JSON.parse(executor ?? "null") as Pod,
    attempt: objects.attempt,
  };
};
const refused = (spec: TaskSpec, engine: EngineSpec = { kubernetes: {} }) => {
  const objects = attemptObjects(resolveTask(sparkTask(spec), sparkEngine(engine)), identity);
  return "problems" in objects ? objects.problems.map(({ path, message }) => `${pathText(path)}: ${message}`) : [];
};
const mountsOf = (pod: Pod) => pod.spec.containers[0]!.volumeMounts.map(({ mountPath }) => mountPath);
const envOf = (pod: Pod) =>
  Object.fromEntries(pod.spec.containers[0]!.env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));

describe("an attempt's objects", () => {
  const labels = { "sparkflow.dev/flow": "nightly", "sparkflow.dev/run": "nightly-g1", "sparkflow.dev/task": "count" };

  it("are owned by their task alone, which the garbage collector follows; executors by none but Spark's driver", () => {
    const { map, driver, executor } = made({});
    const owner = {
      apiVersion: "sparkflow.dev/v1alpha1",
      kind: "SparkTask",
      name: "count",
      uid,
      controller: true,
      blockOwnerDeletion: true,
    };
    for (const { metadata } of [map, driver]) expect(metadata.ownerReferences).toEqual([owner]);
    expect(executor.metadata).not.toHaveProperty("ownerReferences");
    expect(driver.metadata.finalizers).toEqual(["sparkflow.dev/tracking"]);
  });

  it("say whose they are in one set of labels", () => {
    const { map, driver, executor } = made({}, undefined, labels, { ...identity, objectName: "nightly-g1-count-ab12" });
    const all = {
      "app.kubernetes.io/name": "sparkflow",
      "app.kubernetes.io/managed-by": "sparkflow",
      "app.kubernetes.io/instance": "nightly-g1-count-ab12",
      "sparkflow.dev/task": "count",
      "sparkflow.dev/task-uid": uid,
      "sparkflow.dev/attempt": "1",
      "sparkflow.dev/flow": "nightly",
      "sparkflow.dev/run": "nightly-g1",
    };
    expect(map.metadata.labels).toEqual(all);
    expect(executor.metadata.labels).toEqual(all);
    expect(driver.metadata.labels).toEqual({ ...all, "spark-role": "driver", "spark-app-name": "count" });
    expect(executorSelector({ uid, number: 1 })).toBe(
      `sparkflow.dev/task-uid=${uid},sparkflow.dev/attempt=1,spark-role=executor`,
    );
  });

  it("are the same bytes each time", () => {
    const [task, engine] = goldenKubernetesTask;
    const bytes = () => JSON.stringify(attemptObjects(resolveTask(task, engine), identity));
    expect(bytes()).toBe(bytes());
    const { attempt: _, ...objects } = JSON.parse(bytes()) as Record<string, unknown>;
    expect(Object.keys(objects)).toEqual(["configMap", "driverPod"]);
  });

  it("refer to nothing of another attempt", () => {
    const second = JSON.stringify(made({}, undefined, undefined, { ...identity, number: 2 }));
    expect(second).not.toContain("-0123abcd-1");
  });
});

describe("outputs", () => {
  const outputs = [{ name: "counts" }];
  const labels = { "sparkflow.dev/flow": "nightly", "sparkflow.dev/run": "nightly-g1" };
  const flowUid = "fedcba98-4567-89ab-cdef-0123456789ab";

  it.each<[string, EngineSpec, Record<string, string> | undefined, AttemptIdentity, string]>([
    [
      "a task's alone",
      { kubernetes: {}, storage: { uri: "s3a://lake/flows/" } },
      undefined,
      identity,
      "s3a://lake/flows/default/count-0123abcd/1/counts",
    ],
    [
      "a run's",
      { kubernetes: {}, storage: { uri: "s3a://lake/flows" } },
      labels,
      { ...identity, flowUid },
      "s3a://lake/flows/default/nightly-fedcba98/nightly-g1/count/1/counts",
    ],
    [
      "another attempt's",
      { local: {}, storage: { uri: "s3a://lake" } },
      undefined,
      { ...identity, number: 3 },
      "s3a://lake/default/count-0123abcd/3/counts",
    ],
    [
      "on a claim",
      { kubernetes: {}, storage: { claim: "data" } },
      undefined,
      identity,
      "file:///opt/sparkflow/storage/default/count-0123abcd/1/counts",
    ],
  ])("have a folder of their own: %s", (_, engine, given, who, uri) => {
    const { driver, attempt } = made({ outputs }, engine, given, who);
    expect(attempt.outputs).toEqual([{ name: "counts", uri, format: "parquet" }]);
    expect(JSON.parse((driver.metadata.annotations as Record<string, string>)["sparkflow.dev/outputs"]!)).toEqual(
      attempt.outputs,
    );
    expect(envOf(driver).SPARKFLOW_OUTPUT_COUNTS).toBe(uri);
  });

  it("on a claim have it mounted in driver and executors, which both write", () => {
    const { driver, executor } = made({ outputs }, { kubernetes: {}, storage: { claim: "data" } });
    for (const pod of [driver, executor]) {
      expect(pod.spec.volumes).toContainEqual({
        name: "sparkflow-storage",
        persistentVolumeClaim: { claimName: "data" },
      });
      expect(mountsOf(pod)).toContain("/opt/sparkflow/storage");
    }
  });

  it("without storage are refused, with the fix; a task without outputs needs none", () => {
    expect(refused({ outputs })).toEqual([
      'outputs: the task has outputs, but its engine "default" has no storage to write them to: set the engine\'s storage.uri (such as s3a://bucket/flows) or storage.claim (a PersistentVolumeClaim)',
    ]);
    expect(refused({})).toEqual([]);
  });

  it("in a table are committed once a run; a task by itself commits anew when it is edited", () => {
    const rows = { outputs: [{ name: "rows", table: "lake.db.t" }] };
    const engine = { kubernetes: {}, storage: { uri: "s3a://lake" } };
    const commit = (given: Record<string, string> | undefined, who: AttemptIdentity) => {
      const { attempt } = made(rows, engine, given, who);
      expect(attempt.outputs).toEqual([{ name: "rows", uri: "lake.db.t", format: "table" }]);
      return (JSON.parse(attempt.files["attempt.json"]!) as { outputs: { commit: string }[] }).outputs[0]!.commit;
    };
    expect([1, 4].map((since) => commit(labels, { ...identity, number: 5, since, flowUid }))).toEqual(
      Array(2).fill("s3a://lake/default/nightly-fedcba98/nightly-g1/count/_committed/rows"),
    );
    expect(commit(undefined, { ...identity, number: 5, since: 4 })).toBe(
      "s3a://lake/default/count-0123abcd/_committed/4/rows",
    );
  });
});

describe("an input at a URL", () => {
  const inputs = [{ name: "raw", uri: "https://me:secret@example.com/raw.csv?sig=abc", format: "csv" as const }];
  const labels = { "sparkflow.dev/flow": "nightly", "sparkflow.dev/run": "nightly-g1" };

  it("is brought to the run's folder of the storage", () => {
    const who = { ...identity, flowUid: "fedcba98-4567-89ab-cdef-0123456789ab" };
    const { driver } = made({ inputs }, { kubernetes: {}, storage: { uri: "s3a://lake" } }, labels, who);
    expect(envOf(driver).SPARKFLOW_INPUT_RAW).toMatch(
      /^s3a:\/\/lake\/default\/nightly-fedcba98\/nightly-g1\/_inputs\/[0-9a-f]{16}\/raw\.csv$/,
    );
  });

  it("needs storage, which is said without what may be a secret in it", () => {
    expect(refused({ inputs })).toEqual([
      'inputs: the task reads https://example.com/raw.csv?…, but its engine "default" has no storage to bring it to: set the engine\'s storage.uri (such as s3a://bucket/flows) or storage.claim (a PersistentVolumeClaim)',
    ]);
  });
});

describe("an optional input of a ConfigMap that isn't there", () => {
  it("keeps no pod from starting", () => {
    const inputs = [{ name: "a", configMap: { name: "data", key: "k" }, format: "csv" as const, optional: true }];
    const { driver, executor } = made({ inputs }, { kubernetes: {} });
    for (const pod of [driver, executor])
      expect(pod.spec.volumes).toContainEqual({ name: "cm-data", configMap: { name: "data", optional: true } });
  });
});

describe("what a cluster can't have", () => {
  it.each<[TaskSpec, string]>([
    [{ python: { file: "jobs/a.py" } }, "python.file"],
    [{ jar: { file: "a.jar" } }, "jar.file"],
    [{ inputs: [{ name: "a", uri: "data/a.csv" }] }, "inputs[0].uri"],
    [{ deps: { jars: ["local:///x.jar", "b.jar"] } }, 'sparkConf["spark.jars"]'],
  ])("is a file beside the manifest: %j", (spec, place) => {
    expect(refused(spec)).toEqual([expect.stringMatching(/is a path beside the manifest.*sparkflow submit/)]);
    expect(refused(spec)[0]).toContain(`${place}: `);
  });

  it.each<[TaskSpec, RegExp]>([
    [{ args: ["x".repeat(1024 * 1024)] }, /a ConfigMap takes 1048576/],
    [{ params: { long: "x".repeat(128 * 1024) } }, /SPARKFLOW_PARAMS has \d+ bytes, and Linux takes 131072/],
  ])("is more text than it takes (%#)", (spec, why) => {
    expect(refused(spec)).toEqual([expect.stringMatching(why)]);
  });

  it("is a reference to nothing", () => {
    expect(refused({ args: ["$(params.nothing)"] })).toEqual([expect.stringContaining("params.nothing")]);
  });

  it("is one cause of the input's class, in one message", () => {
    const objects = attemptObjects(resolveTask(sparkTask({ outputs: [{ name: "a" }] }), undefined), identity);
    expect(inputCause("problems" in objects ? objects.problems : [])).toMatchObject({
      class: "Input",
      reason: "InvalidSpec",
      message: expect.stringMatching(/^outputs: the task has outputs/),
    });
  });
});

describe("executors", () => {
  it.each<[string, TaskSpec, string | undefined, string[]]>([
    [
      "a ConfigMap's program",
      { python: { configMap: { name: "code", key: "a.py" } } },
      "/opt/sparkflow/attempt/program",
      ["/opt/sparkflow/attempt/program"],
    ],
    ["an inline script", { python: { script: "x" } }, "/opt/sparkflow/attempt", ["/opt/sparkflow/attempt/script.py"]],
    ["a file in the image", { python: { file: "local:///app/jobs/a.py" } }, "/app/jobs", []],
    ["a module", { python: { module: "jobs.a" } }, undefined, []],
    ["a jar", { jar: { file: "local:///a.jar" } }, undefined, []],
    ["SQL", { sql: { statements: "SELECT 1" } }, undefined, []],
  ])("import what the program imports: %s", (_, spec, path, mounts) => {
    const { executor } = made(spec);
    expect(envOf(executor).PYTHONPATH).toBe(path);
    expect(mountsOf(executor)).toEqual([...mounts, "/opt/spark/work-dir", "/tmp"]);
  });

  it("keep a PYTHONPATH of the user's behind it, also one from elsewhere", () => {
    const spec = { python: { configMap: { name: "code", key: "a.py" } } };
    const own = made({ ...spec, env: [{ name: "PYTHONPATH", value: "/a:$$(b)" }] }).executor;
    expect(envOf(own).PYTHONPATH).toBe("/opt/sparkflow/attempt/program:/a:$$(b)");
    const valueFrom = { configMapKeyRef: { name: "c", key: "k" } };
    const env = made({ ...spec, env: [{ name: "PYTHONPATH", valueFrom }] }).executor.spec.containers[0]!.env;
    expect(env).toEqual([
      { name: "SPARKFLOW_PYTHONPATH", valueFrom },
      { name: "PYTHONPATH", value: "/opt/sparkflow/attempt/program:$(SPARKFLOW_PYTHONPATH)" },
    ]);
  });

  it("have the user's conf files, and Spark's local directories made by Spark where the driver's are", () => {
    const { executor, driver } = made({ confFiles: { name: "hive" } });
    expect(mountsOf(executor)).toContain("/opt/sparkflow/attempt/conf");
    expect(mountsOf(executor)).not.toContain("/var/data/spark");
    expect(envOf(driver).SPARK_LOCAL_DIRS).toBe("/var/data/spark");
  });

  it("run under the named service account, for its identity, and without a token", () => {
    expect(made({}, { kubernetes: {}, serviceAccountName: "reader" }).executor.spec).toMatchObject({
      serviceAccountName: "reader",
      automountServiceAccountToken: false,
    });
    expect(made({}).executor.spec).not.toHaveProperty("serviceAccountName");
  });

  it("of one pod are none: no template, no executors' ConfigMap key", () => {
    const { map, driver } = made({}, { local: {} });
    expect(map.data).not.toHaveProperty("executor.json");
    expect(mountsOf(driver)).not.toContain("/opt/sparkflow/template");
  });
});

describe("service accounts", () => {
  it.each<[EngineSpec, string | undefined, boolean]>([
    [{ kubernetes: {} }, "sparkflow-driver", true],
    [{ kubernetes: {}, serviceAccountName: "reader" }, "reader", true],
    [{ local: {} }, undefined, false],
    [{ local: {}, serviceAccountName: "reader" }, "reader", false],
  ])("and tokens of the driver with %j", (engine, account, token) => {
    const { spec } = made({}, engine).driver;
    expect(spec.serviceAccountName).toBe(account);
    expect(spec.automountServiceAccountToken).toBe(token);
  });
});

describe("spark.kubernetes.* settings of the driver", () => {
  const { driver } = made({
    sparkConf: {
      "spark.kubernetes.driver.label.team": "geo",
      "spark.kubernetes.driver.annotation.note": "x",
      "spark.kubernetes.node.selector.pool": "spark",
      "spark.kubernetes.driver.node.selector.zone": "a",
      "spark.kubernetes.driver.request.cores": "500m",
      "spark.kubernetes.driver.limit.cores": "2",
      "spark.kubernetes.scheduler.name": "volcano",
      "spark.kubernetes.container.image.pullPolicy": "Always",
      "spark.driver.resource.gpu.amount": "1",
      "spark.driver.resource.gpu.vendor": "nvidia.com",
      "spark.driver.resource.fpga.amount": "1",
    },
  });

  it("work as in Spark's cluster mode, though the operator makes the pod", () => {
    expect(driver.metadata.labels.team).toBe("geo");
    expect(driver.metadata.annotations).toEqual({ note: "x" });
    expect(driver.spec).toMatchObject({ nodeSelector: { pool: "spark", zone: "a" }, schedulerName: "volcano" });
    expect(driver.spec.containers[0]).toMatchObject({
      imagePullPolicy: "Always",
      resources: { requests: { cpu: "500m" }, limits: { cpu: "2", "nvidia.com/gpu": "1" } },
    });
    expect(Object.keys(driver.spec.containers[0]!.resources!.limits)).toEqual(["cpu", "memory", "nvidia.com/gpu"]);
  });

  it("of none change nothing: Kubernetes decides when to pull", () => {
    expect(made({}).driver.spec.containers[0]).not.toHaveProperty("imagePullPolicy");
    expect(made({}).driver.spec).not.toHaveProperty("nodeSelector");
  });
});

describe("settings of the executors' pods", () => {
  const conf = (spec: TaskSpec) => made(spec).map.data["spark-defaults.conf"]!;

  it("keep ended executors for their logs and causes, unless they come and go", () => {
    expect(conf({})).toContain("spark.kubernetes.executor.deleteOnTermination=false");
    expect(conf({ executor: { maxInstances: 5 } })).not.toContain("executor.deleteOnTermination");
    expect(conf({ sparkConf: { "spark.kubernetes.executor.deleteOnTermination": true } })).toContain(
      "executor.deleteOnTermination=true",
    );
  });

  it("give claims that Spark makes an owner, else they would stay", () => {
    const key = "spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1.options.claimName";
    expect(conf({ sparkConf: { [key]: "OnDemand" } })).not.toContain("ownPersistentVolumeClaim");
    expect(conf({})).toContain("spark.kubernetes.driver.ownPersistentVolumeClaim=false");
  });

  it("take the template's pull policy, which Spark would else override", () => {
    const containers = [{ name: "spark-kubernetes-executor", imagePullPolicy: "Never" }];
    const executor = { podTemplate: { spec: { containers } } };
    expect(conf({ executor })).toContain("spark.kubernetes.container.image.pullPolicy=Never");
    expect(made({ executor }).driver.spec.containers[0]).not.toHaveProperty("imagePullPolicy");
  });
});

describe("runtime: inject", () => {
  const engine: EngineSpec = { kubernetes: {}, image: "mine/spark:1", runtime: "inject" };
  const { driver, executor } = made({}, engine);

  it("brings entry point and library to an image that has none, in driver and executors", () => {
    for (const pod of [driver, executor]) {
      expect(pod.spec.initContainers).toMatchObject([
        { image: "sparkflow/spark-sedona:3.5.7-1.8.0", args: ["inject", "/opt/sparkflow/runtime"] },
      ]);
      expect(pod.spec.containers[0]).toMatchObject({ command: ["/opt/sparkflow/runtime/bin/entrypoint"] });
      expect(pod.spec.containers[0]!.volumeMounts).toContainEqual({
        name: "sparkflow-runtime",
        mountPath: "/opt/sparkflow/runtime",
        readOnly: true,
      });
      expect(pod.spec.volumes).toContainEqual({ name: "sparkflow-runtime", emptyDir: {} });
    }
    expect(driver.spec.containers[0]).toMatchObject({ image: "mine/spark:1", args: ["driver"] });
  });

  it("keeps its init container from templates, which may have others", () => {
    const template = (name: string) => ({
      driver: { podTemplate: { spec: { initContainers: [{ name, image: "x" }] } } },
    });
    expect(refused(template("sparkflow-runtime"), engine)).toEqual([
      expect.stringMatching(/initContainers\[0\]: .*another name/),
    ]);
    const names = made(template("wait"), engine).driver.spec.initContainers as { name: string }[];
    expect(names.map(({ name }) => name)).toEqual(["sparkflow-runtime", "wait"]);
  });

  it("is asked for; an image of ours needs no init container", () => {
    expect(made({}).driver.spec).not.toHaveProperty("initContainers");
    expect(made({}).driver.spec.containers[0]).not.toHaveProperty("command");
  });
});
