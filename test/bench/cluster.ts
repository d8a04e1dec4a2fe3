// The operator on a cluster beside a bare loop of the same API writes and beside spark-submit, in one run.
// `node test/bench/cluster.ts [--small] [--fsync] [word …]` measures only the subjects that are named.
import { burst } from "./cluster/burst.ts";
import { latency } from "./cluster/latency.ts";
import { memory } from "./cluster/memory.ts";
import { rate } from "./cluster/rate.ts";
import { real } from "./cluster/real/real.ts";
import { submit } from "./cluster/submit.ts";
import { type Figure, figure, report } from "./report.ts";
import { measured, onLight } from "./subjects.ts";

const figures = await measured({
  rate: onLight(rate),
  submit: onLight(submit),
  latency: onLight(latency),
  memory: onLight(memory),
  burst: onLight(burst),
  real,
});
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
