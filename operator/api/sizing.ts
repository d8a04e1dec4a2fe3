// What a driver and its executors are given: cores, memory, instances, pod templates.
import { z } from "zod";
import { field, memory, podTemplate } from "./common.ts";

const cores = z.int().min(1).max(512);
const overhead = "Memory outside the heap. Default: memory × 0.1, for Python × 0.4, at least 384m. Example: 1g.";

export const driver = z.strictObject({
  cores: field(cores, "CPU cores of the driver. Default: 1. Example: 1."),
  memory: field(memory, "Heap of the driver's JVM. Default: 4g (profile session). Example: 4g."),
  memoryOverhead: field(memory, overhead),
  podTemplate: field(
    podTemplate,
    "Any PodTemplateSpec that the driver's pod is merged into; Spark's container is spark-kubernetes-driver.",
  ),
});
export type Driver = z.infer<typeof driver>;

export const executor = z.strictObject({
  instances: field(
    z.int().min(0).max(10000),
    "Number of executors; with maxInstances the least. Default: 2. Example: 2.",
  ),
  maxInstances: field(
    z.int().min(1).max(10000),
    "Most executors: turns on dynamic allocation with shuffle tracking. Example: 50.",
  ),
  cores: field(cores, "CPU cores of each executor. Default: 1. Example: 4."),
  memory: field(memory, "Heap of each executor's JVM. Default: Spark's, 1g. Example: 16g."),
  memoryOverhead: field(memory, overhead),
  spot: field(
    z.boolean(),
    "Whether executors run on machines that may be taken away: turns on decommissioning. Default: false.",
  ),
  podTemplate: field(
    podTemplate,
    "Any PodTemplateSpec that executors' pods are made from; Spark's container is spark-kubernetes-executor.",
  ),
});
export type Executor = z.infer<typeof executor>;
