// What this machine gives to local runs, and what each attempt takes of it. Pure.
import { memoryText } from "../../api/quantity.ts";

export type Capacity = { cores: number; memoryMiB: number };

/** Whether a further attempt fits beside those that run. */
export function fits(capacity: Capacity, running: readonly Capacity[], asked: Capacity): boolean {
  const used = total(running);
  return used.cores + asked.cores <= capacity.cores && used.memoryMiB + asked.memoryMiB <= capacity.memoryMiB;
}

export const total = (list: readonly Capacity[]): Capacity => ({
  cores: list.reduce((sum, one) => sum + one.cores, 0),
  memoryMiB: list.reduce((sum, one) => sum + one.memoryMiB, 0),
});

export const capacityText = ({ cores, memoryMiB }: Capacity): string =>
  `${cores} ${cores === 1 ? "core" : "cores"} and ${memoryText(memoryMiB)}`;
