// Runs what a benchmark measures: all of it, or only what the command line names.
import { loadavg } from "node:os";
import { startWorld, type World } from "./cluster/world.ts";
import type { Figure } from "./report.ts";

export type Subjects = Record<string, () => Promise<Figure[]>>;

/** Each on a light cluster of its own, which is empty at first. */
export const onLight = (measure: (world: World) => Promise<Figure[]>) => async (): Promise<Figure[]> => {
  const world = await startWorld();
  try {
    return await measure(world);
  } finally {
    await world.stop();
  }
};

/** Figures of the subjects that the command line names, or of all. One that fails is told and makes the exit code 1. */
export async function measured(subjects: Subjects): Promise<Figure[]> {
  const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
  const unknown = words.find((word) => !Object.hasOwn(subjects, word));
  if (unknown) {
    console.error(`nothing is called "${unknown}"; there are ${Object.keys(subjects).join(", ")}`);
    process.exit(2);
  }
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(subjects)) {
    if (words.length > 0 && !words.includes(name)) continue;
    console.log(`measuring: ${name} (load average ${load()})`);
    try {
      figures.push(...(await measure()));
    } catch (error) {
      process.exitCode = 1;
      console.error(`${name}: ${(error as Error).stack}`);
    }
  }
  console.log(
    `load average after: ${load()}; the operator runs as its image has it: one bundled file, Node ${process.versions.node}`,
  );
  return figures;
}

const load = () =>
  loadavg()
    .map((average) => average.toFixed(1))
    .join(" ");
