// The bare loop of a flow: every write of its life, in the graph's order, with drivers that run as long as the kubelet's.
import type { Client } from "../../../operator/kube/client.ts";
import type { KubeObject } from "../../../operator/kube/objects.ts";
import {
  controllerRevisions,
  type Resource,
  sparkFlowRuns,
  sparkFlows,
  sparkTasks,
} from "../../../operator/kube/resources.ts";
import { atOnce, bareDriver, runMs } from "../cluster/rate.ts";
import { type FlowSample, flowObject } from "./sample.ts";
import type { Life, Shape } from "./shapes.ts";

/** Lives a flow through and gives the seconds that it took. Its run's status is written once a second. */
export async function bareFlow(
  client: Client,
  namespace: string,
  name: string,
  { tasks, lives }: Shape,
  sample: FlowSample,
): Promise<number> {
  const begun = performance.now();
  const flow = await client.create(sparkFlows, namespace, flowObject(name, tasks));
  const { run, tell, end } = await bareRun(client, flow, sample, tasks);
  const counts = setInterval(() => void tell().catch(() => {}), 1000);
  await inOrder(atOnce, lives, (life) => bareTask(client, run, life.name, sample));
  clearInterval(counts);
  await end();
  return (performance.now() - begun) / 1000;
}

/** A run of a flow, begun: `tell` writes its status as a run's counts are, `end` its and the flow's last words. */
export async function bareRun(client: Client, flow: KubeObject, sample: FlowSample, tasks: readonly object[]) {
  const { namespace = "", name, uid } = flow.metadata;
  const owned = (object: KubeObject, as: string): KubeObject => ({
    ...object,
    metadata: { ...object.metadata, name: as, ...ownedBy(object, name, uid) },
  });
  const data = { flow: { metadata: { name, namespace, uid }, spec: flow.spec } };
  const revision = { ...owned(sample.revision, `${name}-0123456789`), data, revision: tasks.length };
  await client.create(controllerRevisions, namespace, revision);
  const run = await client.create(sparkFlowRuns, namespace, {
    ...owned(sample.run, `${name}-g1`),
    spec: { flow: name },
  });
  const patch = (resource: Resource, of: string) => (body: object) =>
    client.patch(resource, namespace, of, body, { subresource: "status" });
  const [ofRun, ofFlow] = [patch(sparkFlowRuns, run.metadata.name), patch(sparkFlows, name)];
  const [first, ...rest] = sample.runPatches;
  await ofRun(first!);
  let told = 0;
  const tell = () => ofRun({ status: { message: `${++told}`, progress: `${told}/${tasks.length}` } });
  const end = async () => {
    for (const body of rest) await ofRun(body);
    for (const body of sample.flowPatches) await ofFlow(body);
  };
  return { run, tell, end };
}

/** A task of a run through its whole life. */
export async function bareTask(client: Client, run: KubeObject, task: string, sample: FlowSample): Promise<void> {
  const { namespace = "", name, uid } = run.metadata;
  const { metadata, ...rest } = sample.task;
  const labels = { ...metadata.labels, "sparkflow.dev/run": name, "sparkflow.dev/task": task };
  const body = {
    ...rest,
    metadata: { ...metadata, name: `${name}-${task}`, labels, ...ownedBy(sample.task, name, uid) },
  };
  const made = await client.create(sparkTasks, namespace, body);
  await bareDriver(client, made, sample.driver, runMs);
}

const ownedBy = ({ metadata }: KubeObject, name: string, uid: string) => ({
  ownerReferences: metadata.ownerReferences!.map((owner) => ({ ...owner, name, uid })),
});

/** Does something for each life once those that it needs have ended, some at once. */
async function inOrder(most: number, lives: readonly Life[], act: (life: Life) => Promise<void>): Promise<void> {
  const open = new Map(lives.map((life) => [life.name, life.needs.length]));
  const dependents = new Map(lives.map(({ name }) => [name, [] as Life[]]));
  for (const life of lives) for (const need of life.needs) dependents.get(need)!.push(life);
  const ready = lives.filter(({ needs }) => needs.length === 0).reverse();
  let ended = 0;
  const wake: (() => void)[] = [];
  const work = async () => {
    while (ended < lives.length) {
      const life = ready.pop();
      if (!life) {
        await new Promise<void>((resolve) => wake.push(resolve));
        continue;
      }
      await act(life);
      ended++;
      for (const dependent of dependents.get(life.name)!) {
        const left = open.get(dependent.name)! - 1;
        open.set(dependent.name, left);
        if (left === 0) ready.unshift(dependent);
      }
      for (const resolve of wake.splice(0)) resolve();
    }
  };
  await Promise.all(Array.from({ length: most }, work));
}
