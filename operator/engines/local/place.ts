// How a task that was written for a cluster runs here: master, sizes, storage and paths are replaced, its settings and
// profiles are kept. Pure.
import { resolve } from "node:path";
import { memoryMiB, memoryText, sparkMemory } from "../../api/quantity.ts";
import { confMap, overheadMiB } from "../../settings/memory.ts";
import { isPython } from "../../task/program.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import type { Capacity } from "./capacity.ts";

export type LocalSize = {
  threads: number;
  heapMiB: number;
  asked: Capacity;
  /** One line that says what was replaced or capped, if anything was. */
  note?: string;
};

/** Threads and heap of a task here: what it asks for, made to fit the machine. */
export function localSize(task: ResolvedTask, capacity: Capacity): LocalSize {
  const conf = confMap(task.settings);
  const onPods = task.engine.kind === "kubernetes";
  const executors = Number(conf.get("spark.executor.instances") ?? 1) * Number(conf.get("spark.executor.cores") ?? 1);
  const wantedThreads = onPods ? Math.max(1, executors) : task.engine.localCores;
  const wantedHeap = Math.max(size(conf, "spark.driver.memory"), onPods ? size(conf, "spark.executor.memory") : 0);
  const threads = Math.min(wantedThreads, capacity.cores);
  const overhead = (heap: number) =>
    memoryMiB(conf.get("spark.driver.memoryOverhead") ?? "") ?? overheadMiB(heap, isPython(task.program) ? 0.4 : 0.1);
  const heapMiB = largestHeap(wantedHeap, capacity.memoryMiB, overhead);
  const changed = threads !== wantedThreads || heapMiB !== wantedHeap;
  const asked = { cores: threads, memoryMiB: Math.min(capacity.memoryMiB, heapMiB + overhead(heapMiB)) };
  const from = onPods
    ? `${conf.get("spark.executor.instances") ?? 1} executors × ${conf.get("spark.executor.cores") ?? 1} cores, ${memoryText(wantedHeap)}`
    : `local[${wantedThreads}], ${memoryText(wantedHeap)}`;
  const note = changed
    ? `${from} → local[${threads}] with a heap of ${memoryText(heapMiB)} on this machine`
    : undefined;
  return { threads, heapMiB, asked, ...(note ? { note } : {}) };
}

const size = (conf: ReadonlyMap<string, string>, key: string) => memoryMiB(conf.get(key) ?? "1g") ?? 1024;

/** The wanted heap, or the largest in whole 256 MiB that fits with its overhead; Spark needs about 450 MiB. */
function largestHeap(wanted: number, capacity: number, overhead: (heap: number) => number): number {
  let heap = wanted;
  while (heap > 512 && heap + overhead(heap) > capacity) heap = Math.max(512, Math.ceil(heap / 256) * 256 - 256);
  return heap;
}

/** Settings that this engine owns. The web interface listens on loopback alone. */
export function localSettings(size: LocalSize, uiPort: number, localDir: string): ReadonlyMap<string, string> {
  return new Map([
    ["spark.master", `local[${size.threads}]`],
    ["spark.driver.memory", sparkMemory(size.heapMiB)],
    ["spark.driver.host", "127.0.0.1"],
    ["spark.driver.bindAddress", "127.0.0.1"],
    ["spark.ui.port", String(uiPort)],
    ["spark.local.dir", localDir],
  ]);
}

/** Where a location of a manifest is on this machine. `paths` maps prefixes; the longest one that matches wins. */
export function locator(manifestFolder: string, paths: ReadonlyMap<string, string>): (uri: string) => string {
  const prefixes = [...paths].sort(([a], [b]) => b.length - a.length);
  return (uri) => {
    const mapped = prefixes.find(
      ([prefix]) => uri === prefix || uri.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`),
    );
    if (mapped) return resolve(mapped[1], `.${uri.slice(mapped[0].length).replace(/^\/?/, "/")}`);
    return /^[a-z][a-z0-9+.-]+:/i.test(uri) ? uri : resolve(manifestFolder, uri);
  };
}
