// Durations and memory sizes as numbers.

const durationUnits: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Milliseconds of a duration such as `1h30m` (its form is the schema's business). */
export function durationMs(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[dhms])/g))
    total += Number(amount) * (durationUnits[unit!] ?? 0);
  return total;
}

/** A duration for people: `850 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

const kib: Record<string, number> = { k: 1, m: 1024, g: 1024 ** 2, t: 1024 ** 3 };

/**
 * MiB of a size as Spark reads `spark.driver.memory`: `4g`, `4Gi`, `512m`, `4gb`; a bare number is MiB. Rounded up.
 * Undefined if it isn't a size. Source: JavaUtils.byteStringAs of Spark 3.5.
 */
export function memoryMiB(text: string): number | undefined {
  const match = /^(\d+)\s*(?:([kmgt])(?:i|b|ib)?)?$/i.exec(text.trim());
  if (!match) return undefined;
  return Math.ceil((Number(match[1]) * kib[(match[2] ?? "m").toLowerCase()]!) / 1024);
}

/** MiB as Spark writes it, in the largest whole unit: 4096 → `4g`, 1500 → `1500m`. */
export const sparkMemory = (mib: number): string => (mib % 1024 === 0 ? `${mib / 1024}g` : `${mib}m`);

/** MiB for people: `4 GiB`, `4.4 GiB`, `900 MiB`. */
export function memoryText(mib: number): string {
  if (mib < 1024) return `${mib} MiB`;
  return `${(mib / 1024).toFixed(1).replace(/\.0$/, "")} GiB`;
}

/** A memory size of the API (`4Gi`) as Spark writes it (`4g`). */
export const toSparkMemory = (text: string): string => text.replace(/i$/, "").toLowerCase();
