// Keeps runs and tasks in hand until they end: lists and watches just these.
import type { Client } from "../../kube/client.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { Store } from "../../kube/store.ts";
import type { TaskView } from "../report/view.ts";
import type { EndedRun } from "../report/words.ts";
import { resources } from "./kinds.ts";
import { tasksOf } from "./read.ts";
import {
  endedRun,
  type FlowObject,
  isFinished,
  type RunObject,
  runLabel,
  runTasks,
  type TaskObject,
  taskView,
} from "./views.ts";

/** What to follow. A run may still have to be made by the operator; of a task a generation at least. */
export type Target = { kind: "SparkFlowRun" | "SparkTask"; namespace: string; name: string; flow?: FlowObject };

export class Followed {
  readonly target: Target;
  object: RunObject | TaskObject | undefined;
  readonly made = new Map<string, TaskObject>();

  constructor(target: Target) {
    this.target = target;
  }

  get finished(): boolean {
    return this.object !== undefined && isFinished(this.object);
  }

  views(now: number): TaskView[] {
    const { object, made, target } = this;
    if (object?.kind === "SparkTask") return [taskView(object, now)];
    if (object) return runTasks(object, made.values(), target.flow, now);
    return [{ name: target.kind === "SparkTask" ? target.name : "the run", phase: "Pending", message: "", attempt: 0 }];
  }

  ended(now: number): EndedRun | undefined {
    if (!this.object) return undefined;
    const made = this.object.kind === "SparkTask" ? [this.object] : this.made.values();
    return endedRun(this.object, this.views(now), made);
  }
}

type Told = (followed: Followed, task: TaskObject | undefined) => void;

/**
 * Follows targets until all have ended or the signal aborts. `onChange` is told of every change, with the task that
 * changed, if it was one. A target that is deleted counts as ended.
 */
export async function follow(
  client: Client,
  targets: readonly Target[],
  onChange: Told,
  signal: AbortSignal,
): Promise<Followed[]> {
  const all = targets.map((target) => new Followed(target));
  const stop = new AbortController();
  const abort = () => stop.abort();
  signal.addEventListener("abort", abort, { once: true });
  const gone = new Set<Followed>();
  const check = () => {
    if (all.every((one) => one.finished || gone.has(one))) stop.abort();
  };
  const stores = all.flatMap((followed) => storesOf(client, followed, onChange, () => gone.add(followed), check));
  if (!signal.aborted) await Promise.all(stores.map((store) => store.run(stop.signal)));
  signal.removeEventListener("abort", abort);
  // A run's end may be heard of before that of its last task.
  if (!signal.aborted)
    for (const { object, made } of all)
      if (object?.kind === "SparkFlowRun")
        for (const task of await tasksOf(client, object)) made.set(task.metadata.name, task);
  return all;
}

function storesOf(client: Client, followed: Followed, onChange: Told, onGone: () => void, check: () => void): Store[] {
  const { kind, namespace, name } = followed.target;
  const strip = (raw: KubeObject) => raw;
  const own = new Store(onlyNamed(client, name), {
    resource: resources[kind],
    namespaces: [namespace],
    strip,
    onChange: (_key, _before, after) => {
      if (after) followed.object = { ...after, kind } as unknown as RunObject | TaskObject;
      else onGone();
      onChange(followed, kind === "SparkTask" ? (followed.object as TaskObject) : undefined);
      check();
    },
  });
  if (kind === "SparkTask") return [own];
  const tasks = new Store(client, {
    resource: resources.SparkTask,
    namespaces: [namespace],
    labelSelector: `${runLabel}=${name}`,
    strip,
    onChange: (_key, before, after) => {
      if (!after) return void followed.made.delete(before!.metadata.name);
      const task = { ...after, kind: "SparkTask" } as unknown as TaskObject;
      followed.made.set(task.metadata.name, task);
      onChange(followed, task);
    },
  });
  return [own, tasks];
}

/** The client, but for lists and watches that know one name only. */
function onlyNamed(client: Client, name: string): Client {
  const fieldSelector = `metadata.name=${name}`;
  return {
    ...client,
    list: (resource, namespace, query, options) =>
      client.list(resource, namespace, { ...query, fieldSelector }, options),
    watch: (resource, namespace, query, signal, options) =>
      client.watch(resource, namespace, { ...query, fieldSelector }, signal, options),
  };
}
