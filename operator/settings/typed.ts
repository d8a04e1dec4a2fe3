// The layer of an engine, a flow's taskDefaults or a task: typed fields become their Spark keys, then sparkConf and
// hadoopConf. A typed field and its key with different values in one layer are an error.
import { type Path, type Problem, problem, shown } from "../api/problems.ts";
import { memoryMiB, toSparkMemory } from "../api/quantity.ts";
import type { SettingsSpec } from "../api/settings.ts";
import type { Layer } from "./layers.ts";
import { whyOwned } from "./owned.ts";
import { refusal } from "./properties.ts";

type Typed = { key: string; value: string; field: string };

/** Spark keys that typed fields stand for, with the field that each is from. */
export function typedConf(spec: SettingsSpec): Typed[] {
  const found: Typed[] = [];
  const add = (field: string, key: string, value: string | number | undefined) => {
    if (value !== undefined) found.push({ key, value: String(value), field });
  };
  const mem = (text: string | undefined) => (text === undefined ? undefined : toSparkMemory(text));
  const list = (values: readonly string[] | undefined) => (values?.length ? values.join(",") : undefined);
  const { driver, executor, deps } = spec;
  add("driver.cores", "spark.driver.cores", driver?.cores);
  add("driver.memory", "spark.driver.memory", mem(driver?.memory));
  add("driver.memoryOverhead", "spark.driver.memoryOverhead", mem(driver?.memoryOverhead));
  add("executor.instances", "spark.executor.instances", executor?.instances);
  add("executor.cores", "spark.executor.cores", executor?.cores);
  add("executor.memory", "spark.executor.memory", mem(executor?.memory));
  add("executor.memoryOverhead", "spark.executor.memoryOverhead", mem(executor?.memoryOverhead));
  if (executor?.maxInstances !== undefined) {
    const field = "executor.maxInstances";
    add(field, "spark.dynamicAllocation.enabled", "true");
    add(field, "spark.dynamicAllocation.shuffleTracking.enabled", "true");
    add(field, "spark.dynamicAllocation.minExecutors", executor.instances);
    add(field, "spark.dynamicAllocation.maxExecutors", executor.maxInstances);
  }
  if (executor?.spot) {
    const field = "executor.spot";
    add(field, "spark.decommission.enabled", "true");
    add(field, "spark.storage.decommission.enabled", "true");
    add(field, "spark.storage.decommission.rddBlocks.enabled", "true");
    add(field, "spark.storage.decommission.shuffleBlocks.enabled", "true");
  }
  add("deps.jars", "spark.jars", list(deps?.jars));
  add("deps.packages", "spark.jars.packages", list(deps?.packages));
  add("deps.repositories", "spark.jars.repositories", list(deps?.repositories));
  add("deps.pyFiles", "spark.submit.pyFiles", list(deps?.pyFiles));
  add("deps.files", "spark.files", list(deps?.files));
  add("deps.archives", "spark.archives", list(deps?.archives));
  return found;
}

/** The layer of a spec, and what is wrong with its settings. `path` leads to the spec. */
export function specLayer(source: string, spec: SettingsSpec, path: Path): { layer: Layer; problems: Problem[] } {
  const conf = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { key, value } of typedConf(spec)) conf.set(key, value);
  const typed = new Map(typedConf(spec).map((entry) => [entry.key, entry]));
  for (const [key, raw] of Object.entries(spec.sparkConf ?? {})) {
    const value = String(raw);
    const at = [...path, "sparkConf", key];
    const wrong = keyProblem(key, value) ?? conflict(typed.get(key), value);
    if (wrong) problems.push(problem(at, wrong));
    else conf.set(key, value);
  }
  for (const [key, raw] of Object.entries(spec.hadoopConf ?? {})) {
    const full = `spark.hadoop.${key}`;
    const at = [...path, "hadoopConf", key];
    const wrong =
      refusal(full, String(raw)) ??
      (conf.has(full) && conf.get(full) !== String(raw)
        ? `sparkConf sets "${full}" too, to ${shown(conf.get(full))}; keep one`
        : undefined);
    if (wrong) problems.push(problem(at, wrong));
    else conf.set(full, String(raw));
  }
  return { layer: { source, conf, unset: spec.unsetConf ?? [] }, problems };
}

function keyProblem(key: string, value: string): string | undefined {
  const why = whyOwned(key);
  return why ? `the key "${key}" belongs to the operator: ${why}` : refusal(key, value);
}

function conflict(typed: Typed | undefined, value: string): string | undefined {
  if (!typed || typed.value === value) return undefined;
  const [a, b] = [memoryMiB(typed.value), memoryMiB(value)];
  if (/emory/.test(typed.key) && a !== undefined && a === b) return undefined;
  return `${shown(value)} contradicts ${typed.field}, which says ${shown(typed.value)} in the same place; keep one of them`;
}
