// A project: the checked objects of the manifests that a command was given.
import {
  apiVersion,
  group,
  kinds,
  type SparkEngine,
  type SparkFlow,
  type SparkFlowRun,
  type SparkResource,
  type SparkTask,
} from "../api/kinds.ts";
import { type Path, type Problem, problem, shown, suggestion } from "../api/problems.ts";
import { checkObject } from "../flow/checkObject.ts";
import { placedTasks } from "../flow/merged.ts";
import { defaultEngineName } from "../task/resolve.ts";
import { engineOption, withEngine } from "./engine.ts";
import { loadManifests } from "./load.ts";
import type { LocatedProblem, SourceDocument } from "./source.ts";

/** An object with the document that it is from. */
export type Sourced<T> = { object: T; source: SourceDocument };
export type Project = {
  engines: Map<string, Sourced<SparkEngine>>;
  tasks: Sourced<SparkTask>[];
  flows: Sourced<SparkFlow>[];
  runs: Sourced<SparkFlowRun>[];
  /** Contents of ConfigMaps and Secrets, by name and key. */
  configMaps: Map<string, Map<string, Buffer>>;
  secrets: Map<string, Map<string, Buffer>>;
  /** The documents that ConfigMaps are from, by name. */
  configMapSources: Map<string, SourceDocument>;
};

/**
 * Reads and checks manifests. All problems are found, not just the first; a project with errors must not run. Engines and
 * flows that are named must be among the manifests, unless they may be `elsewhere`: on a cluster. `engine` takes the place
 * of every task's.
 */
export function loadProject(
  targets: readonly string[],
  { elsewhere = false, engine }: { elsewhere?: boolean; engine?: string | undefined } = {},
): { project: Project; problems: LocatedProblem[]; documents: SourceDocument[] } {
  const { documents: written, problems } = loadManifests(targets);
  const documents = engine === undefined ? written : written.map((source) => withEngine(source, engine));
  const project: Project = {
    engines: new Map(),
    tasks: [],
    flows: [],
    runs: [],
    configMaps: new Map(),
    secrets: new Map(),
    configMapSources: new Map(),
  };
  const seen = new Set<string>();
  for (const source of documents) {
    const found = addDocument(project, source, seen);
    problems.push(...found.map((one) => locate(one, source)));
  }
  if (!elsewhere) problems.push(...references(project, engine));
  if (problems.length === 0 && project.tasks.length + project.flows.length === 0) {
    problems.push({
      file: targets.join(" "),
      path: [],
      severity: "error",
      message: "there is no SparkTask and no SparkFlow here",
    });
  }
  return { project, problems, documents };
}

export const locate = (one: Problem, source: SourceDocument): LocatedProblem => ({
  ...one,
  file: source.file,
  ...(source.positionOf ? { position: source.positionOf(one.path, one.within) } : {}),
});

function addDocument(project: Project, source: SourceDocument, seen: Set<string>): Problem[] {
  const { value } = source;
  if (value === null || typeof value !== "object" || Array.isArray(value))
    return [problem([], `this is not a Kubernetes object but ${shown(value)}`)];
  const { kind, apiVersion: api } = value as Record<string, unknown>;
  if (typeof kind !== "string") return [problem(["kind"], "a Kubernetes object needs a kind, such as SparkFlow")];
  if (kind === "ConfigMap" || kind === "Secret") return addData(project, kind, source);
  const ours = typeof api === "string" && api.startsWith(`${group}/`);
  if (!ours && !Object.hasOwn(kinds, kind))
    return isMisspelt(kind)
      ? [problem(["kind"], `unknown kind ${shown(kind)}${suggestion(kind, Object.keys(kinds))}`)]
      : [];
  if (!Object.hasOwn(kinds, kind))
    return [problem(["kind"], `unknown kind ${shown(kind)}${suggestion(kind, Object.keys(kinds))}`)];
  if (api !== apiVersion) return [problem(["apiVersion"], `${shown(api)} is not valid: expected ${apiVersion}`)];
  return addResource(project, kinds[kind as SparkResource["kind"]].kind, source, seen);
}

/** A kind of another group is none of our business, unless it looks like ours. */
const isMisspelt = (kind: string) => /^spark/i.test(kind);

function addResource(
  project: Project,
  kind: SparkResource["kind"],
  source: SourceDocument,
  seen: Set<string>,
): Problem[] {
  const { object, problems } = checkObject(kind, source.value);
  if (!object) return problems;
  const { name, namespace = "default" } = object.metadata;
  const id = `${kind} ${namespace}/${name}`;
  if (seen.has(id)) return [...problems, problem(["metadata", "name"], `there are two ${kind}s named "${name}"`)];
  seen.add(id);
  const sourced = { object, source };
  if (object.kind === "SparkEngine") project.engines.set(name, sourced as Sourced<SparkEngine>);
  if (object.kind === "SparkTask") project.tasks.push(sourced as Sourced<SparkTask>);
  if (object.kind === "SparkFlow") project.flows.push(sourced as Sourced<SparkFlow>);
  if (object.kind === "SparkFlowRun") project.runs.push(sourced as Sourced<SparkFlowRun>);
  return problems;
}

type DataObject = {
  metadata?: { name?: unknown };
  data?: Record<string, unknown>;
  binaryData?: Record<string, unknown>;
  stringData?: Record<string, unknown>;
};

function addData(project: Project, kind: "ConfigMap" | "Secret", source: SourceDocument): Problem[] {
  const { metadata, data = {}, binaryData = {}, stringData = {} } = source.value as DataObject;
  const name = metadata?.name;
  if (typeof name !== "string") return [problem(["metadata", "name"], `a ${kind} needs a name`)];
  const plain = kind === "Secret" ? stringData : data;
  const encoded = kind === "Secret" ? data : binaryData;
  const entries = [
    ...Object.entries(encoded).map(([key, text]) => [key, Buffer.from(String(text), "base64")] as const),
    ...Object.entries(plain).map(([key, text]) => [key, Buffer.from(String(text))] as const),
  ];
  (kind === "Secret" ? project.secrets : project.configMaps).set(name, new Map(entries));
  if (kind === "ConfigMap") project.configMapSources.set(name, source);
  return [];
}

/** References between objects: engines that tasks name, flows that runs name. */
function references(project: Project, engine: string | undefined): LocatedProblem[] {
  const engines = [...new Set([defaultEngineName, ...project.engines.keys()])];
  const engineProblem = (name: string | undefined, path: Path, source: SourceDocument) =>
    name === undefined || engines.includes(name)
      ? []
      : [locate(problem(path, `there is no SparkEngine "${name}" here${suggestion(name, engines)}`), source)];
  // What the command line says wrongly for all tasks is said once.
  if (engine !== undefined && !engines.includes(engine)) return engineProblem(engine, [], engineOption);
  return [
    ...project.tasks.flatMap(({ object, source }) => engineProblem(object.spec.engine, ["spec", "engine"], source)),
    ...project.flows.flatMap(({ object: { spec }, source }) => [
      ...engineProblem(spec.taskDefaults?.engine, ["spec", "taskDefaults", "engine"], source),
      ...placedTasks(spec).flatMap(({ task, path }) => engineProblem(task.engine, [...path, "engine"], source)),
    ]),
    ...project.runs.flatMap(({ object, source }) => {
      const names = project.flows.map((flow) => flow.object.metadata.name);
      return names.includes(object.spec.flow)
        ? []
        : [
            locate(
              problem(
                ["spec", "flow"],
                `there is no SparkFlow "${object.spec.flow}" here${suggestion(object.spec.flow, names)}`,
              ),
              source,
            ),
          ];
    }),
  ];
}

/** The engine of a task: the one it names, else `default`, else undefined for the built-in one. */
export const engineOf = (project: Project, name: string | undefined): SparkEngine | undefined =>
  project.engines.get(name ?? defaultEngineName)?.object;
