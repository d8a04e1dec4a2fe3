// Tasks a second through their whole life, by the operator and by a bare loop of the same writes, in turn.

import { inParallel } from "../../../operator/controllers/inParallel.ts";
import type { Client } from "../../../operator/kube/client.ts";
import type { KubeObject } from "../../../operator/kube/objects.ts";
import { configMaps, pods, sparkTasks } from "../../../operator/kube/resources.ts";
import { sleep } from "../../cluster/command.ts";
import type { RawPod } from "../../faults/podStatus.ts";
import { type Figure, figure, percentile } from "../report.ts";
import { endedStatus, QuickKubelet, runningStatus } from "./kubelet.ts";
import { Operator } from "./operator.ts";
import { type DriverSample, recordSample, type Sample } from "./sample.ts";
import { sizes } from "./sizes.ts";
import { auditEnd, Finished, taskObject, wholeLives } from "./tasks.ts";
import type { World } from "./world.ts";

/** Lives under way at once, in the loop as with the operator. */
export const atOnce = 64;
/** How long a driver runs, in milliseconds, so that Running is seen and told. */
export const runMs = 100;

export async function rate(world: World): Promise<Figure[]> {
  const { client } = world;
  const kubelet = new QuickKubelet(client, runMs);
  await kubelet.start();
  const first = await Operator.start(world);
  const sample = await recordSample(client, await world.namespace("sample"));
  await first.stop();
  await kubelet.stop();
  const ceilings: Awaited<ReturnType<typeof bareRound>>[] = [];
  const measured: Awaited<ReturnType<typeof operatorRound>>[] = [];
  for (let round = 1; round <= sizes.rounds; round++) {
    ceilings.push(await bareRound(client, await world.namespace(`bare-${round}`), sample));
    measured.push(await operatorRound(world, await world.namespace(`operator-${round}`)));
  }
  const of = <K extends keyof (typeof measured)[number]>(key: K) => measured.map((round) => round[key]);
  return [
    figure(
      "ceiling: the same writes in a bare loop",
      "tasks/s",
      ceilings.map(({ perSecond }) => perSecond),
      null,
    ),
    figure("tasks through their whole life", "tasks/s", of("perSecond"), null),
    figure(
      "tasks through their whole life / ceiling",
      "ratio",
      measured.map(({ perSecond }, round) => perSecond / ceilings[round]!.perSecond),
      0.6,
      true,
    ),
    figure("driver done → status done under full load, p99", "ms", of("toldP99"), 1000),
    figure("operator CPU per task under full load", "ms", of("cpuMs"), null),
    figure(
      "CPU of the bare loop itself per task",
      "ms",
      ceilings.map(({ cpuMs }) => cpuMs),
      null,
    ),
  ];
}

/** One life after the other, `atOnce` at a time: every write that API server and kubelet see with the operator. */
async function bareRound(client: Client, namespace: string, sample: Sample) {
  const names = Array.from({ length: sizes.lives }, (_, index) => `task-${index}`);
  const started = performance.now();
  const cpu = process.cpuUsage();
  await inParallel(atOnce, names, (name) => bareLife(client, namespace, name, sample));
  const { user, system } = process.cpuUsage(cpu);
  const cpuMs = (user + system) / 1000 / names.length;
  return { perSecond: (names.length * 1000) / (performance.now() - started), cpuMs };
}

async function bareLife(client: Client, namespace: string, name: string, sample: Sample): Promise<void> {
  await bareDriver(client, await client.create(sparkTasks, namespace, taskObject(name)), sample);
}

/** What follows a task's create. `runs`: how long its driver runs, in milliseconds. */
export async function bareDriver(
  client: Client,
  { metadata }: KubeObject,
  sample: DriverSample,
  runs = 0,
): Promise<void> {
  const { namespace = "", name } = metadata;
  const { configMap, pod } = ownedBy(metadata, sample);
  await client.create(configMaps, namespace, configMap);
  const made = (await client.create(pods, namespace, pod)) as KubeObject & RawPod;
  const podStatus = (status: object) =>
    client.patch(pods, namespace, made.metadata.name, { status }, { subresource: "status" });
  const [running, ...others] = sample.statusPatches;
  const tell = (patch: object) => client.patch(sparkTasks, namespace, name, patch, { subresource: "status" });
  await podStatus(runningStatus(made));
  await tell(running!);
  if (runs > 0) await sleep(runs);
  await podStatus(endedStatus(made));
  for (const patch of others) await tell(patch);
  await client.patch(pods, namespace, made.metadata.name, { metadata: { finalizers: null } });
}

/** The sample's objects as another task's. */
export function ownedBy(
  { name, uid }: KubeObject["metadata"],
  { configMap, pod }: Pick<Sample, "configMap" | "pod">,
): Pick<Sample, "configMap" | "pod"> {
  const base = `${name}-${uid.slice(0, 8)}-1`;
  const renamed = <T extends KubeObject>(object: T, as: string): T => {
    const { labels, ownerReferences, ...rest } = object.metadata;
    return {
      ...object,
      metadata: {
        ...rest,
        name: as,
        labels: {
          ...labels,
          "app.kubernetes.io/instance": name,
          "sparkflow.dev/task": name,
          "sparkflow.dev/task-uid": uid,
        },
        ownerReferences: ownerReferences!.map((owner) => ({ ...owner, name, uid })),
      },
    };
  };
  return { configMap: renamed(configMap, `${base}-conf`), pod: renamed(pod, `${base}-driver`) };
}

async function operatorRound(world: World, namespace: string) {
  const { client } = world;
  const kubelet = new QuickKubelet(client, runMs);
  await kubelet.start();
  const operator = await Operator.start(world);
  const finished = new Finished(client, namespace);
  await finished.reach(0);
  const from = auditEnd(world);
  const cpu = operator.cpuMs();
  const { lives } = sizes;
  // As many are under way as in the loop: one ends, one begins.
  for (let made = 0; made < lives; ) {
    const now = Math.min(lives, finished.count + atOnce) - made;
    const names = Array.from({ length: now }, (_, index) => `task-${made + index}`);
    made += now;
    await inParallel(16, names, async (name) => void (await client.create(sparkTasks, namespace, taskObject(name))));
    await finished.reach(Math.min(lives, finished.count + 1));
  }
  await finished.reach(lives);
  const all = await wholeLives(world, namespace, lives, from);
  const cpuMs = (operator.cpuMs() - cpu) / lives;
  finished.stop();
  await operator.stop();
  await kubelet.stop();
  const begin = Math.min(...all.map(({ created }) => created));
  const end = Math.max(...all.map(({ told, released }) => Math.max(told, released)));
  return {
    perSecond: (lives * 1000) / (end - begin),
    toldP99: percentile(
      all.map(({ podEnded, told }) => told - podEnded),
      99,
    ),
    cpuMs,
  };
}
