// render: a ResolvedTask and the place where it runs become one neutral Attempt. Pure and golden-tested.
import type { EnvVar, ParamValue } from "../api/common.ts";
import { memoryMiB, sparkMemory } from "../api/quantity.ts";
import { splitJavaOptions } from "../settings/javaOptions.ts";
import { mergeLayers, type Setting } from "../settings/layers.ts";
import { confMap, podMemory } from "../settings/memory.ts";
import { commandLineConf, writeProperties } from "../settings/properties.ts";
import { type Attempt, attemptVersion, type Resources, type TypedParam, variableName } from "./attempt.ts";
import type { Place } from "./place.ts";
import { type PlacedInput, type PlacedOutput, placedInput, placedItems, placedOutput, shownUri } from "./placedData.ts";
import { placedProgram } from "./placedProgram.ts";
import { isPython, programConfigMap } from "./program.ts";
import { checkRepresentable } from "./representable.ts";
import type { ResolvedTask } from "./resolve.ts";
import { mapTexts, resolveTemplate, resolveText, type Scope } from "./template.ts";

/** Throws TemplateError for a value that isn't there, or that can't reach the program as it is. */
export function render(task: ResolvedTask, number: number, place: Place): Attempt {
  const ofParams = paramScope(task, () => undefined);
  const filled = <T>(data: T) => mapTexts(data, (text) => resolveText(text, ofParams)) as T;
  const inputs = filled(task.inputs).map((input) => placedInput(input, place));
  const outputs = filled(task.outputs).map((output) => placedOutput(output, number, place));
  const ofData = dataScope(inputs, outputs);
  const scope: Scope = (reference) => paramScope(task, ofData)(reference) ?? ofData(reference);
  const settings = placedSettings(task, scope, place);
  const params = Object.fromEntries(
    Object.entries(task.params).map(([name, param]) => [
      name,
      ofItem(param.value, task.items?.as) ?? { ...param, value: resolveValue(param.value, ofData) },
    ]),
  );
  const { program, files, pythonPath } = placedProgram(task, place);
  const args = task.args.map((arg) => resolveText(arg, scope));
  const env = environment(task, scope, params, inputs, outputs, place);
  checkRepresentable(args, params, env, settings);
  const attempt = {
    apiVersion: attemptVersion,
    namespace: task.namespace,
    flow: task.flow ?? null,
    run: task.run ?? null,
    task: task.name,
    attempt: number,
    program,
    pythonPath,
    args,
    params,
    ...(task.items ? { items: placedItems(task.items, place) } : {}),
    inputs,
    outputs,
    conf: { file: "spark-defaults.conf", extra: commandLineConf(settings), secret: task.secrets.entryPoint },
    jvm: jvm(settings, place.jvmOptions),
  };
  return {
    namespace: task.namespace,
    task: task.name,
    ...(task.flow ? { flow: task.flow } : {}),
    ...(task.run ? { run: task.run } : {}),
    number,
    files: {
      "attempt.json": `${JSON.stringify(attempt, null, 2)}\n`,
      "spark-defaults.conf": writeProperties(settings),
      ...files,
    },
    configMaps: configMaps(task),
    env,
    settings,
    outputs: outputs.map(({ name, uri, format }) => ({ name, uri, format })),
    resources: resources(task, settings),
  };
}

/** A param that is an item, or a field of one, as the driver finds it: the path within the item. */
function ofItem(value: ParamValue, item: string | undefined): TypedParam | undefined {
  if (item === undefined || typeof value !== "string") return undefined;
  const [, path] = /^\$\(([^()]*)\)$/.exec(value) ?? [];
  const [head, ...rest] = path?.split(".") ?? [];
  return head === item ? { type: "item", value: rest } : undefined;
}

/** A task's own params by name. What is left in their values are references to its data, and `$$(`. */
const paramScope =
  (task: ResolvedTask, ofData: Scope): Scope =>
  ([head, name, ...more]) =>
    head === "params" && name !== undefined && more.length === 0 && Object.hasOwn(task.params, name)
      ? resolveValue(task.params[name]!.value, ofData)
      : undefined;

/** Where a task's own inputs and outputs are. */
const dataScope =
  (inputs: PlacedInput[], outputs: PlacedOutput[]): Scope =>
  ([head, name, field, ...more]) => {
    if (field !== "uri" || more.length > 0) return undefined;
    const list = head === "inputs" ? inputs : head === "outputs" ? outputs : [];
    const item = list.find((one) => one.name === name);
    return item && (shownUri(item) ?? "");
  };

/** A param's own value: only `$$(` is left in it, or URIs of the task's inputs and outputs. */
function resolveValue(value: ParamValue, scope: Scope): ParamValue {
  if (Array.isArray(value)) return value.map((item) => resolveValue(item, scope) as Exclude<ParamValue, unknown[]>);
  return typeof value === "string" ? resolveTemplate(value, scope) : value;
}

const locatedKeys = new Set(["spark.jars", "spark.submit.pyFiles", "spark.files", "spark.archives"]);

function placedSettings(task: ResolvedTask, scope: Scope, place: Place): Setting[] {
  const resolved = task.settings.map((setting) => {
    const value = resolveText(setting.value, scope);
    const located = locatedKeys.has(setting.key) ? locateAll(value, place) : value;
    return { ...setting, value: located };
  });
  // What the operator would set to the same value keeps its source.
  const same = new Map(resolved.map(({ key, value }) => [key, value]));
  const owned = mergeLayers([place.owned]).filter(({ key, value }) => same.get(key) !== value);
  const ownedKeys = new Set(owned.map(({ key }) => key));
  return [...resolved.filter(({ key }) => !ownedKeys.has(key)), ...owned].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** A list of locations, which Spark separates by commas and trims. */
const locateAll = (list: string, place: Place): string =>
  list
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "")
    .map(place.locate)
    .join(",");

/** ConfigMaps of the user's that the attempt's folder holds: code, data, conf files. */
export function configMaps(task: ResolvedTask): Attempt["configMaps"] {
  const code = programConfigMap(task.program);
  const data = task.inputs.flatMap(({ configMap, optional }) =>
    configMap ? [{ name: configMap.name, optional }] : [],
  );
  const needed = new Set([
    ...(code ? [code.name] : []),
    ...data.filter(({ optional }) => !optional).map(({ name }) => name),
    ...(task.confFiles ? [task.confFiles] : []),
  ]);
  const all = [
    ...(code ? [{ name: code.name, path: "program" }] : []),
    ...[...new Set(data.map(({ name }) => name))].map((name) => ({ name, path: `inputs/${name}` })),
    ...(task.confFiles ? [{ name: task.confFiles, path: "conf" }] : []),
  ];
  return all.map((one) => (needed.has(one.name) ? one : { ...one, optional: true }));
}

/** Variables by name, the later one winning: the user's, then ours, which name what the program must find. */
function environment(
  task: ResolvedTask,
  scope: Scope,
  params: Record<string, TypedParam>,
  inputs: PlacedInput[],
  outputs: PlacedOutput[],
  place: Place,
): EnvVar[] {
  const plain = Object.fromEntries(
    Object.entries(params).flatMap(([name, { type, value }]) => (type === "item" ? [] : [[name, value]])),
  );
  const all: EnvVar[] = [
    ...task.env.map((env) => (env.value === undefined ? env : { ...env, value: resolveText(env.value, scope) })),
    ...task.secrets.env.map(({ name, secret }) => ({ name, valueFrom: { secretKeyRef: secret } })),
    ...inputs.flatMap((input) => {
      const value = shownUri(input);
      return value === null ? [] : [{ name: variableName("SPARKFLOW_INPUT", input.name), value }];
    }),
    ...outputs.map(({ name, uri }) => ({ name: variableName("SPARKFLOW_OUTPUT", name), value: uri })),
    { name: "SPARKFLOW_PARAMS", value: JSON.stringify(plain) },
    ...(task.item === undefined ? [] : [{ name: "SPARKFLOW_ITEM", value: String(task.item) }]),
    ...place.env,
  ];
  return [...new Map(all.map((env) => [env.name, env])).values()];
}

/** What Spark's launcher would put on the JVM's command line. */
function jvm(settings: readonly Setting[], ofPlace: readonly string[]): object {
  const conf = confMap(settings);
  const words = ["spark.driver.defaultJavaOptions", "spark.driver.extraJavaOptions"].flatMap((key) =>
    splitJavaOptions(conf.get(key) ?? ""),
  );
  const paths = (key: string) => (conf.get(key) ?? "").split(":").filter((entry) => entry !== "");
  return {
    memory: sparkMemory(memoryMiB(conf.get("spark.driver.memory") ?? "1g") ?? 1024),
    options: [...ofPlace, ...words],
    classPath: paths("spark.driver.extraClassPath"),
    libraryPath: paths("spark.driver.extraLibraryPath"),
  };
}

/** What the attempt asks for. With `local[N]` the driver does all the work in one process. */
function resources(task: ResolvedTask, settings: readonly Setting[]): Resources {
  const conf = confMap(settings);
  const python = isPython(task.program);
  const number = (key: string, fallback: number) => Number(conf.get(key) ?? fallback);
  const threads = /^local\[(\d+)/.exec(conf.get("spark.master") ?? "")?.[1];
  const driver = {
    cores: threads ? Number(threads) : number("spark.driver.cores", 1),
    memory: podMemory(conf, "driver", python),
  };
  if (threads) return { driver };
  const dynamic =
    conf.get("spark.dynamicAllocation.enabled") === "true"
      ? conf.get("spark.dynamicAllocation.maxExecutors")
      : undefined;
  return {
    driver,
    executors: {
      instances: number("spark.executor.instances", 2),
      ...(dynamic ? { maxInstances: Number(dynamic) } : {}),
      cores: number("spark.executor.cores", 1),
      memory: podMemory(conf, "executor", python),
    },
  };
}
