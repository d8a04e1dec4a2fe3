// What templates and spark.kubernetes.* settings say that no cluster would take: checked on the pods that
// tasks would get, and told where it is written: in the task, the flow's taskDefaults or the engine.
import { apiVersion, type SparkEngine, type SparkTask } from "../../api/kinds.ts";
import type { Path, Problem } from "../../api/problems.ts";
import type { SettingsSpec } from "../../api/settings.ts";
import type { TaskSpec } from "../../api/task.ts";
import { mergedTask, placedTasks, placeIn } from "../../flow/merged.ts";
import { engineOf, locate, type Project, type Sourced } from "../../manifest/project.ts";
import type { LocatedProblem, SourceDocument } from "../../manifest/source.ts";
import { type ResolvedTask, resolveTask } from "../../task/resolve.ts";
import { checkPolicy } from "./check.ts";

type Written = { spec: SettingsSpec | undefined; path: Path; source: SourceDocument };

/** Problems of all engines, tasks and flows; what an engine says wrongly is said once. */
export function policyProblems(project: Project): LocatedProblem[] {
  const engines = [...project.engines.values()].flatMap((engine) => problemsOf({ sql }, [], engine));
  const tasks = project.tasks.flatMap(({ object: { spec }, source }) =>
    problemsOf(spec, [{ spec, path: ["spec"], source }], sourcedEngine(project, spec.engine)),
  );
  const flows = project.flows.flatMap(({ object: { spec }, source }) =>
    placedTasks(spec).flatMap(({ task, path }) => {
      const merged = mergedTask(task, spec.taskDefaults);
      const written = [
        { spec: task, path, source },
        { spec: spec.taskDefaults, path: ["spec", "taskDefaults"], source },
      ];
      return problemsOf(merged, written, sourcedEngine(project, merged.engine));
    }),
  );
  const all = [...engines, ...tasks, ...flows];
  return [...new Map(all.map((one) => [JSON.stringify([one.file, one.path, one.message]), one])).values()];
}

const sourcedEngine = (project: Project, name: string | undefined): Sourced<SparkEngine> | undefined => {
  const engine = engineOf(project, name);
  return engine && project.engines.get(engine.metadata.name);
};

/** The program is none of the policy's business, and needn't be sound. */
const sql = { statements: "SELECT 1" };

/** The written parts from the highest layer to the lowest; the engine is the last. */
function problemsOf(spec: TaskSpec, written: Written[], engine: Sourced<SparkEngine> | undefined): LocatedProblem[] {
  const all = engine ? [...written, { spec: engine.object.spec, path: ["spec"], source: engine.source }] : written;
  // Most tasks say nothing of pods, and rendering none of theirs keeps large flows quick.
  if (!all.some(({ spec: part }) => part && saysOfPods(part))) return [];
  const { python: _python, jar: _jar, fugueSql: _fugueSql, r: _r, ...rest } = spec;
  const task: SparkTask = { apiVersion, kind: "SparkTask", metadata: { name: "task" }, spec: { ...rest, sql } };
  const resolved = resolveTask(task, engine?.object);
  return checkPolicy(resolved).map((one) => place(one, resolved, all));
}

const saysOfPods = ({ driver, executor, sparkConf = {} }: SettingsSpec): boolean =>
  driver?.podTemplate !== undefined ||
  executor?.podTemplate !== undefined ||
  Object.keys(sparkConf).some((key) => key.startsWith("spark.kubernetes."));

/** Where a problem of the merged task is written. */
function place(one: Problem, task: ResolvedTask, written: readonly Written[]): LocatedProblem {
  const merged = {
    driver: { podTemplate: task.driverTemplate },
    executor: { podTemplate: task.executorTemplate },
    sparkConf: Object.fromEntries(task.settings.map(({ key, value }) => [key, value])),
  };
  for (const { spec, path, source } of written) {
    const found = placeIn(one.path, merged, spec);
    if (found) return locate({ ...one, path: [...path, ...found] }, source);
  }
  const { path, source } = written[0]!;
  return locate({ ...one, path: [...path, ...one.path] }, source);
}
