// What every benchmark prints: a table, then the same as JSON on one line.

export type Figure = {
  name: string;
  value: number;
  unit: string;
  goal: number | null;
  held: boolean;
  samples?: number[];
};

/** A figure that must be at most its goal, or at least with `atLeast`; without a goal it is only told. */
export function figure(name: string, unit: string, samples: readonly number[], goal: number | null, atLeast = false) {
  const value = median(samples);
  const held = goal === null || (atLeast ? value >= goal : value <= goal);
  return { name, value: round(value), unit, goal, held, samples: samples.map(round) } satisfies Figure;
}

export function report(figures: readonly Figure[]): void {
  const rows = figures.map(({ name, value, unit, goal, held, samples }) => [
    name,
    `${value} ${unit}`,
    goal === null ? "-" : `${goal} ${unit}`,
    goal === null ? "-" : held ? "held" : "short",
    (samples ?? []).join(" "),
  ]);
  const table = [["figure", "value", "goal", "", "samples"], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    );
  console.log(JSON.stringify({ figures: figures.map(({ samples: _samples, ...rest }) => rest) }));
}

/** The value that so many of a hundred are not above. */
export function percentile(values: readonly number[], hundredths: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * hundredths) / 100) - 1)]!;
}

/** Middle of the sorted values; the mean of the two middle ones for an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const round = (value: number) => Math.round(value * 1000) / 1000;
