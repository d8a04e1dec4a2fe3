// From a task's success to the driver pod of the task behind it: chains of tasks, a few side by side.
import type { KubeObject } from "../../../operator/kube/objects.ts";
import { sparkFlows, sparkTasks } from "../../../operator/kube/resources.ts";
import { until } from "../../cluster/command.ts";
import { QuickKubelet } from "../cluster/kubelet.ts";
import { Operator } from "../cluster/operator.ts";
import { runMs } from "../cluster/rate.ts";
import { sizes } from "../cluster/sizes.ts";
import { auditEnd, wholeLives } from "../cluster/tasks.ts";
import type { World } from "../cluster/world.ts";
import { type Figure, figure, percentile } from "../report.ts";
import { flowObject } from "./sample.ts";
import { chain } from "./shapes.ts";
import { watchRuns } from "./wall.ts";

/** Chains side by side: one alone, which waits for nobody, and as many as take two cores' API server to about 20 tasks a second. */
const loads = [1, 4];

export async function handOver(world: World): Promise<Figure[]> {
  const kubelet = new QuickKubelet(world.client, runMs);
  await kubelet.start();
  const operator = await Operator.start(world);
  await handOvers(world, "warm", 4, Math.ceil(sizes.links / 4));
  const figures: Figure[] = [];
  for (const chains of loads) {
    const measured = await handOvers(world, `chains-${chains}`, chains, sizes.links);
    const what = `next driver pod created, ${chains === 1 ? "one chain" : `${chains} chains`}`;
    for (const [from, times, goal] of [
      ["a task's success in its status", measured.map(({ task }) => task), 100],
      ["driver pod succeeded", measured.map(({ driver }) => driver), null],
    ] as const)
      figures.push(
        figure(`${from} → ${what}, p50`, "ms", [percentile(times, 50)], null),
        figure(`${from} → ${what}, p99`, "ms", [percentile(times, 99)], goal),
      );
  }
  await operator.stop();
  await kubelet.stop();
  return figures;
}

/** Milliseconds of each hand-over: from the driver pod's end, and from the success in the task's status. */
async function handOvers(
  world: World,
  name: string,
  chains: number,
  links: number,
): Promise<{ driver: number; task: number }[]> {
  const { client } = world;
  const namespace = await world.namespace(name);
  const runs = watchRuns(client, namespace);
  await runs.synced;
  const from = auditEnd(world);
  const { tasks } = chain(links);
  for (let index = 0; index < chains; index++)
    await client.create(sparkFlows, namespace, flowObject(`chain-${index}`, tasks));
  await until("the chains' ends", () => runs.ended() === chains, { timeoutMs: 3600_000, everyMs: 100 });
  runs.stop();
  const lives = await wholeLives(world, namespace, chains * links, from);
  const places = new Map(
    (await client.list(sparkTasks, namespace)).items.map((task) => [task.metadata.name, placeOf(task)]),
  );
  const byPlace = new Map(lives.map((life) => [places.get(life.name)!, life]));
  return [...byPlace].flatMap(([place, next]) => {
    const before = byPlace.get(previous(place));
    return before ? [{ driver: next.pod - before.podEnded, task: next.pod - before.told }] : [];
  });
}

/** `chain-0-g1 17`: the run and the place in its chain. */
const placeOf = ({ metadata: { labels = {} } }: KubeObject): string =>
  `${labels["sparkflow.dev/run"]} ${labels["sparkflow.dev/task"]!.slice(1)}`;
const previous = (place: string): string => {
  const [run, number] = place.split(" ");
  return `${run} ${Number(number) - 1}`;
};
