// A case on a real API server, with the operator as a process and a kubelet that does what the script says.
import { tasksOf } from "../../operator/cli/cluster/read.ts";
import {
  endedRun,
  type FlowObject,
  isFinished,
  type RunObject,
  runLabel,
  runTasks,
  shortName,
  type TaskObject,
  taskLabel,
} from "../../operator/cli/cluster/views.ts";
import { hasEnded } from "../../operator/flow/decide.ts";
import { sparkEngines, sparkFlowRuns, sparkFlows, sparkTasks } from "../../operator/kube/resources.ts";
import { Store } from "../../operator/kube/store.ts";
import { until } from "../cluster/command.ts";
import { Rig } from "../faults/rig.ts";
import { scriptOfPod } from "./acts.ts";
import { type Case, engine, flowObject, runObject } from "./case.ts";
import { type RunEnd, taskEnd, withoutPlace } from "./end.ts";

const namespace = "flows";

export class Cluster {
  readonly #rig: Rig;
  readonly #tasks: Store;
  readonly #end = new AbortController();

  private constructor(rig: Rig, ended: Set<string>) {
    this.#rig = rig;
    this.#tasks = new Store(rig.client, {
      resource: sparkTasks,
      namespaces: [namespace],
      strip: (raw) => raw,
      onChange: (_key, _before, after) => {
        if (!after || !hasEnded((after as unknown as TaskObject).status?.phase)) return;
        const run = after.metadata.labels?.[runLabel];
        ended.add(`${run}/${after.metadata.labels?.[taskLabel]}`);
        // Pods that wait for this.
        for (const pod of rig.kubelet.pods.values()) if (pod.metadata.labels?.[runLabel] === run) rig.kubelet.look(pod);
      },
    });
    void this.#tasks.run(this.#end.signal);
  }

  static async start(): Promise<Cluster> {
    const ended = new Set<string>();
    const rig = await Rig.start({ script: (pod) => scriptOfPod(pod, (run, task) => ended.has(`${run}/${task}`)) });
    await rig.namespace(namespace);
    await rig.client.create(sparkEngines, namespace, engine);
    const { operator } = await rig.lane("operator", [namespace]);
    await operator.start();
    await operator.ready();
    return new Cluster(rig, ended);
  }

  stop(): Promise<void> {
    this.#end.abort();
    return this.#rig.stop();
  }

  async run(name: string, one: Case): Promise<RunEnd> {
    const { client } = this.#rig;
    await client.create(sparkFlows, namespace, flowObject(name, one));
    const run = one.given ? `${name}-given` : `${name}-g1`;
    if (one.given) await client.create(sparkFlowRuns, namespace, runObject(run, name, one.given));
    if (one.cancel) await this.#cancel(run, one.cancel);
    const read = async () => (await client.get(sparkFlowRuns, namespace, run)) as unknown as RunObject;
    // A suspended run hasn't ended; here it is waited for no longer.
    const isOver = (object: RunObject) => isFinished(object) || object.status?.phase === one.phase;
    await until(`the end of ${run}`, () => read().then(isOver, () => false), { timeoutMs: 90_000, everyMs: 100 });
    const ended = await read();
    const flow = (await client.get(sparkFlows, namespace, name)) as unknown as FlowObject;
    return withoutPlace(endOf(ended, await tasksOf(client, ended), flow), run);
  }

  async #cancel(run: string, { task, phase }: NonNullable<Case["cancel"]>): Promise<void> {
    const isThere = (one: TaskObject) =>
      one.metadata.labels?.[runLabel] === run && shortName(one) === task && one.status?.phase === phase;
    const look = () => [...this.#tasks.values()].some((one) => isThere(one as unknown as TaskObject));
    await until(`${task} of ${run} is ${phase}`, look, { timeoutMs: 60_000 });
    await this.#rig.client.patch(sparkFlowRuns, namespace, run, { spec: { cancel: true } });
  }
}

/** What `sparkflow get run` makes of the objects. */
function endOf(run: RunObject, made: readonly TaskObject[], flow: FlowObject): RunEnd {
  const objects = new Map(made.map((task) => [shortName(task), task]));
  const { tasks, message } = endedRun(run, runTasks(run, made, flow, Date.now()), made);
  const ends = tasks.map(({ name, phase, cause, values, outputs }) => {
    const { status, spec } = objects.get(name) ?? {};
    return [name, taskEnd({ phase, attempts: status?.attempts, cause, values, outputs, made: spec })] as const;
  });
  return { phase: run.status?.phase ?? "Pending", message, tasks: Object.fromEntries(ends) };
}
