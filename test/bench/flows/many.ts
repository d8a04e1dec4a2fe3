// Many flows of one task applied at once, by the operator and by a bare loop of the same writes.
import { inParallel } from "../../../operator/controllers/inParallel.ts";
import type { KubeObject } from "../../../operator/kube/objects.ts";
import { sparkFlows } from "../../../operator/kube/resources.ts";
import { until } from "../../cluster/command.ts";
import { QuickKubelet } from "../cluster/kubelet.ts";
import { Operator } from "../cluster/operator.ts";
import { atOnce, runMs } from "../cluster/rate.ts";
import { sizes } from "../cluster/sizes.ts";
import type { World } from "../cluster/world.ts";
import { type Figure, figure } from "../report.ts";
import { bareRun, bareTask } from "./bare.ts";
import { flowObject, recordFlow } from "./sample.ts";
import { watchRuns } from "./wall.ts";

/** Applies under way at once. */
const appliesAtOnce = 32;
const tasks = [{ name: "t0" }];

export async function manyFlows(world: World): Promise<Figure[]> {
  const { client } = world;
  const kubelet = new QuickKubelet(client, runMs);
  await kubelet.start();
  const operator = await Operator.start(world);
  const sample = await recordFlow(client, await world.namespace("sample"));
  const names = Array.from({ length: sizes.flows }, (_, index) => `flow-${index}`);
  const apply = (namespace: string, name: string): Promise<KubeObject> =>
    client.patch(sparkFlows, namespace, name, flowObject(name, tasks), { type: "apply", fieldManager: "bench" });

  const namespace = await world.namespace("operator");
  const runs = watchRuns(client, namespace);
  await runs.synced;
  const cpu = operator.cpuMs();
  const begun = performance.now();
  await inParallel(appliesAtOnce, names, async (name) => void (await apply(namespace, name)));
  const applied = (performance.now() - begun) / 1000;
  await until("the ends of the runs", () => runs.ended() === names.length, { timeoutMs: 3 * 3600_000, everyMs: 20 });
  const seconds = (performance.now() - begun) / 1000;
  const cpuMs = operator.cpuMs() - cpu;
  runs.stop();
  const { residentMB } = operator.memory();
  await operator.stop();
  await kubelet.stop();

  const bareNamespace = await world.namespace("bare");
  const bareBegun = performance.now();
  await inParallel(atOnce, names, async (name) => {
    const { run, end } = await bareRun(client, await apply(bareNamespace, name), sample, tasks);
    await bareTask(client, run, "t0", sample);
    await end();
  });
  const bare = (performance.now() - bareBegun) / 1000;
  const what = `${names.length.toLocaleString("en")} flows of one task applied at once`;
  return [
    figure(`${what}: wall / bare loop`, "ratio", [seconds / bare], 1.7),
    figure(`${what}: wall`, "s", [seconds], null),
    figure(`${what}: of that, until the last was applied`, "s", [applied], null),
    figure(`${what}: bare loop of the same writes`, "s", [bare], null),
    figure(`${what}: operator CPU per flow`, "ms", [cpuMs / names.length], null),
    figure(`${what}: operator memory after`, "MB", [residentMB], null),
  ];
}
