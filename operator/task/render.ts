// render: a ResolvedTask and the place where it runs become one neutral Attempt. Pure and golden-tested.
import type { EnvVar, ParamValue } from "../api/common.ts";
import type { Input, Output } from "../api/data.ts";
import { hashText } from "../api/hash.ts";
import { memoryMiB, sparkMemory } from "../api/quantity.ts";
import type { TaskItems } from "../api/task.ts";
import { isWeb } from "../api/uri.ts";
import { splitJavaOptions } from "../settings/javaOptions.ts";
import { type Layer, mergeLayers, type Setting } from "../settings/layers.ts";
import { confMap, podMemory } from "../settings/memory.ts";
import { commandLineConf, writeProperties } from "../settings/properties.ts";
import { type Attempt, attemptVersion, type Resources, type TypedParam, variableName } from "./attempt.ts";
import { isPython, type JarSource, programConfigMap, type SqlSource } from "./program.ts";
import { checkRepresentable } from "./representable.ts";
import type { ResolvedTask } from "./resolve.ts";
import { mapTexts, resolveTemplate, resolveText, type Scope } from "./template.ts";

/** Where an attempt runs: what the engine that starts it decides. */
export type Place = {
  /** The attempt's folder as the driver sees it. */
  attemptDir: string;
  /** URI that the outputs of the task's attempts are written under; the attempt's number and the output's name follow. */
  outputsUri: string;
  /** URI of a folder that all tasks of the run have in common: inputs at a URL are brought there. */
  runUri: string;
  /** First attempt of the present work, where a task has several in one place: a task that is edited writes anew. */
  since?: number;
  /** Settings that the engine owns: master, ports, names. */
  owned: Layer;
  /** Where a program's file, an input or a dependency is here; on a cluster what the manifest says. */
  locate: (uri: string) => string;
  /** Variables of the engine. */
  env: EnvVar[];
  /** Java options of the engine; the settings' come behind them and win. */
  jvmOptions: string[];
};

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

type PlacedInput = {
  name: string;
  /** A table's name, if the format is `table`. Null where no task left the data of an optional input. */
  uri: string | null;
  format: string;
  schema: string | null;
  options: Record<string, string>;
  /** The URL that the driver brings to `uri`. */
  source?: string;
  /** The driver looks whether it is there. */
  optional?: true;
  /** Of a forEach's outputs, read as one: `uri` is a pattern. */
  items?: Input["items"];
};
type PlacedOutput = Omit<PlacedInput, "optional" | "source"> & {
  uri: string;
  crs: string | null;
  partitionBy?: string[];
  mode?: string;
  /** Of a table: the file that says that the task has written it in this run. */
  commit?: string;
};

function placedInput(input: Input, place: Place): PlacedInput {
  const { name, table, schema = null, options = {}, optional, items } = input;
  const format = table === undefined ? (input.format ?? "parquet") : "table";
  const source = input.uri !== undefined && isWeb(input.uri) && isWeb(place.locate(input.uri)) ? input.uri : undefined;
  const uri = source === undefined ? inputUri(input, place) : broughtUri(source, place);
  const more = {
    ...(source === undefined ? {} : { source }),
    ...(optional ? { optional } : {}),
    ...(items ? { items } : {}),
  };
  return { name, uri, format, schema, options, ...more };
}

/** Where a URL's content is brought, once for all tasks of the run. Its name says its compression, and hides nothing. */
function broughtUri(url: string, place: Place): string {
  const last = new URL(url).pathname.split("/").at(-1) ?? "";
  const name =
    last
      .replace(/[^\w.-]+/g, "-")
      .replace(/^[._-]+/, "")
      .slice(-100) || "data";
  return `${place.runUri}/_inputs/${hashText(url, 16)}/${name}`;
}

function inputUri({ uri, configMap, table }: Input, place: Place): string | null {
  if (table !== undefined) return table;
  if (configMap) return `file://${place.attemptDir}/inputs/${configMap.name}/${configMap.key}`;
  return uri === undefined ? null : asUri(place.locate(uri));
}

/** A path, or a file in the image, as readers know it. */
function asUri(location: string): string {
  const path = pathHere(location);
  return path && !location.startsWith("file:") ? `file://${path}` : location;
}

/** The path of a location that is a file where the driver runs: a path, `local:///…` (in the image) or `file:///…`. */
function pathHere(location: string): string | undefined {
  if (location.startsWith("/")) return location;
  const rest = /^(?:local|file):(.*)$/.exec(location)?.[1];
  return rest?.startsWith("/") ? rest.replace(/^\/+/, "/") : undefined;
}

function placedOutput(output: Output, number: number, place: Place): PlacedOutput {
  const { name, table, schema = null, partitionBy, crs = null } = output;
  const partitions = partitionBy ? { partitionBy } : {};
  if (table !== undefined) {
    const [mode, commit] = [
      output.mode ?? "append",
      `${place.outputsUri}/_committed/${place.since === undefined ? "" : `${place.since}/`}${name}`,
    ];
    return {
      name,
      uri: table,
      format: "table",
      schema,
      crs,
      options: output.options ?? {},
      ...partitions,
      mode,
      commit,
    };
  }
  const { extension, ...options } = output.options ?? {};
  const format = output.format ?? "parquet";
  const ending = format === "file" && extension ? `.${extension}` : "";
  return {
    name,
    uri: `${place.outputsUri}/${number}/${name}${ending}`,
    format,
    schema,
    crs,
    options: format === "file" ? options : (output.options ?? {}),
    ...partitions,
  };
}

/** Where programs without the library find an input; the outputs of a forEach as a pattern that Hadoop's paths know. */
function shownUri({ uri, items }: PlacedInput): string | null {
  if (uri === null || !items) return uri;
  const drivers = items.attempts.flatMap((attempt, driver) => (attempt > 0 ? [`${driver}/${attempt}`] : []));
  return uri.replace("{driver}/{attempt}", `{${drivers.join(",")}}`).replace("{item}", "*");
}

/** Items of a forEach that the driver puts in itself. */
function placedItems({ rows, ...items }: TaskItems, place: Place): object {
  return { ...items, ...(rows ? { rows: placedInput({ ...rows, name: items.as }, place) } : {}) };
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

/** The program as the driver reads it, and the file that an inline program becomes. */
function placedProgram(task: ResolvedTask, place: Place): PlacedProgram {
  const { program } = task;
  if (program.kind === "sql" || program.kind === "fugueSql") return placedSql(program.kind, program.source, place);
  if (program.kind === "jar") {
    const file = placedFile(program.source, place);
    return { program: { kind: "jar", file, mainClass: program.mainClass ?? null }, files: {}, pythonPath: [] };
  }
  const { source } = program;
  const common = { kind: "python", function: program.function ?? null, ...(program.map ? { map: program.map } : {}) };
  if ("script" in source) {
    return { program: { ...common, file: "script.py" }, files: { "script.py": source.script }, pythonPath: ["."] };
  }
  if ("module" in source) return { program: { ...common, module: source.module }, files: {}, pythonPath: [] };
  if ("configMap" in source) {
    return { program: { ...common, file: `program/${source.configMap.key}` }, files: {}, pythonPath: ["program"] };
  }
  const file = place.locate(source.file);
  const path = pathHere(file);
  return { program: { ...common, file }, files: {}, pythonPath: path ? [parent(path)] : [] };
}

/** Fugue SQL may call functions of the Python files beside it. */
function placedSql(kind: "sql" | "fugueSql", source: SqlSource, place: Place): PlacedProgram {
  const placed = (program: object, folder?: string): PlacedProgram => ({
    program: { kind, ...program },
    files: {},
    pythonPath: folder !== undefined && kind === "fugueSql" ? [folder] : [],
  });
  if ("text" in source) return placed({ [kind === "sql" ? "statements" : "query"]: source.text });
  const file = placedFile(source, place);
  if ("configMap" in source) return placed({ file }, "program");
  const path = pathHere(file);
  return placed({ file }, path && parent(path));
}

const placedFile = (source: JarSource, place: Place): string =>
  "file" in source ? place.locate(source.file) : `program/${source.configMap.key}`;

/** `pythonPath`: folders that driver and workers import from; a program's own is among them, for its functions' sake. */
type PlacedProgram = { program: object; files: Record<string, string>; pythonPath: string[] };

const parent = (path: string) => path.slice(0, Math.max(1, path.lastIndexOf("/")));

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
