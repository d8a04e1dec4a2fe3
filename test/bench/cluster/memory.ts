// Memory of the operator: in an empty cluster, and with many finished tasks and their pods.
import { inParallel } from "../../../operator/controllers/inParallel.ts";
import type { Client } from "../../../operator/kube/client.ts";
import type { KubeObject } from "../../../operator/kube/objects.ts";
import { pods, sparkTasks } from "../../../operator/kube/resources.ts";
import { sleep } from "../../cluster/command.ts";
import { type Figure, figure } from "../report.ts";
import { QuickKubelet } from "./kubelet.ts";
import { Operator } from "./operator.ts";
import { ownedBy, runMs } from "./rate.ts";
import { recordSample, type Sample } from "./sample.ts";
import { sizes } from "./sizes.ts";
import { taskObject } from "./tasks.ts";
import type { World } from "./world.ts";

/** From ready until memory is read: what a start leaves is collected by then. */
const settleMs = 20_000;

export async function memory(world: World): Promise<Figure[]> {
  const { client } = world;
  const empty = await settled(world);
  const kubelet = new QuickKubelet(client, runMs);
  await kubelet.start();
  const operator = await Operator.start(world);
  const sample = await recordSample(client, await world.namespace("sample"));
  await operator.stop();
  await kubelet.stop();
  const namespace = await world.namespace("finished");
  const names = Array.from({ length: sizes.finished }, (_, index) => `task-${index}`);
  await inParallel(32, names, (name) => makeFinished(client, namespace, name, sample));
  const full = await settled(world);
  const many = sizes.finished.toLocaleString("en");
  return [
    figure("memory, empty cluster", "MB", [empty.residentMB], 100),
    figure("memory, not shared with other processes, empty cluster", "MB", [empty.privateMB], null),
    figure(`memory, ${many} finished tasks and pods`, "MB", [full.residentMB], 160),
    figure(`start until it leads, ${many} finished tasks and pods`, "s", [full.startS], null),
  ];
}

/** Memory of an operator that was started anew. */
async function settled(world: World) {
  const started = performance.now();
  const operator = await Operator.start(world);
  const startS = (performance.now() - started) / 1000;
  await sleep(settleMs);
  const { residentMB, privateMB } = operator.memory();
  await operator.stop();
  return { startS, residentMB, privateMB };
}

/** The sample's end, as another task's; its pod was let go. */
async function makeFinished(client: Client, namespace: string, name: string, sample: Sample): Promise<void> {
  const task = await client.create(sparkTasks, namespace, taskObject(name));
  const { pod } = ownedBy(task.metadata, sample);
  const { finalizers: _, ...metadata } = pod.metadata;
  const { name: driver } = (await client.create(pods, namespace, { ...pod, metadata })).metadata;
  const told = JSON.parse(JSON.stringify(sample.task.status).replaceAll(sample.endedPod.metadata.name, driver));
  await setStatus(client, task, told);
  await client.patch(pods, namespace, driver, { status: sample.endedPod.status }, { subresource: "status" });
}

async function setStatus(client: Client, { metadata }: KubeObject, status: object): Promise<void> {
  await client.patch(sparkTasks, metadata.namespace, metadata.name, { status }, { subresource: "status" });
}
