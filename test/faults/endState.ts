// The state that a life ends in, without what differs from run to run: uids, times, versions, hashes made of uids.
import type { KubeObject } from "../../operator/kube/objects.ts";
import {
  configMaps,
  controllerRevisions,
  pods,
  sparkFlowRuns,
  sparkFlows,
  sparkTasks,
} from "../../operator/kube/resources.ts";
import type { View } from "./view.ts";

const kept = [sparkTasks, sparkFlowRuns, sparkFlows, pods, configMaps, controllerRevisions];
const dropped = new Set([
  ...["uid", "resourceVersion", "creationTimestamp", "managedFields", "generateName", "selfLink"],
  ...["lastTransitionTime", "lastProbeTime", "startedAt", "finishedAt", "startTime", "observedAt"],
  ...["podIP", "podIPs", "hostIP", "hostIPs", "containerID", "revision"],
]);
const volumes = /^kube-api-access-/;
/** Of a spec that holds outputs' folders, and so uids. */
const runHash = /"v1:[0-9a-f]{16}"/;

/**
 * All objects of a namespace, or some of them, as a map of lines: `tasks/words status.phase` and its value as JSON. `name`
 * is left out as well.
 */
export function endState(
  view: View,
  namespace: string,
  only: (object: KubeObject) => boolean = () => true,
  name?: string,
): Map<string, string> {
  const all = kept.map((resource) => ({
    resource: resource.plural,
    objects: view.of(resource, namespace).filter(only),
  }));
  const rename = namesOf(
    all.flatMap(({ objects }) => objects),
    name,
  );
  const lines = new Map<string, string>();
  for (const { resource, objects } of all)
    for (const object of objects) {
      const { metadata, spec, status, data } = object;
      const { name: _, namespace: __, ...rest } = metadata;
      const plain = { metadata: rest, spec, status, data };
      flatten(rename(`${resource}/${metadata.name}`), plain, rename, lines);
    }
  return lines;
}

/** The lines in which two end states differ, as sentences. */
export function differences(expected: Map<string, string>, actual: Map<string, string>): string[] {
  const keys = [...new Set([...expected.keys(), ...actual.keys()])].sort();
  return keys
    .filter((key) => expected.get(key) !== actual.get(key))
    .map((key) => `${key}: expected ${expected.get(key) ?? "nothing"}, found ${actual.get(key) ?? "nothing"}`);
}

function flatten(path: string, value: unknown, rename: (text: string) => string, lines: Map<string, string>): void {
  if (typeof value !== "object" || value === null) {
    if (value !== undefined) lines.set(path, rename(JSON.stringify(value)).replace(runHash, '"<run hash>"'));
    return;
  }
  if (Array.isArray(value)) {
    const items = value.filter((item) => !volumes.test(String((item as { name?: string } | null)?.name ?? "")));
    lines.set(`${path}.length`, String(items.length));
    for (const [index, item] of items.entries()) flatten(`${path}[${index}]`, item, rename, lines);
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    if (!dropped.has(key)) flatten(`${path}.${key}`, child, rename, lines);
  }
}

/** Replaces uids, their beginnings in names, and hashes of made names. */
function namesOf(objects: readonly KubeObject[], own?: string): (text: string) => string {
  const swaps = new Map<string, string>(own === undefined ? [] : [[own, "<name>"]]);
  for (const { metadata, kind } of objects) {
    const { uid, name, labels = {} } = metadata;
    const what = `${kind}:${labels["sparkflow.dev/task"] ?? ""}`;
    swaps.set(uid, `<uid ${what}>`);
    swaps.set(uid.slice(0, 8), `<uid8 ${what}>`);
    // A run's tasks carry a hash of the run's uid.
    if (kind === "SparkTask" && labels["sparkflow.dev/run"]) swaps.set(`-${name.split("-").at(-1)!}`, "-<hash>");
    if (kind === "ControllerRevision") swaps.set(`-${name.split("-").at(-1)!}`, "-<revision>");
    if (metadata.namespace) swaps.set(metadata.namespace, "<namespace>");
  }
  // The longest first, since a uid begins with its own beginning.
  const from = [...swaps.keys()].sort((a, b) => b.length - a.length);
  return (text) => from.reduce((all, part) => all.replaceAll(part, swaps.get(part)!), text);
}
