// The resources that the operator and the command line use, and the paths under which the API server serves them.
import { group, kinds, version } from "../api/kinds.ts";

/** One resource of the API; the core group's `group` is "". */
export type Resource = { group: string; version: string; plural: string; kind: string };

const ours = (kind: keyof typeof kinds): Resource => ({ group, version, plural: kinds[kind].plural, kind });
const core = (plural: string, kind: string): Resource => ({ group: "", version: "v1", plural, kind });

export const sparkEngines = ours("SparkEngine");
export const sparkTasks = ours("SparkTask");
export const sparkFlows = ours("SparkFlow");
export const sparkFlowRuns = ours("SparkFlowRun");
export const pods = core("pods", "Pod");
export const configMaps = core("configmaps", "ConfigMap");
export const namespaces = core("namespaces", "Namespace");
export const services = core("services", "Service");
export const events: Resource = { group: "events.k8s.io", version: "v1", plural: "events", kind: "Event" };
export const leases: Resource = { group: "coordination.k8s.io", version: "v1", plural: "leases", kind: "Lease" };
export const controllerRevisions: Resource = {
  group: "apps",
  version: "v1",
  plural: "controllerrevisions",
  kind: "ControllerRevision",
};

/** `apiVersion` as it stands in an object of the resource. */
export function apiVersionOf(resource: Resource): string {
  return resource.group ? `${resource.group}/${resource.version}` : resource.version;
}

/** The path of a collection: in one namespace, in all (undefined), or cluster-wide. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const root = resource.group ? `/apis/${resource.group}/${resource.version}` : `/api/${resource.version}`;
  const scope = namespace === undefined ? "" : `/namespaces/${segment("namespace", namespace)}`;
  return `${root}${scope}/${resource.plural}`;
}

/** The path of one object, or of a subresource of it. Throws a TypeError on a name that can't be one. */
export function objectPath(
  resource: Resource,
  namespace: string | undefined,
  name: string,
  subresource?: string,
): string {
  const path = `${collectionPath(resource, namespace)}/${segment(`${resource.kind}'s name`, name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** An empty name would turn a DELETE of one object into one of the whole collection, and ".." into another path. */
function segment(what: string, value: string): string {
  if (typeof value === "string" && /^(?!\.{1,2}$)[^/%]+$/.test(value)) return encodeURIComponent(value);
  throw new TypeError(`${what} is ${JSON.stringify(value)}, but must be a non-empty name without "/" and "%"`);
}
