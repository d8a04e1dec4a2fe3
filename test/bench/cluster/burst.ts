// A thousand tasks applied at once, until all are finished; and deleted, until nothing of them is left. Not by kubectl: it
// applies one after the other, and deletes 50 a second, which would be all that is measured.
import { inParallel } from "../../../operator/controllers/inParallel.ts";
import type { KubeObject } from "../../../operator/kube/objects.ts";
import { collectionPath, configMaps, pods, sparkTasks } from "../../../operator/kube/resources.ts";
import { until } from "../../cluster/command.ts";
import { type Figure, figure } from "../report.ts";
import { QuickKubelet } from "./kubelet.ts";
import { Operator } from "./operator.ts";
import { runMs } from "./rate.ts";
import { sizes } from "./sizes.ts";
import { auditEnd, Finished, taskObject, wholeLives } from "./tasks.ts";
import type { World } from "./world.ts";

export async function burst(world: World): Promise<Figure[]> {
  const { client } = world;
  const kubelet = new QuickKubelet(client, runMs);
  await kubelet.start();
  const operator = await Operator.start(world);
  const namespace = await world.namespace("burst");
  const finished = new Finished(client, namespace);
  await finished.reach(0);
  const from = auditEnd(world);
  const names = Array.from({ length: sizes.burst }, (_, index) => `task-${index}`);
  const begun = performance.now();
  const seconds = (since: number) => (performance.now() - since) / 1000;
  await inParallel(32, names, async (name) => {
    await client.patch(sparkTasks, namespace, name, taskObject(name), { type: "apply", fieldManager: "bench" });
  });
  const appliedS = seconds(begun);
  await finished.reach(sizes.burst);
  const finishedS = seconds(begun);
  await wholeLives(world, namespace, sizes.burst, from);
  finished.stop();
  const deleted = performance.now();
  const gone = (resource: typeof pods) => {
    const left = async () => (await client.list(resource, namespace, { limit: 2 })).items.filter(isOurs).length;
    return until(`the last of the ${resource.plural}`, async () => (await left()) === 0, { everyMs: 200 });
  };
  await client.raw("DELETE", collectionPath(sparkTasks, namespace));
  await Promise.all([sparkTasks, pods, configMaps].map(gone));
  const deletedS = seconds(deleted);
  await operator.stop();
  await kubelet.stop();
  const many = sizes.burst.toLocaleString("en");
  return [
    figure(`${many} tasks applied at once until all are finished`, "s", [finishedS], 20),
    figure("of that, until the last was applied", "s", [appliedS], null),
    figure(`${many} tasks deleted, with pods and ConfigMaps`, "s", [deletedS], 20),
  ];
}

/** Every namespace has a ConfigMap of the cluster's own. */
const isOurs = ({ metadata }: KubeObject): boolean => metadata.name !== "kube-root-ca.crt";
