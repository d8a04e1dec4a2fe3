// A steady load of 20 tasks a second: how soon drivers are made, and what the operator spends and writes on a task.
import { sparkTasks } from "../../../operator/kube/resources.ts";
import { type AuditEvent, auditEvents, countCalls } from "../../cluster/audit.ts";
import { sleep } from "../../cluster/command.ts";
import { type Figure, figure, median, percentile } from "../report.ts";
import { QuickKubelet } from "./kubelet.ts";
import { Operator } from "./operator.ts";
import { runMs } from "./rate.ts";
import { sizes } from "./sizes.ts";
import { auditEnd, Finished, taskObject, wholeLives } from "./tasks.ts";
import { operatorUser, type World } from "./world.ts";

/** Tasks before those that count, first many at once, then steadily: connections are open by then, and code is compiled. */
const before = { atOnce: 100, steadily: 200 };

export async function latency(world: World): Promise<Figure[]> {
  const { client } = world;
  const kubelet = new QuickKubelet(client, runMs);
  await kubelet.start();
  const operator = await Operator.start(world);
  await steadily(world, "burst", Math.min(before.atOnce, sizes.steady), 0);
  await steadily(world, "warm", Math.min(before.steadily, sizes.steady));
  const connections = await operator.metric("sparkflow_api_connections_total");
  const cpu = operator.cpuMs();
  const { lives, calls, writes } = await steadily(world, "steady", sizes.steady);
  const cpuMs = (operator.cpuMs() - cpu) / sizes.steady;
  const opened = (await operator.metric("sparkflow_api_connections_total")) - connections;
  await operator.stop();
  await kubelet.stop();
  const toPod = lives.map(({ created, pod }) => pod - created);
  const toTold = lives.map(({ podEnded, told }) => told - podEnded);
  const sum = (of: (call: string) => boolean) =>
    [...calls].reduce((total, [call, count]) => total + (of(call) ? count : 0), 0) / sizes.steady;
  const isRead = (call: string) => /^(get|list) /.test(call);
  const typical = median(writes);
  return [
    figure("task created → driver pod created, 20 a second, p50", "ms", [percentile(toPod, 50)], 15),
    figure("task created → driver pod created, 20 a second, p99", "ms", [percentile(toPod, 99)], 60),
    figure("driver done → status done, 20 a second, p99", "ms", [percentile(toTold, 99)], null),
    figure("object writes of the operator for an undisturbed task", "writes", [typical], 5),
    figure("object writes of the operator per task, mean", "writes", [mean(writes)], null),
    figure("Events per task", "writes", [sum(isEvent)], 3),
    figure("reads of the operator per task", "reads", [sum(isRead)], 0),
    figure("operator CPU per task", "ms", [cpuMs], 5),
    figure("new TLS connections of the operator", "connections", [opened], 0),
  ];
}

const isEvent = (call: string): boolean => call.endsWith(" events");

/** Makes tasks at an even pace, in milliseconds from one to the next, and gives their lives, and the operator's calls, once all have ended. */
async function steadily(world: World, name: string, count: number, everyMs = 50) {
  const { client, cluster } = world;
  const namespace = await world.namespace(name);
  const finished = new Finished(client, namespace);
  await finished.reach(0);
  const from = auditEnd(world);
  const started = performance.now();
  const making: Promise<unknown>[] = [];
  for (let index = 0; index < count; index++) {
    await sleep(Math.max(0, started + index * everyMs - performance.now()));
    making.push(client.create(sparkTasks, namespace, taskObject(`task-${index}`)));
  }
  await Promise.all(making);
  await finished.reach(count);
  const lives = await wholeLives(world, namespace, count, from);
  finished.stop();
  const own = auditEvents(cluster.auditLog, from).filter(
    ({ user, objectRef }) => user.username === operatorUser && objectRef?.namespace === namespace,
  );
  return { lives, calls: countCalls(own, () => true), writes: writesByTask(own) };
}

/** How many object writes each task had. Objects' names begin with the task's. */
function writesByTask(events: readonly AuditEvent[]): number[] {
  const counts = new Map<string, number>();
  for (const { objectRef, verb, stage } of events) {
    const [, task] = /^(task-\d+)/.exec(objectRef?.name ?? "") ?? [];
    if (!task || stage !== "ResponseComplete" || objectRef?.resource === "events" || /^(get|list|watch)$/.test(verb))
      continue;
    counts.set(task, (counts.get(task) ?? 0) + 1);
  }
  return [...counts.values()];
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
