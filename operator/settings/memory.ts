// Spark's memory model: what a heap is divided into, and what a pod is asked for.
// Source: UnifiedMemoryManager, ResourceProfile and BasicDriverFeatureStep of Spark 3.5.
import { memoryMiB } from "../api/quantity.ts";
import type { Setting } from "./layers.ts";

/** Spark keeps this much of every heap for itself, in MiB. */
export const reservedMiB = 300;
const leastOverheadMiB = 384;

export type HeapModel = {
  reservedMiB: number;
  unifiedMiB: number;
  storageMiB: number;
  executionMiB: number;
  userMiB: number;
};
export type PodMemory = {
  heapMiB: number;
  overheadMiB: number;
  offHeapMiB: number;
  pythonMiB: number;
  totalMiB: number;
};

/** What a heap of so many MiB is divided into: unified = (heap − 300) × fraction, halves by storageFraction. */
export function heapModel(heapMiB: number, fraction = 0.6, storageFraction = 0.5): HeapModel {
  const usable = Math.max(0, heapMiB - reservedMiB);
  const unifiedMiB = Math.floor(usable * fraction);
  const storageMiB = Math.floor(unifiedMiB * storageFraction);
  return { reservedMiB, unifiedMiB, storageMiB, executionMiB: unifiedMiB - storageMiB, userMiB: usable - unifiedMiB };
}

/** Overhead of a heap in MiB: max(floor(factor × heap), 384). */
export const overheadMiB = (heapMiB: number, factor: number): number =>
  Math.max(Math.floor(heapMiB * factor), leastOverheadMiB);

/** What a driver or executor asks of a machine, in MiB. `python` picks the factor 0.4 instead of 0.1. */
export function podMemory(conf: ReadonlyMap<string, string>, role: "driver" | "executor", python: boolean): PodMemory {
  const size = (key: string, fallback: number) => memoryMiB(conf.get(key) ?? "") ?? fallback;
  const heapMiB = size(`spark.${role}.memory`, 1024);
  const factor = Number(
    conf.get(`spark.${role}.memoryOverheadFactor`) ??
      conf.get("spark.kubernetes.memoryOverheadFactor") ??
      (python ? 0.4 : 0.1),
  );
  const overhead = size(`spark.${role}.memoryOverhead`, overheadMiB(heapMiB, factor));
  // Spark 3.5 adds off-heap memory and Python's own to executors only.
  const executor = role === "executor";
  const offHeapMiB = executor && conf.get("spark.memory.offHeap.enabled") === "true" ? offHeap(conf) : 0;
  const pythonMiB = executor && python ? size("spark.executor.pyspark.memory", 0) : 0;
  return {
    heapMiB,
    overheadMiB: overhead,
    offHeapMiB,
    pythonMiB,
    totalMiB: heapMiB + overhead + offHeapMiB + pythonMiB,
  };
}

/** spark.memory.offHeap.size is in bytes where it has no unit. */
function offHeap(conf: ReadonlyMap<string, string>): number {
  const text = conf.get("spark.memory.offHeap.size") ?? "0";
  return /^\d+$/.test(text) ? Math.ceil(Number(text) / 1024 ** 2) : (memoryMiB(text) ?? 0);
}

/** Settings by key, as the memory model reads them. */
export const confMap = (settings: readonly Setting[]): Map<string, string> =>
  new Map(settings.map(({ key, value }) => [key, value]));
