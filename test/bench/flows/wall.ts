// One flow by the operator and by a bare loop of the same writes: how long each takes, and what the run's status costs.
import type { Client } from "../../../operator/kube/client.ts";
import type { KubeObject } from "../../../operator/kube/objects.ts";
import { sparkFlowRuns, sparkFlows } from "../../../operator/kube/resources.ts";
import { Store } from "../../../operator/kube/store.ts";
import { auditEvents } from "../../cluster/audit.ts";
import { until } from "../../cluster/command.ts";
import { QuickKubelet } from "../cluster/kubelet.ts";
import { Operator } from "../cluster/operator.ts";
import { runMs } from "../cluster/rate.ts";
import { auditEnd, ms } from "../cluster/tasks.ts";
import { operatorUser, type World } from "../cluster/world.ts";
import { type Figure, figure } from "../report.ts";
import { bareFlow } from "./bare.ts";
import { flowObject, recordFlow } from "./sample.ts";
import type { Shape } from "./shapes.ts";

const name = "measured";
/** Longest that a run may take. */
const patienceMs = 3 * 3600_000;

/** Measures a flow: `what` says which. */
export const wallOf =
  (what: string, shape: Shape) =>
  async (world: World): Promise<Figure[]> => {
    const { client } = world;
    const kubelet = new QuickKubelet(client, runMs);
    await kubelet.start();
    const operator = await Operator.start(world);
    const sample = await recordFlow(client, await world.namespace("sample"));
    const { seconds, cpuMs, statusBytes, writes } = await byOperator(world, operator, shape);
    await operator.stop();
    await kubelet.stop();
    const bare = await bareFlow(client, await world.namespace("bare"), name, shape, sample);
    console.log(`${what}: ${seconds.toFixed(1)} s, the bare loop ${bare.toFixed(1)} s`);
    return [
      figure(`${what}: wall / bare loop`, "ratio", [seconds / bare], 1.7),
      figure(`${what}: wall`, "s", [seconds], null),
      figure(`${what}: bare loop of the same writes`, "s", [bare], null),
      figure(`${what}: operator CPU per task`, "ms", [cpuMs / shape.lives.length], null),
      figure(`${what}: largest run status`, "KB", [statusBytes / 1000], 300),
      figure(`${what}: run status writes a second, at most`, "writes", [busiestSecond(writes)], 1),
    ];
  };

async function byOperator(world: World, operator: Operator, { tasks }: Shape) {
  const { client } = world;
  const namespace = await world.namespace("operator");
  const watched = watchRuns(client, namespace);
  await watched.synced;
  const from = auditEnd(world);
  const cpu = operator.cpuMs();
  const begun = performance.now();
  await client.create(sparkFlows, namespace, flowObject(name, tasks));
  await until("the end of the run", () => watched.ended() > 0, { timeoutMs: patienceMs, everyMs: 20 });
  const seconds = (performance.now() - begun) / 1000;
  const cpuMs = operator.cpuMs() - cpu;
  watched.stop();
  return { seconds, cpuMs, statusBytes: watched.largest(), writes: statusWrites(world, namespace, from) };
}

/** Follows the runs of a namespace: how many have succeeded, and how large a status was. */
export function watchRuns(client: Client, namespace: string) {
  const stop = new AbortController();
  let [ended, largest] = [0, 0];
  const store = new Store<KubeObject>(client, {
    resource: sparkFlowRuns,
    namespaces: [namespace],
    strip: (raw) => raw,
    onChange: (_key, before, after) => {
      largest = Math.max(largest, JSON.stringify(after?.status ?? {}).length);
      const { phase, message } = statusOf(after);
      if (phase === "Failed") throw new Error(`a run failed: ${message}`);
      if (phase === "Succeeded" && statusOf(before).phase !== "Succeeded") ended++;
    },
  });
  void store.run(stop.signal);
  return { synced: store.synced, ended: () => ended, largest: () => largest, stop: () => stop.abort() };
}

const statusOf = (run: KubeObject | undefined) => (run?.status ?? {}) as { phase?: string; message?: string };

/** When the operator wrote the status of the namespace's one run, in milliseconds since 1970. */
function statusWrites({ cluster }: World, namespace: string, from: number): number[] {
  return auditEvents(cluster.auditLog, from)
    .filter(
      ({ user, stage, verb }) => user.username === operatorUser && stage === "ResponseComplete" && verb === "patch",
    )
    .filter(({ objectRef: ref }) => ref?.namespace === namespace && ref.resource === "sparkflowruns" && ref.subresource)
    .map(({ requestReceivedTimestamp }) => ms(requestReceivedTimestamp));
}

/** Most writes within a second; the first and the last, which are made at once, don't count. A twentieth is for the way. */
function busiestSecond(writes: readonly number[]): number {
  const between = writes.slice(1, -1);
  return Math.max(0, ...between.map((at) => between.filter((other) => other >= at && other < at + 950).length));
}
