// What must hold of a pod template by itself, before it is merged with others: afterwards it couldn't be told any more.
// What templates may say at all is the engine's policy (engines/kubernetes/policy).
import { type Path, type Problem, problem, shown } from "../api/problems.ts";
import type { SettingsSpec } from "../api/settings.ts";

type Map = Record<string, unknown>;
const isMap = (value: unknown): value is Map => typeof value === "object" && value !== null && !Array.isArray(value);
const maps = (list: unknown): Map[] => (Array.isArray(list) ? list.map((item) => (isMap(item) ? item : {})) : []);

/** Problems of the templates for driver and executors in one layer. */
export const templateProblems = (spec: SettingsSpec, path: Path): Problem[] =>
  (["driver", "executor"] as const).flatMap((role) => {
    const pod = spec[role]?.podTemplate?.spec;
    if (!isMap(pod)) return [];
    const at = [...path, role, "podTemplate", "spec"];
    return [...memoryProblems(spec, role, pod, at), ...twiceInPod(pod, at)];
  });

/** A template's memory for Spark's container beside the typed field: one of them would be ignored. */
function memoryProblems(spec: SettingsSpec, role: "driver" | "executor", pod: Map, at: Path): Problem[] {
  const size = (["memory", "memoryOverhead"] as const).find((field) => spec[role]?.[field] !== undefined);
  if (size === undefined) return [];
  return maps(pod.containers).flatMap(({ name, resources }, index) => {
    if (name !== `spark-kubernetes-${role}` || !isMap(resources)) return [];
    const kinds = ["requests", "limits"].filter((kind) => isMap(resources[kind]) && "memory" in resources[kind]);
    return kinds.map((kind) =>
      problem(
        [...at, "containers", index, "resources", kind, "memory"],
        `${role}.${size} says how much memory the container gets; keep one of them`,
      ),
    );
  });
}

/** Names that stand twice: merged by name, the second would replace the first without a word. */
function twiceInPod(pod: Map, at: Path): Problem[] {
  const lists = ["containers", "initContainers"] as const;
  return [
    ...twice(pod.volumes, "name", [...at, "volumes"]),
    ...lists.flatMap((list) => [
      ...twice(pod[list], "name", [...at, list]),
      ...maps(pod[list]).flatMap(({ env, volumeMounts }, index) => [
        ...twice(env, "name", [...at, list, index, "env"]),
        ...twice(volumeMounts, "mountPath", [...at, list, index, "volumeMounts"]),
      ]),
    ]),
  ];
}

function twice(list: unknown, key: string, at: Path): Problem[] {
  const seen = new Set<unknown>();
  return maps(list).flatMap((item, index) => {
    const value = item[key];
    const again = value !== undefined && seen.has(value);
    seen.add(value);
    return again ? [problem([...at, index, key], `the ${key} ${shown(value)} stands twice in this list`)] : [];
  });
}
