// Runs the controllers: stores of what is in the cluster, one queue of what is to be looked at, and who looks.
import { setTimeout as delay } from "node:timers/promises";
import { managedBySelector } from "../engines/kubernetes/labels.ts";
import { type DriverPod, isActiveDriver, isDriver, isTracked, stripPod } from "../engines/kubernetes/pod.ts";
import { hasEnded } from "../flow/decide.ts";
import type { Client } from "../kube/client.ts";
import { isConflict } from "../kube/errors.ts";
import { EventRecorder } from "../kube/events.ts";
import type { Log } from "../kube/log.ts";
import { controllerOf, type KubeObject, keyOf } from "../kube/objects.ts";
import { firstListPriority, WorkQueue } from "../kube/queue.ts";
import { type ReflectorTiming, reflectorTiming } from "../kube/reflector.ts";
import * as resources from "../kube/resources.ts";
import { Store } from "../kube/store.ts";
import {
  type Context,
  queueKey,
  type Settings,
  type StoredEngine,
  type StoredFlow,
  type StoredRun,
  type StoredTask,
} from "./context.ts";
import { flowChecks, reconcileFlow } from "./flow/controller.ts";
import { Groups } from "./groups.ts";
import { pollDrivers } from "./progress.ts";
import { reconcileRun } from "./run/controller.ts";
import { Revisions } from "./run/revision.ts";
import { runEnded } from "./run/status.ts";
import { newsToRun } from "./run/steer.ts";
import { stripped, strippedTask } from "./strip.ts";
import { reconcileTask } from "./task/controller.ts";
import { descriptions } from "./task/describe.ts";
import { queuedIn, unfinishedIn, waitingFor } from "./task/room.ts";

export type ManagerOptions = Settings & {
  client: Client;
  log: Log;
  /** Undefined: all namespaces. */
  namespaces: readonly string[] | undefined;
  /** Name of this process in Events. */
  identity: string;
  /** The clock, in milliseconds since 1970. Default: the machine's. */
  now?: () => number;
  /** How often everything is listed again, in milliseconds. Default: half an hour. */
  relistMs?: number;
  /** A key was handled: for metrics. */
  onHandled?: (kind: string, waitedMs: number, tookMs: number, outcome: "done" | "later" | "failed") => void;
};

/** Keys handled at once: more than the sockets would only wait for one. */
const workers = 16;
const drainMs = 10_000;
const progressEveryMs = 5000;

export class Manager {
  readonly queue: WorkQueue;
  readonly #ctx: Context;
  readonly #descriptions = descriptions();
  readonly #revisions = new Revisions();
  readonly #flowChecks = flowChecks();

  constructor(options: ManagerOptions) {
    const { client, log, namespaces, onHandled } = options;
    this.queue = new WorkQueue({
      onError: (key, error, failures, delayMs) => {
        // Somebody else wrote meanwhile, which is read and decided anew: no news, unless it doesn't end.
        const level = failures > 3 ? "error" : isConflict(error) ? "debug" : "warn";
        log[level]({ key, err: error, failures, delayMs }, `${key}: ${(error as Error).message}`);
      },
      onHandled: (key, waited, took, outcome) => onHandled?.(key.slice(0, key.indexOf(" ")), waited, took, outcome),
    });
    const common = { namespaces, log, timing: timing(options.relistMs) };
    const events = new EventRecorder({
      client,
      controller: "sparkflow.dev/operator",
      instance: options.identity,
      log,
    });
    this.#ctx = {
      client,
      log,
      events,
      settings: options,
      now: options.now ?? Date.now,
      enqueue: (kind, key, afterMs) => this.#add(kind, key, afterMs),
      progress: new Map(),
      podsOfTask: new Groups(taskKeys),
      tasksOfRun: new Groups((task) => ownerKeys(task, "SparkFlowRun")),
      unfinished: new Groups(unfinishedIn),
      queued: new Groups(queuedIn),
      runsOfFlow: new Groups(flowKey),
      detailsWritten: new Map(),
      engines: new Store<StoredEngine>(client, {
        ...common,
        resource: resources.sparkEngines,
        strip: stripped,
        onChange: (_key, before, after) => this.#engineChanged((after ?? before)!),
      }),
      tasks: new Store<StoredTask>(client, {
        ...common,
        resource: resources.sparkTasks,
        strip: strippedTask,
        onChange: (key, before, after, first) => {
          for (const groups of [this.#ctx.tasksOfRun, this.#ctx.unfinished, this.#ctx.queued])
            groups.follow(key, before, after);
          this.#taskChanged(key, before, after, first);
        },
      }),
      runs: new Store<StoredRun>(client, {
        ...common,
        resource: resources.sparkFlowRuns,
        strip: stripped,
        onChange: (key, before, after, first) => {
          this.#ctx.runsOfFlow.follow(key, before, after);
          this.#runChanged(key, (after ?? before)!, first);
        },
      }),
      flows: new Store<StoredFlow>(client, {
        ...common,
        resource: resources.sparkFlows,
        strip: stripped,
        onChange: (key, before, after, first) => {
          if (before && !after) this.#flowChecks.forget(before.metadata.uid);
          this.#flowChanged(key, first);
        },
      }),
      pods: new Store(client, {
        ...common,
        resource: resources.pods,
        labelSelector: managedBySelector,
        strip: stripPod,
        onChange: (key, before, after, first) => {
          this.#ctx.podsOfTask.follow(key, before, after);
          this.#podChanged((after ?? before)!, after !== undefined, first);
        },
      }),
    };
  }

  get #stores() {
    const { engines, tasks, runs, flows, pods } = this.#ctx;
    return [engines, tasks, runs, flows, pods];
  }

  /** Keeps the stores until the signal aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.run(signal)));
  }

  /** Resolves when everything has been listed once. */
  async synced(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.synced));
  }

  /** Milliseconds since the store that was heard of least heard anything. */
  freshMs(): number {
    return Math.max(...this.#stores.map((store) => store.freshMs()));
  }

  /** Reconciles until the signal aborts; then what is under way may end, and Events are sent. */
  async lead(signal: AbortSignal): Promise<void> {
    const polling = this.#poll(signal);
    await this.queue.run(workers, (key) => this.#reconcile(key), signal, drainMs);
    await polling;
    await this.#ctx.events.drain(2000);
  }

  async #reconcile(key: string): Promise<{ afterMs: number } | undefined> {
    const space = key.indexOf(" ");
    const object = key.slice(space + 1);
    switch (key.slice(0, space)) {
      case "task":
        return reconcileTask(this.#ctx, this.#descriptions, object);
      case "run":
        return reconcileRun(this.#ctx, this.#revisions, object);
      default:
        return reconcileFlow(this.#ctx, this.#revisions, this.#flowChecks, object);
    }
  }

  #add(kind: "task" | "run" | "flow", key: string, afterMs?: number, priority = 0): void {
    if (afterMs === undefined) this.queue.add(queueKey(kind, key), priority);
    else this.queue.addAfter(queueKey(kind, key), afterMs);
  }

  #taskChanged(key: string, before: StoredTask | undefined, after: StoredTask | undefined, first: boolean): void {
    // What has ended waits, after a restart, for what is under way.
    const quiet = first && hasEnded(after?.status?.phase);
    this.#add("task", key, undefined, quiet ? firstListPriority : 0);
    if (!after && before) this.#descriptions.forget(before.metadata.uid);
    const place = (task: StoredTask | undefined) => (task ? queuedIn(task) : []);
    if (place(before).length > place(after).length) for (const namespace of place(before)) this.#roomMayBe(namespace);
    if (before && after && newsToRun(before) === newsToRun(after)) return;
    // What waits for an end comes before what begins, too.
    const priority = !first && hasEnded(after?.status?.phase) ? 1 : 0;
    for (const run of ownerKeys((after ?? before)!, "SparkFlowRun")) this.#add("run", run, undefined, priority);
  }

  #podChanged(pod: DriverPod, exists: boolean, first: boolean): void {
    const active = exists && isActiveDriver(pod);
    // An end comes before what begins, so that no load delays what users wait for, and before Running, which it replaces.
    const ended = isDriver(pod) && isTracked(pod) && !active;
    for (const task of taskKeys(pod)) this.#add("task", task, undefined, first ? firstListPriority : ended ? 1 : 0);
    const staysActive = active && isTracked(pod) && !pod.metadata.deletionTimestamp;
    if (!first && isDriver(pod) && !staysActive) this.#roomMayBe(pod.metadata.namespace ?? "");
  }

  #runChanged(key: string, run: StoredRun, first: boolean): void {
    const priority = first && runEnded(run.status?.phase) ? firstListPriority : 0;
    this.#add("run", key, undefined, priority);
    for (const flow of flowKey(run)) this.#add("flow", flow, undefined, priority);
  }

  #flowChanged(key: string, first: boolean): void {
    this.#add("flow", key, undefined, first ? firstListPriority : 0);
    for (const run of this.#ctx.runsOfFlow.of(key))
      if (!runEnded(run.status?.phase)) this.#add("run", keyOf(run.metadata));
  }

  /** Tasks of the namespace that have not begun may do so now, or differently. */
  #engineChanged({ metadata }: StoredEngine): void {
    for (const { metadata: task, status } of this.#ctx.tasks.values()) {
      const waits = status?.phase === undefined || status.phase === "Pending" || status.phase === "Failed";
      if (waits && task.namespace === metadata.namespace) this.#add("task", keyOf(task));
    }
  }

  #roomMayBe(namespace: string): void {
    for (const key of waitingFor(this.#ctx, namespace)) this.#add("task", key);
  }

  async #poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(progressEveryMs, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await pollDrivers(this.#ctx);
    }
  }
}

/** A list comes at a watch's end, so watches are no longer than it says. */
function timing(relistMs = reflectorTiming.relistMs): Partial<ReflectorTiming> {
  const { min, max } = reflectorTiming.watchSeconds;
  const longest = Math.max(1, relistMs / 1000);
  return { relistMs, watchSeconds: { min: Math.min(min, longest), max: Math.min(max, longest) } };
}

/** The key of the owner of a kind, if the object has one. */
function ownerKeys(raw: KubeObject, kind: string): string[] {
  const owner = controllerOf(raw);
  return owner?.kind === kind ? [keyOf({ namespace: raw.metadata.namespace ?? "", name: owner.name })] : [];
}

const flowKey = ({ metadata, spec }: StoredRun): string[] =>
  typeof spec?.flow === "string" ? [keyOf({ namespace: metadata.namespace ?? "", name: spec.flow })] : [];

/** The task that a driver or an executor says that it belongs to. */
function taskKeys({ metadata }: Pick<KubeObject, "metadata">): string[] {
  const name = metadata.labels?.["app.kubernetes.io/instance"];
  return name ? [keyOf({ namespace: metadata.namespace ?? "", name })] : [];
}
