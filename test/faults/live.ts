// One life from its creation to its deletion, with whatever a test does to it, and everything that must hold of it.

import type { Client } from "../../operator/kube/client.ts";
import type { ObjectMeta } from "../../operator/kube/objects.ts";
import { pods } from "../../operator/kube/resources.ts";
import { callText } from "./call.ts";
import { differences, endState } from "./endState.ts";
import { begin, type Life, type Step } from "./lives.ts";
import { doubleAttempts, phaseOf, quiet, watchStatuses } from "./oracles.ts";
import type { Lane, Rig } from "./rig.ts";
import type { View } from "./view.ts";

/** A namespace with an operator of its own. */
export type Place = { rig: Rig; view: View; lane: Lane; namespace: string };

/** What a fault hit, if anything yet, and the events that came by, by resource. */
export type Arms = { hit: string | undefined; events: Map<string, number> };
/** Sets a fault up before a life begins. */
export type Disturbance = (lane: Lane) => Arms;

export type LiveOptions = {
  disturb?: Disturbance;
  /** The end state that it must come to. */
  expected?: Map<string, string> | undefined;
  /** How long nothing must be written after the end, in milliseconds. Default: 1.5 s. */
  quietMs?: number;
  /** Whether to look for writes also after the deletion. */
  quietAfter?: boolean;
};

export type Outcome = {
  /** What the fault hit; undefined if the life had no such point this time. */
  hit: string | undefined;
  /** What didn't hold. */
  wrong: string[];
  state: Map<string, string>;
  writes: string[];
  /** Events by resource. */
  events: Map<string, number>;
  ms: number;
};

/** Generous: on a busy machine an operator takes many seconds to start. */
const endMs = 120_000;

/** Lives a life through, undisturbed or not, and takes away what it left. */
export async function live(place: Place, life: Life, options: LiveOptions = {}): Promise<Outcome> {
  const { rig, view, lane, namespace } = place;
  const { disturb = watched, expected, quietMs = 1500, quietAfter } = options;
  const started = Date.now();
  const since = lane.proxy.writes.length;
  const writes = () => lane.proxy.objectWrites(since);
  const arms = disturb(lane);
  const statuses = watchStatuses(view, namespace);
  const outcome = { wrong: [] as string[], state: new Map<string, string>(), writes: [] as string[] };
  const { wrong } = outcome;
  try {
    const { metadata } = await begin(life, rig.client, namespace);
    for (const step of life.steps ?? []) await taken(place, step);
    await ended(place, life, metadata.name);
    await lane.operator.ready(); // what was killed just before the end looks at everything once more
    wrong.push(...(await quiet(writes, quietMs, quietMs + 10_000)));
    outcome.state = endState(view, namespace);
    if (expected) wrong.push(...differences(expected, outcome.state));
    outcome.writes = writes().map(({ call }) => callText(call));
    await removed(place, life, metadata.name);
    if (quietAfter) wrong.push(...(await quiet(writes, quietMs, quietMs + 5000)));
    wrong.push(...doubleAttempts(writes()), ...statuses.wrong);
    if (!lane.operator.alive) wrong.push("the operator has ended");
  } catch (error) {
    wrong.push((error as Error).message, ...(await sweepAway(place)));
  }
  statuses.stop();
  lane.proxy.onCall = undefined;
  lane.proxy.onLine = undefined;
  if (wrong.length > 0) {
    wrong.push(`writes: ${writes().map(({ call, status }) => `${callText(call)} ${status}`)}`);
    wrong.push(...lane.operator.complaints());
  }
  return { ...outcome, hit: arms.hit, events: arms.events, ms: Date.now() - started };
}

/** Does what a person does when an object has come to a phase. */
async function taken({ rig, view, namespace }: Place, { resource, name, at, patch }: Step): Promise<void> {
  const own = () => view.get(resource, namespace, name);
  await view.until(
    `${name} is ${at}`,
    () => phaseOf(own()) === at,
    endMs,
    () => JSON.stringify(own()?.status),
  );
  await rig.client.patch(resource, namespace, name, patch);
}

/** Waits until the applied object has ended and no finalizer holds anything. */
async function ended({ view, namespace }: Place, { resource, steps }: Life, name: string): Promise<void> {
  const own = () => view.get(resource, namespace, name);
  const ends = steps ? ["Succeeded"] : ["Succeeded", "Failed"]; // what was tried again had failed before
  const over = () => ends.includes(phaseOf(own()));
  await view.until("its end", over, endMs, () => JSON.stringify(own()?.status));
  const released = () => !view.left(namespace).some((text) => text.includes("held by"));
  await view.until("the end of all finalizers", released, endMs, () => view.left(namespace).join("; "));
}

async function removed({ rig, view, namespace }: Place, { resource }: Life, name: string): Promise<void> {
  await rig.client.delete(resource, namespace, name, { propagationPolicy: "Background" });
  const gone = () => view.left(namespace).length === 0;
  await view.until("nothing left after the deletion", gone, endMs, () => view.left(namespace).join("; "));
}

/** No fault: events are counted. */
export const watched: Disturbance = ({ proxy }) => {
  const arms: Arms = { hit: undefined, events: new Map() };
  proxy.onLine = ({ call, line }, stream) => {
    arms.events.set(call.resource, (arms.events.get(call.resource) ?? 0) + 1);
    stream.send(line);
  };
  return arms;
};

/** After a failure: nothing of it may disturb the next life. */
async function sweepAway({ rig, view, lane, namespace }: Place): Promise<string[]> {
  if (!lane.operator.alive) await lane.operator.start();
  const all = "sparkflows,sparkflowruns,sparktasks,pods,configmaps";
  await rig.cluster.kubectl(["delete", "-n", namespace, all, "--all", "--wait=false"]).catch(() => "");
  for (const pod of rig.kubelet.pods.values())
    if (pod.metadata.namespace === namespace && pod.metadata.finalizers) await release(rig.client, pod.metadata);
  const gone = () => view.left(namespace).length === 0;
  return view
    .until("its remains to go", gone, 20_000, () => view.left(namespace).join("; "))
    .then(
      () => [],
      (error: Error) => [error.message],
    );
}

/** Takes a pod's finalizers off, as a person would by hand. */
export async function release(client: Client, { namespace = "", name }: ObjectMeta): Promise<void> {
  await client.patch(pods, namespace, name, { metadata: { finalizers: null } }).catch(() => {}); // it may be gone
}
