// Flows on a light cluster beside a bare loop of the same API writes, with a kubelet whose drivers run a tenth of a second.
// `node test/bench/flows.ts [--small] [--fsync] [word …]` measures only the subjects that are named.
import { sizes } from "./cluster/sizes.ts";
import { handOver } from "./flows/handOver.ts";
import { manyFlows } from "./flows/many.ts";
import { randomGraph, waves } from "./flows/shapes.ts";
import { wallOf } from "./flows/wall.ts";
import { report } from "./report.ts";
import { measured, onLight } from "./subjects.ts";

const many = (count: number) => count.toLocaleString("en");
report(
  await measured({
    "hand-over": onLight(handOver),
    graph: onLight(wallOf(`${many(sizes.graph)} tasks in a random graph`, randomGraph(sizes.graph))),
    "fan-out": onLight(wallOf(`forEach of ${many(sizes.items)} items`, waves(1, sizes.items))),
    waves: onLight(wallOf(`${sizes.waves} waves of ${sizes.waveItems} items`, waves(sizes.waves, sizes.waveItems))),
    flows: onLight(manyFlows),
  }),
);
