// What an attempt asks of the cluster in all.
import type { Attempt } from "../../task/attempt.ts";

/** MiB that all pods of an attempt ask for at their most. */
export function totalMiB({ resources }: Attempt): number {
  const { driver, executors } = resources;
  return (
    driver.memory.totalMiB +
    (executors ? (executors.maxInstances ?? executors.instances) * executors.memory.totalMiB : 0)
  );
}
