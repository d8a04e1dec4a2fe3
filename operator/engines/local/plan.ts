// What one run is to do: a flow with its params, or a task made by hand, which is a flow of one.
import { resolve } from "node:path";
import type { ParamValue } from "../../api/common.ts";
import type { ForEach } from "../../api/forEach.ts";
import type { SparkFlow, SparkTask } from "../../api/kinds.ts";
import type { Outcome, RunObservation } from "../../flow/decide.ts";
import { planOf, runRules } from "../../flow/flowPlan.ts";
import { alone, type Graph } from "../../flow/graph.ts";
import { type ParamValues, paramValues } from "../../flow/params.ts";
import type { MadeTasks } from "../../flow/results.ts";
import { runScope } from "../../flow/runContext.ts";
import { momentOf, type RunTime, runTime, timeText } from "../../flow/schedule.ts";
import { engineOf, locate, type Project, type Sourced } from "../../manifest/project.ts";
import type { LocatedProblem } from "../../manifest/source.ts";
import { type ResolvedTask, resolveTask } from "../../task/resolve.ts";
import { localUid, newRunName, type RunRecord } from "./store.ts";
import { placeInFlow, placeInTask, type UserPlace } from "./userPlace.ts";

/** A run to take up again, and the task that is to run again in any case. */
export type Earlier = { record: RunRecord; from?: string };

export type RunPlan = {
  name: string;
  kind: "SparkFlow" | "SparkTask";
  of: string;
  namespace: string;
  uid: string;
  manifestFolder: string;
  /** Places of a task's program as the user knows them. */
  place: UserPlace;
  graph: Graph;
  failFast: boolean;
  maxParallelTasks: number;
  suspended: boolean;
  params: ParamValues;
  /** What the run is for. */
  date: string;
  scheduledAt: string;
  /** What the command line made it from, if it can be read once more. */
  source?: Pick<RunRecord, "targets" | "engine">;
  /** The run that it takes up again. */
  earlier?: Earlier;
  /** Tasks with forEach. */
  forEach: ReadonlyMap<string, ForEach>;
  /** What decide asks of the run, and what the run makes of a key, resolved with its engine. `made` tells what there is by now. */
  rules: (made: MadeTasks) => LocalRules;
};
export type LocalRules = Pick<RunObservation, "condition" | "fanOut"> & {
  make: (key: string, outcome: Outcome | undefined) => { object: SparkTask; resolved: ResolvedTask };
};

/**
 * Runs that a project asks for: one per SparkFlowRun, else one per flow, and one per task made by hand. `scheduledAt` is a
 * moment or a day that flows run for, whatever their SparkFlowRuns say.
 */
export function planRuns(
  project: Project,
  given: Readonly<Record<string, string>>,
  now: Date,
  scheduledAt?: string,
): { plans: RunPlan[]; problems: LocatedProblem[] } {
  const plans: RunPlan[] = [];
  const problems: LocatedProblem[] = [];
  for (const flow of project.flows) {
    const asked = project.runs.filter(({ object }) => object.spec.flow === flow.object.metadata.name);
    const runs =
      asked.length > 0
        ? asked.map(({ object: { spec }, source }) => ({
            params: spec.params ?? {},
            scheduledAt: spec.scheduledAt,
            suspended: spec.suspend === true,
            source,
          }))
        : [{ params: {}, scheduledAt: undefined, suspended: false, source: flow.source }];
    for (const { params, scheduledAt: own, suspended, source } of runs) {
      const name = newRunName(flow.object.metadata.name, now);
      const at = localTime(flow.object, scheduledAt ?? own, now);
      const planned = planFlow(project, flow, { ...params, ...given }, name, at);
      plans.push({ ...planned.plan, suspended });
      problems.push(
        ...planned.problems.map((one) =>
          Object.hasOwn(given, String(one.path.at(-1))) ? { ...one, file: "--param" } : locate(one, source),
        ),
      );
    }
  }
  const paramless = project.flows.length === 0 && Object.keys(given).length > 0;
  if (paramless)
    problems.push({
      file: "--param",
      path: [],
      severity: "error",
      message: "only a SparkFlow has params to give, and there is none here",
    });
  const tasks = project.tasks.map((task) =>
    planTask(project, task, newRunName(task.object.metadata.name, now), localTime(undefined, undefined, now)),
  );
  return { plans: [...plans, ...tasks], problems };
}

/** The earlier run of one of the project's flows or tasks once more: the same name, params and day, the manifests as they are now. */
export function planAgain(
  project: Project,
  earlier: Earlier,
): { plan: RunPlan; problems: LocatedProblem[] } | undefined {
  const { kind, of, name, date, params, scheduledAt = earlier.record.startedAt } = earlier.record;
  const at = { date, scheduledAt };
  if (kind === "SparkTask") {
    const task = project.tasks.find(({ object }) => object.metadata.name === of);
    return task && { plan: { ...planTask(project, task, name, at), earlier }, problems: [] };
  }
  const flow = project.flows.find(({ object }) => object.metadata.name === of);
  if (!flow) return undefined;
  const { plan, problems } = planFlow(project, flow, params as Record<string, ParamValue>, name, at);
  return { plan: { ...plan, earlier }, problems: problems.map((one) => locate(one, flow.source)) };
}

function planFlow(
  project: Project,
  sourced: Sourced<SparkFlow>,
  given: Readonly<Record<string, ParamValue>>,
  name: string,
  at: RunTime,
) {
  const { object: flow, source } = sourced;
  const identity = { name, id: name, ...at };
  const uid = localUid(flow.metadata.name, resolve(source.folder));
  const { values, problems } = paramValues(flow.spec.params ?? {}, given, runScope(identity), ["spec", "params"]);
  const flowPlan = planOf(flow);
  const plan: RunPlan = {
    ...common(flow, resolve(source.folder), name, uid),
    kind: "SparkFlow",
    place: placeInFlow(sourced),
    graph: flowPlan.graph,
    forEach: new Map([...flowPlan.tasks].flatMap(([of, { forEach }]) => (forEach ? [[of, forEach] as const] : []))),
    failFast: flow.spec.failFast ?? true,
    maxParallelTasks: flow.spec.maxParallelTasks ?? Number.POSITIVE_INFINITY,
    suspended: false,
    params: values,
    ...at,
    rules: (made) => {
      const { make, ...rules } = runRules(flowPlan, { ...identity, params: values }, made);
      return {
        ...rules,
        make: (key, outcome) => {
          const object = make(key, outcome);
          return { object, resolved: resolved(project, object) };
        },
      };
    },
  };
  return { plan, problems };
}

function planTask(project: Project, sourced: Sourced<SparkTask>, run: string, at: RunTime): RunPlan {
  const { object: task, source } = sourced;
  const { name } = task.metadata;
  return {
    ...common(task, resolve(source.folder), run, localUid(name, resolve(source.folder))),
    kind: "SparkTask",
    place: placeInTask(sourced),
    graph: new Map([[name, alone]]),
    forEach: new Map(),
    failFast: true,
    maxParallelTasks: 1,
    suspended: false,
    params: {},
    ...at,
    rules: () => ({ make: () => ({ object: task, resolved: resolved(project, task) }) }),
  };
}

const common = ({ metadata }: SparkFlow | SparkTask, manifestFolder: string, name: string, uid: string) => ({
  name,
  of: metadata.name,
  namespace: metadata.namespace ?? "default",
  uid,
  manifestFolder,
});

/** A task with its engine. */
const resolved = (project: Project, object: SparkTask): ResolvedTask =>
  resolveTask(object, engineOf(project, object.spec.engine));

/** What a run is for: as on a cluster, but that a run which no tick is given for has the day of this machine. */
function localTime(flow: SparkFlow | undefined, scheduledAt: string | undefined, now: Date): RunTime {
  if (scheduledAt === undefined) return { date: localDate(now), scheduledAt: timeText(now.getTime()) };
  const isDay = /^\d{4}-\d\d-\d\d$/.test(scheduledAt);
  const at = isDay ? timeText(momentOf(flow?.spec.schedule, scheduledAt)) : scheduledAt;
  return runTime(flow?.spec.schedule, at, at);
}

/** The calendar day here, as 2026-10-01. */
function localDate(now: Date): string {
  const [year, month, day] = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}
