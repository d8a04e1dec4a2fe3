// The operator on a cluster beside a bare loop of the same API writes and beside spark-submit, in one run.
// `node test/bench/cluster.ts [--small] [--fsync] [word …]` measures only the subjects that are named.
import { loadavg } from "node:os";
import { burst } from "./cluster/burst.ts";
import { latency } from "./cluster/latency.ts";
import { memory } from "./cluster/memory.ts";
import { rate } from "./cluster/rate.ts";
import { real } from "./cluster/real/real.ts";
import { submit } from "./cluster/submit.ts";
import { startWorld, type World } from "./cluster/world.ts";
import { type Figure, figure, report } from "./report.ts";

/** Each on a cluster of its own, which is empty at first. */
const onLight = (measure: (world: World) => Promise<Figure[]>) => async (): Promise<Figure[]> => {
  const world = await startWorld();
  try {
    return await measure(world);
  } finally {
    await world.stop();
  }
};
const subjects: Record<string, () => Promise<Figure[]>> = {
  rate: onLight(rate),
  submit: onLight(submit),
  latency: onLight(latency),
  memory: onLight(memory),
  burst: onLight(burst),
  real,
};

const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const unknown = words.find((word) => !Object.hasOwn(subjects, word));
if (unknown) {
  console.error(`nothing is called "${unknown}"; there are ${Object.keys(subjects).join(", ")}`);
  process.exit(2);
}
const load = () =>
  loadavg()
    .map((average) => average.toFixed(1))
    .join(" ");
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
report([...figures, ...besideSubmit(figures)]);

/** The operator's rate and CPU against spark-submit's, where both were measured. */
function besideSubmit(all: readonly Figure[]): Figure[] {
  const value = (name: string) => all.find((one) => one.name === name)?.value;
  const [ours, theirs] = [
    value("tasks through their whole life"),
    value("spark-submit --deploy-mode cluster, two at once"),
  ];
  const [cpu, submitCpu] = [value("operator CPU per task under full load"), value("spark-submit, CPU each")];
  if (!ours || !theirs || !cpu || !submitCpu) return [];
  return [
    figure("tasks through their whole life / spark-submits", "ratio", [(ours * 60) / theirs], 200, true),
    figure("CPU of a spark-submit / operator CPU per task", "ratio", [(submitCpu * 1000) / cpu], 200, true),
  ];
}
