// The memory model: seed 003's formulas with its worked figures, and what Spark asks of pods.
import { describe, expect, it } from "vitest";
import { heapModel, overheadMiB, podMemory } from "../../../operator/settings/memory.ts";
import { profileLayer } from "../../../operator/settings/profiles.ts";

const conf = (settings: Record<string, string>) => new Map(Object.entries(settings));

describe("a heap", () => {
  it.each([
    // heap, fraction, storageFraction → unified, storage, execution, user
    ["Spark's defaults at 1 GiB", 1024, undefined, undefined, [434, 217, 217, 290]],
    ["seed 003's 16 GiB executor with Spark's fractions", 16384, 0.6, 0.5, [9650, 4825, 4825, 6434]],
    ["seed 000's 4 GiB driver with its 0.7 and 0.3", 4096, 0.7, 0.3, [2657, 797, 1860, 1139]],
    ["a heap smaller than what is reserved", 256, 0.6, 0.5, [0, 0, 0, 0]],
  ])("is divided as Spark does: %s", (_, heap, fraction, storage, [unified, storageMiB, execution, user]) => {
    expect(heapModel(heap, fraction, storage)).toEqual({
      reservedMiB: 300,
      unifiedMiB: unified,
      storageMiB,
      executionMiB: execution,
      userMiB: user,
    });
  });

  it.each([512, 1000, 4096, 16384, 40960])("of %d MiB is the sum of its parts", (heap) => {
    const model = heapModel(heap, 0.7, 0.3);
    expect(model.reservedMiB + model.unifiedMiB + model.userMiB).toBe(heap);
    expect(model.storageMiB + model.executionMiB).toBe(model.unifiedMiB);
  });
});

describe("overhead", () => {
  it.each([
    ["at least 384 MiB", 1024, 0.1, 384],
    ["a tenth of a JVM's heap", 16384, 0.1, 1638],
    ["four tenths of a Python driver's heap", 4096, 0.4, 1638],
    ["rounded down, as Spark's toInt", 4099, 0.1, 409],
  ])("is %s", (_, heap, factor, expected) => {
    expect(overheadMiB(heap, factor)).toBe(expected);
  });
});

describe("a pod's memory", () => {
  it("is seed 003's worked 20 GiB per executor and 10 GiB for the driver", () => {
    const production = profileLayer("production").conf;
    expect(podMemory(production, "executor", true)).toMatchObject({
      heapMiB: 16384,
      overheadMiB: 4096,
      totalMiB: 20480,
    });
    expect(podMemory(production, "driver", true).totalMiB).toBe(10240);
    // "Total cluster memory = (N_executors × executor_memory) + driver_memory"
    const instances = Number(production.get("spark.executor.instances"));
    expect((instances * 20480 + 10240) / 1024).toBe(1010);
  });

  it.each([
    ["a JVM program gets a tenth", false, { "spark.driver.memory": "4g" }, 4096 + 409],
    ["a Python program gets four tenths", true, { "spark.driver.memory": "4g" }, 4096 + 1638],
    ["a given overhead wins", true, { "spark.driver.memory": "4g", "spark.driver.memoryOverhead": "1g" }, 5120],
    [
      "an overhead without unit is MiB",
      true,
      { "spark.driver.memory": "4g", "spark.driver.memoryOverhead": "512" },
      4608,
    ],
    [
      "the role's factor wins over Kubernetes'",
      true,
      {
        "spark.driver.memory": "4g",
        "spark.driver.memoryOverheadFactor": "0.2",
        "spark.kubernetes.memoryOverheadFactor": "0.3",
      },
      4096 + 819,
    ],
    [
      "Kubernetes' factor wins over the program's",
      true,
      { "spark.driver.memory": "4g", "spark.kubernetes.memoryOverheadFactor": "0.3" },
      4096 + 1228,
    ],
    ["without a word it is Spark's 1g", false, {}, 1024 + 384],
  ])("of the driver: %s", (_, python, settings, expected) => {
    expect(podMemory(conf(settings), "driver", python).totalMiB).toBe(expected);
  });

  const offHeap = { "spark.memory.offHeap.enabled": "true", "spark.memory.offHeap.size": "2g" };
  it.each([
    ["off-heap memory where it is enabled", offHeap, 2048, 0],
    ["no off-heap memory where it isn't", { ...offHeap, "spark.memory.offHeap.enabled": "false" }, 0, 0],
    ["off-heap memory in bytes where it has no unit", { ...offHeap, "spark.memory.offHeap.size": "1048577" }, 2, 0],
    ["Python's own memory", { "spark.executor.pyspark.memory": "512m" }, 0, 512],
  ])("of an executor has %s", (_, settings, offHeapMiB, pythonMiB) => {
    expect(podMemory(conf({ "spark.executor.memory": "1g", ...settings }), "executor", true)).toEqual({
      heapMiB: 1024,
      overheadMiB: 409,
      offHeapMiB,
      pythonMiB,
      totalMiB: 1024 + 409 + offHeapMiB + pythonMiB,
    });
  });

  it("of a driver has neither off-heap memory nor Python's: Spark 3.5 doesn't add them", () => {
    const settings = conf({ ...offHeap, "spark.executor.pyspark.memory": "512m", "spark.driver.memory": "1g" });
    expect(podMemory(settings, "driver", true)).toMatchObject({ offHeapMiB: 0, pythonMiB: 0 });
  });

  it("of an executor of a JVM program has no Python memory: Spark ignores the key there", () => {
    expect(podMemory(conf({ "spark.executor.pyspark.memory": "512m" }), "executor", false).pythonMiB).toBe(0);
  });
});
