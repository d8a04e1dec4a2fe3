// The driver pod, the executors' template and the ConfigMap of an attempt.
import { describe, expect, it } from "vitest";
import type { SparkEngine } from "../../../../operator/api/kinds.ts";
import { totalMiB } from "../../../../operator/engines/kubernetes/size.ts";
import { sparkEngine, sparkTask } from "../../builders.ts";
import { golden, goldenKubernetesTask } from "../../golden.ts";
import { objectsOf, type Pod } from "./pods.ts";

const kubernetes = sparkEngine({ kubernetes: {} });
const container = (pod: Pod, name = "spark-kubernetes-driver") => pod.spec.containers.find((one) => one.name === name)!;

describe("golden files", () => {
  it("ConfigMap (without the files that have one), driver and executor of a task with secrets", async () => {
    const { map, driver, executor } = objectsOf(...goldenKubernetesTask);
    const { data, ...rest } = map;
    expect(Object.keys(data)).toEqual(["attempt.json", "spark-defaults.conf", "executor.json"]);
    expect(JSON.parse(data["executor.json"]!)).toEqual(executor);
    await golden("kubernetes-objects", { configMap: rest, driver, executor });
  });

  it("driver of a task on one pod", async () => {
    const { driver } = objectsOf(sparkTask({ python: { script: "print(1)" } }), sparkEngine({ local: { cores: 2 } }));
    await golden("kubernetes-one-pod", driver);
  });
});

describe("the driver", () => {
  it("asks for what the memory model says, heap and overhead, request and limit alike", () => {
    const { driver } = objectsOf(sparkTask({ driver: { memory: "4g", memoryOverhead: "1g", cores: 2 } }), kubernetes);
    expect(container(driver).resources).toEqual({
      requests: { cpu: "2", memory: "5120Mi" },
      limits: { memory: "5120Mi" },
    });
  });

  it.each([
    [{ run: "90s" }, 690],
    [{ start: "30s", run: "1500ms" }, 32],
    [{ start: "0s", run: "0s" }, 1],
    [{ start: "30s" }, undefined],
  ])("ends also while the operator is down: with %j after %s s, waiting and running together", (timeouts, seconds) => {
    expect(objectsOf(sparkTask({ timeouts }), kubernetes).driver.spec.activeDeadlineSeconds).toBe(seconds);
  });

  it("mounts every generated file and every ConfigMap where the attempt expects it", () => {
    const { driver, map } = objectsOf(
      sparkTask({
        python: { configMap: { name: "code", key: "a.py" } },
        inputs: [{ name: "i", configMap: { name: "code", key: "d" } }],
      }),
      kubernetes,
    );
    const mounts = Object.fromEntries(
      container(driver).volumeMounts.map(({ mountPath, name, subPath }) => [mountPath, subPath ?? name]),
    );
    expect(mounts).toMatchObject({
      "/opt/sparkflow/attempt/attempt.json": "attempt.json",
      "/opt/sparkflow/attempt/spark-defaults.conf": "spark-defaults.conf",
      "/opt/sparkflow/attempt/program": "cm-code",
      "/opt/sparkflow/attempt/inputs/code": "cm-code",
    });
    const files = driver.spec.volumes.find(({ name }) => name === "sparkflow-attempt");
    expect(files).toEqual({ name: "sparkflow-attempt", configMap: { name: map.metadata.name } });
  });

  it("gets values as they are: Kubernetes' own $(NAME) and $$ don't touch them", () => {
    const { driver, executor } = objectsOf(
      sparkTask({ params: { a: "$$(POD_IP) $$ $" }, env: [{ name: "E", value: "$$(HOME)$$" }] }),
      kubernetes,
    );
    /** Kubernetes' expansion (third_party/forked/golang/expansion): $$ is $, $(NAME) a variable's value. */
    const expand = (text: string) =>
      text.replace(/\$(\$|\((\w+)\))/g, (_, dollar) => (dollar === "$" ? "$" : "EXPANDED"));
    const value = (pod: Pod, name: string) => pod.spec.containers[0]!.env.find((one) => one.name === name)!.value!;
    expect(expand(value(driver, "E"))).toBe("$(HOME)$$");
    expect(expand(value(executor, "E"))).toBe("$(HOME)$$");
    expect(JSON.parse(expand(value(driver, "SPARKFLOW_PARAMS")))).toEqual({ a: "$(POD_IP) $$ $" });
  });
});

describe("a user's template", () => {
  const template = {
    metadata: { labels: { team: "geo" }, annotations: { note: "x" } },
    spec: {
      nodeSelector: { pool: "spark" },
      tolerations: [{ key: "spot", operator: "Exists" }],
      priorityClassName: "low",
      volumes: [
        { name: "cache", persistentVolumeClaim: { claimName: "cache" } },
        { name: "tmp", emptyDir: { medium: "Memory" } },
      ],
      containers: [
        {
          name: "spark-kubernetes-driver",
          volumeMounts: [{ name: "cache", mountPath: "/cache" }],
          env: [{ name: "EXTRA", value: "1" }],
          lifecycle: {},
        },
        { name: "sidecar", image: "proxy:1" },
      ],
    },
  };
  const engine = (more: Record<string, unknown> = template): SparkEngine =>
    sparkEngine({ kubernetes: {}, driver: { podTemplate: more }, executor: { podTemplate: more } });
  const plain = objectsOf(sparkTask(), kubernetes).driver;
  const { driver, executor } = objectsOf(sparkTask(), engine());

  it("keeps every field that it sets", () => {
    expect(driver.metadata).toMatchObject(template.metadata);
    expect(driver.spec).toMatchObject({
      nodeSelector: { pool: "spark" },
      tolerations: template.spec.tolerations,
      priorityClassName: "low",
    });
    expect(container(driver)).toMatchObject({ lifecycle: {} });
    expect(container(driver, "sidecar")).toMatchObject({ name: "sidecar", image: "proxy:1" });
    expect(driver.spec.volumes).toEqual(expect.arrayContaining(template.spec.volumes));
  });

  it("loses nothing of what every driver has", () => {
    expect(driver.metadata.labels).toMatchObject(plain.metadata.labels);
    expect(driver.spec.securityContext).toEqual(plain.spec.securityContext);
    expect(container(driver).volumeMounts).toEqual([
      ...container(plain).volumeMounts,
      { name: "cache", mountPath: "/cache" },
    ]);
    expect(container(driver).env).toEqual([...container(plain).env, { name: "EXTRA", value: "1" }]);
    const volumes = plain.spec.volumes.map(({ name }) => name);
    expect(driver.spec.volumes.map(({ name }) => name)).toEqual([...volumes, "cache"]);
  });

  it("works the same on executors", () => {
    expect(executor.metadata.labels).toMatchObject({ team: "geo", "sparkflow.dev/task": "count" });
    expect(executor.spec).toMatchObject({ nodeSelector: { pool: "spark" }, priorityClassName: "low" });
    expect(container(executor, "spark-kubernetes-executor").securityContext).toBeDefined();
  });

  it("of a task comes over its engine's", () => {
    const own = sparkTask({
      driver: { podTemplate: { spec: { nodeSelector: { zone: "a" }, priorityClassName: "high" } } },
    });
    expect(objectsOf(own, engine()).driver.spec).toMatchObject({
      nodeSelector: { pool: "spark", zone: "a" },
      priorityClassName: "high",
    });
  });

  it.each([{}, { metadata: {} }, { spec: {} }])("that says nothing changes nothing: %j", (empty) => {
    expect(objectsOf(sparkTask(), engine(empty)).driver).toEqual(plain);
  });
});

describe("all pods of an attempt", () => {
  const memory = { heapMiB: 0, overheadMiB: 0, offHeapMiB: 0, pythonMiB: 0, totalMiB: 1000 };
  it.each([
    ["a driver alone", { driver: { cores: 1, memory } }, 1000],
    [
      "executors at their number",
      { driver: { cores: 1, memory }, executors: { instances: 3, cores: 1, memory } },
      4000,
    ],
    [
      "executors at their most",
      { driver: { cores: 1, memory }, executors: { instances: 3, maxInstances: 9, cores: 1, memory } },
      10000,
    ],
  ])("ask for the memory of %s", (_, resources, mib) => {
    expect(totalMiB({ resources } as Parameters<typeof totalMiB>[0])).toBe(mib);
  });
});
