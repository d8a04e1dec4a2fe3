// Checks of manifests that take the cluster they are for: engines that are there already, params of the runs that start.
import { defined } from "../../api/defined.ts";
import { apiVersion, type SparkEngine } from "../../api/kinds.ts";
import { type Path, problem, suggestion } from "../../api/problems.ts";
import type { TaskSpec } from "../../api/task.ts";
import { policyProblems } from "../../engines/kubernetes/checkProject.ts";
import { storageProblem } from "../../engines/kubernetes/storage.ts";
import { planRuns } from "../../engines/local/plan.ts";
import { mergedTask, placedTasks } from "../../flow/merged.ts";
import type { ParamValues } from "../../flow/params.ts";
import { engineOption } from "../../manifest/engine.ts";
import { engineOf, locate, type Project, type Sourced } from "../../manifest/project.ts";
import type { LocatedProblem, SourceDocument } from "../../manifest/source.ts";
import { defaultEngineName, resolveTask } from "../../task/resolve.ts";
import { stopAt } from "../project.ts";
import type { Cluster } from "./connect.ts";
import { find, listAll } from "./read.ts";

/** Adds the cluster's engines that tasks name to the project. Throws UserError for engines and params that aren't right. */
export async function checkWithCluster(
  cluster: Cluster,
  project: Project,
  params: Readonly<Record<string, string>>,
  engine: string | undefined,
): Promise<void> {
  const problems: LocatedProblem[] = [];
  for (const one of namedEngines(project, engine)) problems.push(...(await addEngine(cluster, project, one)));
  const asked = project.runs[0];
  if (asked && Object.keys(params).length > 0)
    problems.push(
      locate(
        problem(["spec"], "this run says its params itself: leave out --param, or the SparkFlowRun"),
        asked.source,
      ),
    );
  problems.push(...planRuns(project, params, new Date()).problems);
  stopAt(problems.length > 0 ? problems : [...policyProblems(project), ...storageProblems(project)]);
}

/** Tasks with outputs whose engine has nowhere to put them: known before a pod is made for nothing. */
function storageProblems(project: Project): LocatedProblem[] {
  const of = (spec: TaskSpec, path: Path, source: SourceDocument): LocatedProblem[] => {
    const { inputs, outputs, engine } = spec;
    const task = { ...defined({ inputs, outputs, engine }), sql: { statements: "SELECT 1" } } as TaskSpec;
    const object = { apiVersion, kind: "SparkTask", metadata: { name: "task" }, spec: task } as const;
    const wrong = storageProblem(resolveTask(object, engineOf(project, engine)));
    return wrong ? [locate(problem([...path, outputs?.length ? "outputs" : "inputs"], wrong), source)] : [];
  };
  return [
    ...project.tasks.flatMap(({ object, source }) => of(object.spec, ["spec"], source)),
    ...project.flows.flatMap(({ object: { spec }, source }) =>
      placedTasks(spec).flatMap(({ task, path }) => of(mergedTask(task, spec.taskDefaults), path, source)),
    ),
  ];
}

type NamedEngine = { name: string; path: Path; namespace: string | undefined; source: SourceDocument };

/** Every place that names an engine, and the default one, which needn't be there; `given` is the command line's. */
function namedEngines(project: Project, given: string | undefined): NamedEngine[] {
  const of = ({ object, source }: Sourced<{ metadata: { namespace?: string | undefined } }>) => ({
    namespace: object.metadata.namespace,
    source,
  });
  const tasks = project.tasks.map((task) => ({
    ...of(task),
    name: task.object.spec.engine ?? defaultEngineName,
    path: ["spec", "engine"] as Path,
  }));
  const flows = project.flows.flatMap((flow) => {
    const { taskDefaults } = flow.object.spec;
    const usual = {
      ...of(flow),
      name: taskDefaults?.engine ?? defaultEngineName,
      path: ["spec", "taskDefaults", "engine"],
    };
    const named = placedTasks(flow.object.spec).flatMap(({ task: { engine }, path }) =>
      engine === undefined ? [] : [{ ...of(flow), name: engine, path: [...path, "engine"] }],
    );
    return [usual, ...named];
  });
  const all = [...tasks, ...flows];
  if (given === undefined) return all;
  const namespaces = new Set(all.map(({ namespace }) => namespace));
  return [...namespaces].map((namespace) => ({ name: given, path: [], namespace, source: engineOption }));
}

async function addEngine(
  { client, namespace }: Cluster,
  project: Project,
  { name, path, namespace: own, source }: NamedEngine,
): Promise<LocatedProblem[]> {
  if (project.engines.has(name)) return [];
  const place = own ?? namespace;
  const found = await find(client, "SparkEngine", place, name);
  if (found) {
    const from = { file: `SparkEngine ${name} of the namespace ${place}`, folder: ".", value: found };
    project.engines.set(name, { object: found as unknown as SparkEngine, source: from });
  }
  if (found || name === defaultEngineName) return [];
  const there = (await listAll(client, "SparkEngine", place)).map(({ metadata }) => metadata.name);
  const known = [...new Set([...project.engines.keys(), ...there])];
  const message = `there is no SparkEngine "${name}" here, nor in the namespace ${place}${suggestion(name, known)}`;
  return [locate(problem(path, message), source)];
}

/** The given params as each flow declares them, by the flow's name. */
export function typedParams(project: Project, given: Readonly<Record<string, string>>): Map<string, ParamValues> {
  const { plans } = planRuns({ ...project, runs: [] }, given, new Date());
  return new Map(
    plans
      .filter(({ kind }) => kind === "SparkFlow")
      .map(({ of, params }) => [of, Object.fromEntries(Object.keys(given).map((name) => [name, params[name]!]))]),
  );
}
