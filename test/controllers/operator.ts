// One operator on a real API server with the fake kubelet, and objects to their ends.
import { afterAll, beforeAll } from "vitest";
import type { FlowRunStatus, FlowStatus, TaskStatus } from "../../operator/api/status.ts";
import { Manager } from "../../operator/controllers/manager.ts";
import { type Client, createClient } from "../../operator/kube/client.ts";
import { silent } from "../../operator/kube/log.ts";
import type { KubeObject } from "../../operator/kube/objects.ts";
import {
  configMaps,
  events,
  pods,
  type Resource,
  sparkEngines,
  sparkFlowRuns,
  sparkFlows,
  sparkTasks,
} from "../../operator/kube/resources.ts";
import { auditEvents } from "../cluster/audit.ts";
import { until } from "../cluster/command.ts";
import { makeEngines } from "../faults/lives.ts";
import { type Lane, Rig } from "../faults/rig.ts";
import { type Script, scriptAnnotation } from "../faults/script.ts";

const apiVersion = "sparkflow.dev/v1alpha1";
export const namespace = "controllers";
let rig: Rig;
let lane: Lane;

/** Starts all of it for a test file. */
export function withOperator(): void {
  beforeAll(async () => {
    rig = await Rig.start();
    await rig.namespace(namespace);
    await makeEngines(rig.client, namespace);
    lane = await rig.lane("operator", [namespace]);
    await lane.operator.start();
    await lane.operator.ready();
  });
  afterAll(async () => {
    await rig?.stop();
  });
}

/**
 * The same with the operator's controllers in this process, on a clock that the test sets, and with the operator's rights.
 * `look` has a flow looked at, as a timer would; `restart` puts new controllers in the place of those that are there.
 */
export function withClock(): {
  set: (text: string) => void;
  look: (flow: string) => void;
  stop: () => Promise<void>;
  start: () => Promise<void>;
} {
  let at = 0;
  let running: { manager: Manager; stopping: AbortController; over: Promise<unknown> } | undefined;
  let client: Client;
  const start = async () => {
    const stopping = new AbortController();
    const settings = { defaultEngine: "one-pod", driverImage: "example.test/spark:1", identity: "test", log: silent };
    const manager = new Manager({ ...settings, client, namespaces: [namespace], now: () => at });
    const watching = manager.watch(stopping.signal);
    await manager.synced();
    running = { manager, stopping, over: Promise.all([watching, manager.lead(stopping.signal)]) };
  };
  const stop = async () => {
    running?.stopping.abort();
    await running?.over;
    running = undefined;
  };
  beforeAll(async () => {
    rig = await Rig.start();
    await rig.namespace(namespace);
    await makeEngines(rig.client, namespace);
    const { url } = await rig.lane("operator", [namespace]);
    const credentials = async () => ({ tls: {}, headers: {} });
    client = createClient({ url: new URL(url), credentials, refresh: () => {} });
    at = Date.now();
    await start();
  });
  afterAll(async () => {
    await stop();
    client?.close();
    await rig?.stop();
  });
  return {
    set: (text) => {
      at = Date.parse(text);
    },
    look: (flow) => running?.manager.queue.add(`flow ${namespace}/${flow}`),
    stop,
    start,
  };
}

const resources: Record<string, Resource> = {
  SparkEngine: sparkEngines,
  SparkTask: sparkTasks,
  SparkFlow: sparkFlows,
  SparkFlowRun: sparkFlowRuns,
  ConfigMap: configMaps,
};
type Kind = keyof typeof resources & string;

export const make = (kind: Kind, name: string, spec: object, metadata: object = {}): Promise<KubeObject> =>
  rig.client.create(resources[kind]!, namespace, { apiVersion, kind, metadata: { name, ...metadata }, spec });
export const edit = (kind: Kind, name: string, spec: object): Promise<KubeObject> =>
  rig.client.patch(resources[kind]!, namespace, name, { spec });
export const annotate = (kind: Kind, name: string, annotations: object): Promise<KubeObject> =>
  rig.client.patch(resources[kind]!, namespace, name, { metadata: { annotations } });
export const read = (kind: Kind, name: string): Promise<KubeObject> =>
  rig.client.get(resources[kind]!, namespace, name);
export const remove = (
  kind: Kind,
  name: string,
  propagationPolicy: "Background" | "Orphan" = "Background",
): Promise<void> => rig.client.delete(resources[kind]!, namespace, name, { propagationPolicy });

/** A program that does what a script says; it may be a task's spec or a part of a flow's. */
export const program = (script: Script = {}, more: object = {}): object => ({
  python: { script: "print(1)" },
  driver: {
    podTemplate: { metadata: { annotations: { [scriptAnnotation]: JSON.stringify({ runMs: 50, ...script }) } } },
  },
  engine: "one-pod",
  ...more,
});

export const taskStatus = async (name: string): Promise<TaskStatus> =>
  ((await read("SparkTask", name)).status ?? {}) as TaskStatus;
export const runStatus = async (name: string): Promise<FlowRunStatus> =>
  ((await read("SparkFlowRun", name)).status ?? {}) as FlowRunStatus;
export const flowStatus = async (name: string): Promise<FlowStatus> =>
  ((await read("SparkFlow", name)).status ?? {}) as FlowStatus;

/** Waits until a question is answered with yes. */
export const eventually = (what: string, ask: () => Promise<boolean>, timeoutMs = 20_000): Promise<true> =>
  until(what, () => ask().catch(() => false), { timeoutMs, everyMs: 30 });

/** Waits for a phase of a task and gives its status. */
export async function task(name: string, phase: string): Promise<TaskStatus> {
  await eventually(`${name} is ${phase}`, async () => (await taskStatus(name)).phase === phase);
  return taskStatus(name);
}
/** Waits for a phase of a run and gives its status. */
export async function run(name: string, phase: string): Promise<FlowRunStatus> {
  await eventually(`${name} is ${phase}`, async () => (await runStatus(name)).phase === phase);
  return runStatus(name);
}

/** Tasks of a run by their names in the flow. */
export async function tasksOf(runName: string): Promise<Map<string, KubeObject>> {
  const { items } = await rig.client.list(sparkTasks, namespace, { labelSelector: `sparkflow.dev/run=${runName}` });
  return new Map(items.map((item) => [item.metadata.labels!["sparkflow.dev/task"]!, item]));
}
export const runsOf = async (flow: string): Promise<string[]> =>
  (await rig.client.list(sparkFlowRuns, namespace)).items
    .filter(({ spec }) => (spec as { flow: string }).flow === flow)
    .map(({ metadata }) => metadata.name)
    .sort();
export const podsOf = async (object: string): Promise<KubeObject[]> =>
  (await rig.client.list(pods, namespace, { labelSelector: `app.kubernetes.io/instance=${object}` })).items;

/** When the status of a run was written, in milliseconds since 1970. */
export const statusWrites = (runName: string): number[] =>
  auditEvents(rig.cluster.auditLog, 0)
    .filter(
      ({ stage, verb, objectRef }) => stage === "ResponseComplete" && verb === "patch" && objectRef?.name === runName,
    )
    .filter(({ objectRef }) => objectRef?.resource === "sparkflowruns" && objectRef.subresource === "status")
    .map(({ stageTimestamp }) => Date.parse(stageTimestamp));

const eventsAbout = async (object: string): Promise<KubeObject[]> =>
  (await rig.client.list(events, namespace)).items.filter(
    ({ regarding }) => (regarding as { name?: string }).name === object,
  );
/** Reasons of the Events of an object. */
export const eventsOf = async (object: string): Promise<string[]> =>
  (await eventsAbout(object)).map(({ reason }) => String(reason));
/** The same with their notes. */
export const notesOf = async (object: string): Promise<string[]> =>
  (await eventsAbout(object)).map(({ reason, note }) => `${reason}: ${note}`);

/** Waits so long that whatever would happen has happened. */
export const quiet = (ms = 700): Promise<void> => new Promise((done) => setTimeout(done, ms));
