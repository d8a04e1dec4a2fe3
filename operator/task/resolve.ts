// resolve: a task and its engine become one ResolvedTask: layers merged with the source of every value, defaults filled in.
import type { EnvVar, PodTemplate } from "../api/common.ts";
import type { Input, Output } from "../api/data.ts";
import type { EngineSpec, Storage } from "../api/engine.ts";
import type { SparkEngine, SparkTask } from "../api/kinds.ts";
import { durationMs } from "../api/quantity.ts";
import type { SettingsSpec } from "../api/settings.ts";
import type { TaskItems, TaskSpec } from "../api/task.ts";
import { type Layer, mergeLayers, type Setting } from "../settings/layers.ts";
import { defaultProfiles, profileLayer } from "../settings/profiles.ts";
import { planSecrets, redactionLayers, type SecretPlan } from "../settings/secrets.ts";
import { specLayer } from "../settings/typed.ts";
import type { TypedParam } from "./attempt.ts";
import { merge } from "./merge.ts";
import { type Program, programOf } from "./program.ts";

export const defaultImage = "sparkflow/spark-sedona:3.5.7-1.8.0";
export const defaultEngineName = "default";
/** The engine of a folder that holds no SparkEngine named `default`. */
export const builtInEngine: EngineSpec = { local: {} };
const defaultLocalCores = 4;
/** Carries the declared types of a run's params to the tasks that it makes. */
export const paramTypesAnnotation = "sparkflow.dev/param-types";

export type ResolvedRetry = {
  limit: number;
  infrastructureLimit: number;
  initialMs: number;
  factor: number;
  maxMs: number;
};
export type ResolvedTask = {
  namespace: string;
  name: string;
  /** The task's folder below its run's: its name, and of a forEach the driver's number, from 0. */
  folder: string;
  /** That number. */
  item?: number;
  flow?: string;
  run?: string;
  engine: { name: string; kind: "kubernetes" | "local"; localCores: number };
  storage?: Storage;
  image: string;
  /** `inject`: the image holds no entry point of ours, an init container of `runtimeImage` brings it. */
  runtime: "image" | "inject";
  runtimeImage: string;
  imagePullSecrets: { name: string }[];
  /** The driver's, if any layer names one. */
  serviceAccountName?: string;
  program: Program;
  args: string[];
  params: Record<string, TypedParam>;
  /** Items of a forEach that the driver itself puts in. */
  items?: TaskItems;
  inputs: Input[];
  outputs: Output[];
  /** Settings of all layers but the operator's own, sorted by key; values may hold templates. */
  settings: Setting[];
  secrets: SecretPlan;
  env: EnvVar[];
  confFiles?: string;
  driverTemplate?: PodTemplate;
  executorTemplate?: PodTemplate;
  retry: ResolvedRetry;
  timeouts: { startMs?: number; runMs?: number };
};

/** A part of a task's settings with where it is from: the engine, a flow's taskDefaults, then the task itself. */
type SpecLayer = { source: string; spec: SettingsSpec };

/** Resolves a checked task with its engine; undefined stands for the built-in one. */
export function resolveTask(task: SparkTask, engine: SparkEngine | undefined): ResolvedTask {
  const { spec, metadata } = task;
  const labels = metadata.labels ?? {};
  const name = labels["sparkflow.dev/task"] ?? metadata.name;
  const item = labels["sparkflow.dev/item"];
  const engineName = engine?.metadata.name ?? defaultEngineName;
  const engineSpec = engine?.spec ?? builtInEngine;
  const withEngine: SpecLayer[] = [
    { source: `engine ${engineName}`, spec: engineSpec },
    ...(spec.flowDefaults
      ? [{ source: `flow ${labels["sparkflow.dev/flow"] ?? ""} taskDefaults`, spec: spec.flowDefaults }]
      : []),
    { source: `task ${name}`, spec },
  ];
  const secretConf = dedupe(
    withEngine.flatMap((layer) => layer.spec.secretConf ?? []).concat(storageSecrets(engineSpec.storage)),
  );
  const secrets = planSecrets(secretConf);
  const driver = pick(withEngine, "driver");
  const executor = pick(withEngine, "executor");
  const confFiles = pick(withEngine, "confFiles")?.name;
  const kind = engineSpec.kubernetes ? "kubernetes" : "local";
  return {
    namespace: metadata.namespace ?? "default",
    name,
    folder: item === undefined ? name : `${name}/${item}`,
    ...optional("item", item === undefined ? undefined : Number(item)),
    ...optional("flow", labels["sparkflow.dev/flow"]),
    ...optional("run", labels["sparkflow.dev/run"]),
    engine: { name: engineName, kind, localCores: engineSpec.local?.cores ?? defaultLocalCores },
    ...optional("storage", engineSpec.storage),
    image: last(withEngine, "image") ?? defaultImage,
    runtime: last(withEngine, "runtime") ?? "image",
    runtimeImage: defaultImage,
    imagePullSecrets: last(withEngine, "imagePullSecrets") ?? [],
    ...optional("serviceAccountName", last(withEngine, "serviceAccountName")),
    program: programOf(spec),
    args: spec.args ?? [],
    params: typedParams(task),
    ...optional("items", spec.items),
    inputs: spec.inputs ?? [],
    outputs: spec.outputs ?? [],
    settings: mergeLayers(
      settingLayers(
        name,
        kind,
        engineSpec,
        withEngine,
        secrets,
        secretConf.map(({ key }) => key),
      ),
    ),
    secrets,
    env:
      (withEngine.reduce<unknown>((lower, layer) => merge(lower, layer.spec.env, "env"), undefined) as
        | EnvVar[]
        | undefined) ?? [],
    ...optional("confFiles", confFiles),
    ...optional("driverTemplate", driver?.podTemplate),
    ...optional("executorTemplate", executor?.podTemplate),
    retry: resolveRetry(spec),
    timeouts: resolveTimeouts(spec),
  };
}

/** Layers from lowest to highest. What the operator must own comes on top, from the engine that starts the attempt. */
function settingLayers(
  name: string,
  kind: string,
  engine: EngineSpec,
  specs: readonly SpecLayer[],
  secrets: SecretPlan,
  secretKeys: string[],
): Layer[] {
  const builtIn = new Map([
    ["spark.app.name", name],
    // A bar drawn over itself makes a log unreadable; progress comes from Spark's web interface.
    ["spark.ui.showConsoleProgress", "false"],
  ]);
  if (kind === "kubernetes") builtIn.set("spark.executor.instances", "2");
  const profiles = last(specs, "profiles") ?? defaultProfiles;
  const own = specs.map(({ source, spec }) => specLayer(source, spec, []).layer);
  return [
    { source: "built-in", conf: builtIn },
    ...profiles.map(profileLayer),
    ...storageLayer(engine.storage),
    ...own,
    secrets.layer,
    ...redactionLayers(secretKeys),
    ...(kind === "kubernetes" ? [secrets.executorSecrets] : []),
  ];
}

/** Storage's typed fields as Hadoop settings of the engine. */
function storageLayer(storage: Storage | undefined): Layer[] {
  const s3 = storage?.s3;
  if (!s3) return [];
  const conf = new Map<string, string>();
  if (s3.endpoint) conf.set("spark.hadoop.fs.s3a.endpoint", s3.endpoint);
  if (s3.region) conf.set("spark.hadoop.fs.s3a.endpoint.region", s3.region);
  if (s3.pathStyle !== undefined) conf.set("spark.hadoop.fs.s3a.path.style.access", String(s3.pathStyle));
  return [{ source: "engine storage.s3", conf }];
}

function storageSecrets(storage: Storage | undefined) {
  const { accessKey, secretKey } = storage?.s3 ?? {};
  return [
    ...(accessKey ? [{ key: "spark.hadoop.fs.s3a.access.key", secret: accessKey }] : []),
    ...(secretKey ? [{ key: "spark.hadoop.fs.s3a.secret.key", secret: secretKey }] : []),
  ];
}

/** Secret settings by key: the highest layer's. */
const dedupe = <T extends { key: string }>(list: T[]): T[] => [
  ...new Map(list.map((item) => [item.key, item])).values(),
];

/** The highest layer's value of a field. */
function last<K extends keyof SettingsSpec>(layers: readonly SpecLayer[], field: K): SettingsSpec[K] {
  return layers.findLast((layer) => layer.spec[field] !== undefined)?.spec[field];
}

/** A field's value merged over all layers. */
function pick<K extends "driver" | "executor" | "confFiles">(layers: readonly SpecLayer[], field: K): SettingsSpec[K] {
  return layers.reduce<unknown>((lower, layer) => merge(lower, layer.spec[field], field), undefined) as SettingsSpec[K];
}

/** A task's retry budgets and waits, with their defaults. */
export function resolveRetry(spec: TaskSpec): ResolvedRetry {
  const { limit = 0, infrastructureLimit = 5, backoff = {} } = spec.retry ?? {};
  return {
    limit,
    infrastructureLimit,
    initialMs: durationMs(backoff.initial ?? "10s"),
    factor: backoff.factor ?? 2,
    maxMs: durationMs(backoff.max ?? "10m"),
  };
}

/** A task's time-outs in milliseconds, those that it sets. */
export const resolveTimeouts = ({ timeouts }: TaskSpec): ResolvedTask["timeouts"] => ({
  ...optional("startMs", timeouts?.start === undefined ? undefined : durationMs(timeouts.start)),
  ...optional("runMs", timeouts?.run === undefined ? undefined : durationMs(timeouts.run)),
});

/** Params with their types: declared ones of the run (by annotation), else what the value evidently is. */
function typedParams({ spec, metadata }: SparkTask): Record<string, TypedParam> {
  const declared = JSON.parse(metadata.annotations?.[paramTypesAnnotation] ?? "{}") as Record<
    string,
    { type: string; items?: string }
  >;
  const entries = Object.entries(spec.params ?? {}).map(
    ([name, value]) =>
      [name, { ...(Object.hasOwn(declared, name) ? declared[name]! : { type: evidentType(value) }), value }] as const,
  );
  return Object.fromEntries(entries);
}

/** The type of a value that nothing declares. */
export function evidentType(value: unknown): string {
  if (Array.isArray(value)) return "list";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value === "boolean" ? "boolean" : "string";
}

/** A property that is there only if it has a value. */
function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: V });
}
