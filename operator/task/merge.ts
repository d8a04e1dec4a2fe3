// How a flow's taskDefaults and a task become one spec: the task's wins, maps merge by key, lists by their items' keys.
import { programKinds, programSources } from "../api/program.ts";
import type { TaskSpec } from "../api/task.ts";

type Json = unknown;
const isMap = (value: Json): value is Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
/** Lists whose items have a key, by the field that holds the list; source: patchMergeKey of Kubernetes' API, and ours. */
const itemKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ["name"],
  initContainers: ["name"],
  volumes: ["name"],
  volumeMounts: ["mountPath"],
  volumeDevices: ["devicePath"],
  ports: ["containerPort", "protocol"],
  env: ["name"],
  imagePullSecrets: ["name"],
  hostAliases: ["ip"],
  topologySpreadConstraints: ["topologyKey", "whenUnsatisfiable"],
  inputs: ["name"],
  outputs: ["name"],
  secretConf: ["key"],
};
/** Fields of an item of which one may be set: the upper's replaces the lower's. A volume is its name and one source. */
const alternatives: Readonly<Record<string, (field: string) => boolean>> = {
  volumes: (field) => field !== "name",
  env: (field) => field === "value" || field === "valueFrom",
  inputs: (field) => field === "from" || field === "uri" || field === "configMap",
};

/**
 * Merges two values as Kubernetes' strategic merge does: maps by key; lists of items with a key by it, the lower's order
 * first; all else is the upper's. No field of either is dropped that the other doesn't set. `field` names the place.
 */
export function merge(lower: Json, upper: Json, field = ""): Json {
  if (upper === undefined) return lower;
  if (lower === undefined) return upper;
  if (isMap(lower) && isMap(upper)) {
    const keys = [...new Set([...Object.keys(lower), ...Object.keys(upper)])];
    return Object.fromEntries(keys.map((key) => [key, merge(own(lower, key), own(upper, key), key)]));
  }
  const key = Object.hasOwn(itemKeys, field) ? itemKeys[field] : undefined;
  return key && isListOfMaps(lower) && isListOfMaps(upper) ? mergeItems(lower, upper, field, key) : upper;
}

const own = (map: Record<string, Json>, key: string): Json => (Object.hasOwn(map, key) ? map[key] : undefined);
const isListOfMaps = (value: Json): value is Record<string, Json>[] => Array.isArray(value) && value.every(isMap);

function mergeItems(
  lower: Record<string, Json>[],
  upper: Record<string, Json>[],
  field: string,
  key: readonly string[],
): Json[] {
  // The API server fills in a port's protocol.
  const idOf = (item: Record<string, Json>) =>
    JSON.stringify(key.map((name) => item[name] ?? (name === "protocol" ? "TCP" : null)));
  const merged = new Map<string, Record<string, Json>>(lower.map((item) => [idOf(item), item]));
  for (const item of upper) {
    const id = idOf(item);
    const below = merged.get(id);
    merged.set(id, below ? (merge(withoutAlternatives(below, item, field), item) as Record<string, Json>) : item);
  }
  return [...merged.values()];
}

function withoutAlternatives(below: Record<string, Json>, item: Record<string, Json>, field: string): Json {
  const isAlternative = alternatives[field];
  if (!isAlternative || !Object.keys(item).some(isAlternative)) return below;
  return Object.fromEntries(
    Object.entries(below).filter(([name]) => !isAlternative(name) || Object.hasOwn(item, name)),
  );
}

/** A flow task's spec over the flow's taskDefaults. A task's program replaces one of another kind or source. */
export function mergeTaskSpecs(defaults: TaskSpec | undefined, task: TaskSpec): TaskSpec {
  if (!defaults) return task;
  const lower = { ...defaults };
  if (programKinds.some((kind) => task[kind])) {
    for (const kind of programKinds) if (!task[kind]) delete lower[kind];
  }
  if (lower.python && task.python) lower.python = withoutSource(programSources.python, lower.python, task.python);
  if (lower.jar && task.jar) lower.jar = withoutSource(programSources.jar, lower.jar, task.jar);
  if (lower.sql && task.sql) lower.sql = withoutSource(programSources.sql, lower.sql, task.sql);
  if (lower.fugueSql && task.fugueSql)
    lower.fugueSql = withoutSource(programSources.fugueSql, lower.fugueSql, task.fugueSql);
  return { ...(merge(lower, task) as TaskSpec), ...addUpDeps(defaults, task) };
}

/** The lower program without its source, if the upper one has a source of its own. */
function withoutSource<T extends object>(sources: readonly string[], lower: T, upper: T): T {
  if (!sources.some((source) => Object.hasOwn(upper, source))) return lower;
  return Object.fromEntries(Object.entries(lower).filter(([field]) => !sources.includes(field))) as T;
}

/** Dependencies add up, as their Spark keys do. */
function addUpDeps(defaults: TaskSpec, task: TaskSpec): Pick<TaskSpec, "deps"> {
  if (!defaults.deps || !task.deps) return {};
  const names = ["jars", "packages", "repositories", "pyFiles", "files", "archives"] as const;
  const joined = names.map(
    (name) => [name, [...new Set([...(defaults.deps?.[name] ?? []), ...(task.deps?.[name] ?? [])])]] as const,
  );
  return { deps: Object.fromEntries(joined.filter(([, list]) => list.length > 0)) };
}
