// What all controllers share: the API server, what is known of the cluster, the clock, and the queue.
import type { SparkEngine, SparkFlow, SparkFlowRun, SparkTask } from "../api/kinds.ts";
import type { DriverPod } from "../engines/kubernetes/pod.ts";
import type { Client } from "../kube/client.ts";
import type { EventRecorder } from "../kube/events.ts";
import type { Log } from "../kube/log.ts";
import type { KubeObject, ObjectMeta } from "../kube/objects.ts";
import type { Store } from "../kube/store.ts";
import type { Groups } from "./groups.ts";

/** An object as the store keeps it: unchecked, since anybody may have written it. */
export type Stored<T extends { spec: unknown; status?: unknown }> = KubeObject & {
  metadata: ObjectMeta;
  spec?: T["spec"];
  status?: T["status"];
};
export type StoredTask = Stored<SparkTask>;
export type StoredRun = Stored<SparkFlowRun>;
export type StoredFlow = Stored<SparkFlow>;
export type StoredEngine = Stored<SparkEngine & { status?: never }>;

/** The kinds that are reconciled; a key of the queue is `kind namespace/name`. */
export type Reconciled = "task" | "run" | "flow";
export const queueKey = (kind: Reconciled, key: string): string => `${kind} ${key}`;

export type Settings = {
  /** Name of the engine of tasks that name none. */
  defaultEngine: string;
  /** Image of tasks and engines that name none. */
  driverImage?: string;
  /** What pod templates may say beyond the allow-list: names of docs/pod-templates.md. */
  allowInPods?: readonly string[];
};

export type Context = {
  client: Client;
  log: Log;
  events: EventRecorder;
  settings: Settings;
  /** Milliseconds since 1970. */
  now: () => number;
  engines: Store<StoredEngine>;
  tasks: Store<StoredTask>;
  runs: Store<StoredRun>;
  flows: Store<StoredFlow>;
  pods: Store<DriverPod>;
  /** Pods by the key of the task that they belong to. */
  podsOfTask: Groups<DriverPod>;
  /** Tasks by the key of the run that made them. */
  tasksOfRun: Groups<StoredTask>;
  /** Tasks that haven't ended, and those of them that wait for room, by namespace. */
  unfinished: Groups<StoredTask>;
  queued: Groups<StoredTask>;
  /** Runs by the key of their flow. */
  runsOfFlow: Groups<StoredRun>;
  /** Has a key looked at, now or in some milliseconds. */
  enqueue: (kind: Reconciled, key: string, afterMs?: number) => void;
  /** What running drivers said of their progress, by the task's uid. */
  progress: Map<string, string>;
  /** When counts and progress of a running task, or of a run, were written last, by uid. */
  detailsWritten: Map<string, number>;
};
