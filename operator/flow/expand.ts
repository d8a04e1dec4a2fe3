// A run makes SparkTasks: a flow's task with the run's params and its upstream tasks' results put in. What it makes can be
// applied as it is; only references to the task's own inputs, outputs and params are left in it.
import type { ParamValue } from "../api/common.ts";
import type { Format, Input } from "../api/data.ts";
import type { FlowTask, ParamDeclaration } from "../api/flow.ts";
import { apiVersion, type SparkFlow, type SparkTask } from "../api/kinds.ts";
import { type SettingsSpec, settingsFields } from "../api/settings.ts";
import type { TaskSpec } from "../api/task.ts";
import { templated } from "../task/references.ts";
import { paramTypesAnnotation } from "../task/resolve.ts";
import { asText, mapTexts, type Reference, resolvePartly, type Scope, TemplateError } from "../task/template.ts";
import { sourcesOf, splitFrom } from "./graph.ts";
import { itemLabel, itemsPart } from "./items.ts";
import { mergedTask } from "./merged.ts";
import { noData, type RunContext, runScope, type TaskResult } from "./runContext.ts";

/**
 * The SparkTask of one task of a run, or of one driver of a forEach task, named as in the flow. Settings of taskDefaults stay a layer of their own below the
 * task's, so that keys which add up and `unsetConf` mean the same. Throws TemplateError if a value isn't there.
 */
export function expandTask(flow: SparkFlow, task: FlowTask, run: RunContext, driver?: number): SparkTask {
  const { taskDefaults, params = {} } = flow.spec;
  const part = task.forEach && driver !== undefined ? itemsPart(task.forEach, run, driver) : undefined;
  const scope = contextScope(run, part?.scope);
  const fill = (spec: TaskSpec, own: TaskSpec) => fillTemplates(spec, scope, laterIn(own, part?.later));
  const merged = mergedTask(task, taskDefaults);
  const { name, dependsOn: _dependsOn, when: _when, forEach: _forEach, ...ownSpec } = task;
  const flowName = flow.metadata.name;
  const { inputs, ...spec } = withoutSettings(fill(merged, merged));
  return {
    apiVersion,
    kind: "SparkTask",
    metadata: {
      name,
      ...(flow.metadata.namespace ? { namespace: flow.metadata.namespace } : {}),
      labels: {
        "sparkflow.dev/flow": flowName,
        "sparkflow.dev/run": run.name,
        "sparkflow.dev/task": name,
        ...(driver === undefined ? {} : { [itemLabel]: String(driver) }),
      },
      annotations: { [paramTypesAnnotation]: JSON.stringify(declaredTypes(merged, params)) },
    },
    spec: {
      ...spec,
      ...(inputs ? { inputs: inputs.map((input) => connect(flow, input, run)) } : {}),
      ...(part?.items ? { items: part.items } : {}),
      ...settingsOf(fill(ownSpec, merged)),
      ...flowDefaults(taskDefaults && settingsOf(fill(taskDefaults, merged))),
    },
  };
}

const isSetting = (field: string) => Object.hasOwn(settingsFields, field);
const settingsOf = (spec: TaskSpec): SettingsSpec =>
  Object.fromEntries(Object.entries(spec).filter(([field]) => isSetting(field)));
const withoutSettings = (spec: TaskSpec): TaskSpec =>
  Object.fromEntries(Object.entries(spec).filter(([field]) => !isSetting(field)));
const flowDefaults = (settings: SettingsSpec | undefined) =>
  settings && Object.keys(settings).length > 0 ? { flowDefaults: settings } : {};

/** References that only the task itself can resolve: its inputs, outputs and own params, and an item that its driver reads. */
const laterIn = (spec: TaskSpec, item: string | undefined) => {
  const own = new Set(Object.keys(spec.params ?? {}));
  return ([head, name]: Reference, inParams: boolean) =>
    head === "inputs" ||
    head === "outputs" ||
    (item !== undefined && head === item) ||
    (head === "params" && !inParams && own.has(name ?? ""));
};

function fillTemplates(
  spec: TaskSpec,
  scope: Scope,
  later: (reference: Reference, inParams: boolean) => boolean,
): TaskSpec {
  const filled = Object.entries(templated(spec)).map(([field, value]) => [
    field,
    mapTexts(value, (text) => {
      const resolved = resolvePartly(text, scope, (reference) => later(reference, field === "params"));
      // Only params keep a value's type; in every other field a template stands for text.
      return field === "params" || typeof resolved === "string" ? resolved : asText(resolved);
    }),
  ]);
  return { ...spec, ...(Object.fromEntries(filled) as Partial<TaskSpec>) };
}

function contextScope(run: RunContext, item: Scope = () => undefined): Scope {
  const ofRun = runScope(run);
  return (reference) => {
    const [head, name = "", kind, field = "", part] = reference;
    const ofItem = item(reference);
    if (ofItem !== undefined) return ofItem;
    if (head === "params") return Object.hasOwn(run.params, name) ? run.params[name] : undefined;
    if (head !== "tasks") return ofRun(reference);
    const result = run.results.get(name);
    if (kind === "values") return result && publishedValue(name, field, result.values);
    return kind === "outputs" && part === "uri"
      ? result?.outputs.find((output) => output.name === field)?.uri
      : undefined;
  };
}

function publishedValue(task: string, field: string, values: TaskResult["values"]): ParamValue {
  if (Object.hasOwn(values, field)) return values[field] as ParamValue;
  const names = Object.keys(values);
  const those = names.length > 0 ? `only ${names.join(", ")}` : "none at all";
  throw new TemplateError(`$(tasks.${task}.values.${field}): the task "${task}" published no such value, ${those}`);
}

/**
 * An input `from` other tasks as a URI, with the format and schema of the output that it comes from. An optional one that
 * no task left keeps its name alone: the program gets nothing for it.
 */
function connect(flow: SparkFlow, input: Input, run: RunContext): Input {
  const { from, ...rest } = input;
  if (from === undefined) return input;
  const sources = sourcesOf(from);
  const source = sources.map(splitFrom).find(({ task }) => run.results.get(task));
  const found = source && run.results.get(source.task)?.outputs.find(({ name }) => name === source.output);
  if (!found && input.optional) return rest;
  if (!found) throw new Error(`${sources.join(", ")} has no result, though its task has ended`);
  if (found.format === "table") return { ...rest, table: found.uri };
  const format = input.format ?? (found.format as Format);
  // Files, or names of their folders, that don't say their types are read with those that they were written with.
  const untyped = format === "csv" || format === "json" || found.uri === noData || isPartitioned(flow, source!);
  const schema = input.schema ?? (untyped ? found.schema : undefined);
  return {
    ...rest,
    uri: found.uri,
    format,
    ...(schema ? { schema } : {}),
    ...(found.items ? { items: found.items } : {}),
  };
}

function isPartitioned({ spec }: SparkFlow, { task, output }: ReturnType<typeof splitFrom>): boolean {
  const upstream = spec.tasks.find(({ name }) => name === task);
  const outputs = upstream && mergedTask(upstream, spec.taskDefaults).outputs;
  return Boolean(outputs?.find(({ name }) => name === output)?.partitionBy?.length);
}

/** Declared types of params that are exactly one param of the flow. */
function declaredTypes(spec: TaskSpec, declared: Readonly<Record<string, ParamDeclaration>>): object {
  const types = Object.entries(spec.params ?? {}).flatMap(([name, value]) => {
    const of = typeof value === "string" ? /^\$\(params\.([\w-]+)\)$/.exec(value)?.[1] : undefined;
    const declaration = of !== undefined && Object.hasOwn(declared, of) ? declared[of] : undefined;
    return declaration
      ? [[name, { type: declaration.type, ...(declaration.items ? { items: declaration.items } : {}) }]]
      : [];
  });
  return Object.fromEntries(types);
}
