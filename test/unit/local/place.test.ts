// How a task written for a cluster runs on a laptop: sizes capped, paths mapped.
import { describe, expect, it } from "vitest";
import type { EngineSpec } from "../../../operator/api/engine.ts";
import type { TaskSpec } from "../../../operator/api/task.ts";
import { capacityText, fits } from "../../../operator/engines/local/capacity.ts";
import { localSettings, localSize, locator } from "../../../operator/engines/local/place.ts";
import { resolveTask } from "../../../operator/task/resolve.ts";
import { sparkEngine, sparkTask } from "../builders.ts";

const size = (spec: TaskSpec, engine: EngineSpec, cores: number, memoryMiB: number) =>
  localSize(resolveTask(sparkTask(spec), sparkEngine(engine)), { cores, memoryMiB });

describe("a task's size here", () => {
  it("is what it asks for where that fits, without a word", () => {
    expect(size({ driver: { memory: "2g" } }, { local: { cores: 2 } }, 8, 16384)).toEqual({
      threads: 2,
      heapMiB: 2048,
      asked: { cores: 2, memoryMiB: 2048 + 819 },
    });
  });

  it.each<[string, TaskSpec, EngineSpec, number, number, { threads: number; heapMiB: number }]>([
    ["threads by the machine's cores", {}, { local: { cores: 16 } }, 4, 65536, { threads: 4, heapMiB: 4096 }],
    [
      "heap by the machine's memory, overhead included",
      { driver: { memory: "64g" } },
      { local: {} },
      8,
      8192,
      { threads: 4, heapMiB: 5632 },
    ],
    [
      "heap at half a gigabyte at least",
      { driver: { memory: "4g" } },
      { local: {} },
      8,
      300,
      { threads: 4, heapMiB: 512 },
    ],
    [
      "executors to threads, the larger heap counting",
      { executor: { instances: 50, cores: 4, memory: "16g" } },
      { kubernetes: {} },
      8,
      65536,
      { threads: 8, heapMiB: 16384 },
    ],
    [
      "executors to one thread at least",
      { executor: { instances: 0 } },
      { kubernetes: {} },
      8,
      65536,
      { threads: 1, heapMiB: 4096 },
    ],
  ])("is made to fit: %s", (_, spec, engine, cores, memoryMiB, expected) => {
    const made = size(spec, engine, cores, memoryMiB);
    expect(made).toMatchObject(expected);
    expect(made.asked.cores).toBeLessThanOrEqual(cores);
    expect(made.asked.memoryMiB).toBeLessThanOrEqual(memoryMiB);
  });

  it("that was capped is said in one line", () => {
    expect(size({ executor: { instances: 50, cores: 4, memory: "16g" } }, { kubernetes: {} }, 8, 12288).note).toBe(
      "50 executors × 4 cores, 16 GiB → local[8] with a heap of 8.5 GiB on this machine",
    );
    expect(size({}, { local: { cores: 6 } }, 4, 65536).note).toBe(
      "local[6], 4 GiB → local[4] with a heap of 4 GiB on this machine",
    );
  });

  it("becomes the settings that this engine owns, on loopback alone", () => {
    const made = size({}, { local: {} }, 4, 65536);
    expect(Object.fromEntries(localSettings(made, 4041, "/tmp/x"))).toEqual({
      "spark.master": "local[4]",
      "spark.driver.memory": "4g",
      "spark.driver.host": "127.0.0.1",
      "spark.driver.bindAddress": "127.0.0.1",
      "spark.ui.port": "4041",
      "spark.local.dir": "/tmp/x",
    });
  });
});

describe("a place", () => {
  const paths = new Map([
    ["local:///app", "/jobs"],
    ["local:///app/lib", "/lib"],
    ["s3a://lake/", "/data/lake"],
  ]);
  it.each([
    ["a.py", "/home/me/project/a.py"],
    ["./data/../a.csv", "/home/me/project/a.csv"],
    ["/abs/a.csv", "/abs/a.csv"],
    ["local:///app/x.py", "/jobs/x.py"],
    ["local:///app", "/jobs"],
    ["local:///app/lib/y.jar", "/lib/y.jar"],
    ["local:///application/z.py", "local:///application/z.py"],
    ["s3a://lake/raw/words", "/data/lake/raw/words"],
    ["s3a://lakes/raw", "s3a://lakes/raw"],
    ["https://example.org/a.py", "https://example.org/a.py"],
  ])("of %s is %s", (uri, place) => {
    expect(locator("/home/me/project", paths)(uri)).toBe(place);
  });
});

describe("capacity", () => {
  const machine = { cores: 4, memoryMiB: 8192 };
  it.each([
    [[], { cores: 4, memoryMiB: 8192 }, true],
    [[{ cores: 2, memoryMiB: 1000 }], { cores: 2, memoryMiB: 7192 }, true],
    [[{ cores: 2, memoryMiB: 1000 }], { cores: 3, memoryMiB: 1 }, false],
    [[{ cores: 1, memoryMiB: 8000 }], { cores: 1, memoryMiB: 193 }, false],
  ])("beside %j, %j fits: %s", (running, asked, expected) => {
    expect(fits(machine, running, asked)).toBe(expected);
  });

  it("reads as people say it", () => {
    expect(capacityText({ cores: 1, memoryMiB: 1024 })).toBe("1 core and 1 GiB");
    expect(capacityText({ cores: 4, memoryMiB: 900 })).toBe("4 cores and 900 MiB");
  });
});
