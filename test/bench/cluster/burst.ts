// A thousand tasks by one `kubectl apply`, until all are finished; and deleted, until nothing of them is left.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubeObject } from "../../../operator/kube/objects.ts";
import { configMaps, pods, sparkTasks } from "../../../operator/kube/resources.ts";
import { until } from "../../cluster/command.ts";
import { type Figure, figure } from "../report.ts";
import { QuickKubelet } from "./kubelet.ts";
import { Operator } from "./operator.ts";
import { runMs } from "./rate.ts";
import { sizes } from "./sizes.ts";
import { auditEnd, Finished, taskObject, wholeLives } from "./tasks.ts";
import type { World } from "./world.ts";

export async function burst(world: World): Promise<Figure[]> {
  const { client, cluster } = world;
  const kubelet = new QuickKubelet(client, runMs);
  await kubelet.start();
  const operator = await Operator.start(world);
  const namespace = await world.namespace("burst");
  const items = Array.from({ length: sizes.burst }, (_, index) => taskObject(`task-${index}`));
  const file = join(cluster.dir, "burst.json");
  writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  const finished = new Finished(client, namespace);
  await finished.reach(0);
  const from = auditEnd(world);
  const begun = Date.now();
  await cluster.kubectl(["apply", "--server-side", "--namespace", namespace, "-f", file]);
  const appliedS = (Date.now() - begun) / 1000;
  await finished.reach(sizes.burst);
  const finishedS = (Date.now() - begun) / 1000;
  await wholeLives(world, namespace, sizes.burst, from);
  finished.stop();
  const deleted = performance.now();
  const seconds = () => (performance.now() - deleted) / 1000;
  const gone = async (resource: typeof pods) => {
    const left = async () => (await client.list(resource, namespace, { limit: 2 })).items.filter(isOurs).length;
    await until(`the last of the ${resource.plural}`, async () => (await left()) === 0, { everyMs: 200 });
    return seconds();
  };
  const [, , podsS, configMapsS] = await Promise.all([
    cluster.kubectl(["delete", "sparktasks", "--all", "--namespace", namespace]),
    gone(sparkTasks),
    gone(pods),
    gone(configMaps),
  ]);
  await operator.stop();
  await kubelet.stop();
  const many = sizes.burst.toLocaleString("en");
  return [
    figure(`${many} tasks by one kubectl apply until all are finished`, "s", [finishedS], 20),
    figure("of that, kubectl", "s", [appliedS], null),
    figure(`${many} tasks deleted, with pods and ConfigMaps`, "s", [Math.max(podsS, configMapsS)], 20),
  ];
}

/** Every namespace has a ConfigMap of the cluster's own. */
const isOurs = ({ metadata }: KubeObject): boolean => metadata.name !== "kube-root-ca.crt";
