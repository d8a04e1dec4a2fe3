// What the cluster's objects say of tasks and runs, as reports and tables show it. Pure.
import type { FlowTask } from "../../api/flow.ts";
import type { SparkFlow, SparkFlowRun, SparkTask } from "../../api/kinds.ts";
import { unansweredRetry } from "../../api/retry.ts";
import { type Condition, mostShown, type TaskPhase } from "../../api/status.ts";
import { splitKey } from "../../flow/fanOut.ts";
import { graphOf, topological } from "../../flow/graph.ts";
import { keyOfTask } from "../../flow/names.ts";
import type { ObjectMeta } from "../../kube/objects.ts";
import { programName } from "../plugin.ts";
import type { TaskView } from "../report/view.ts";
import type { EndedRun, EndedTask } from "../report/words.ts";

type OnCluster<T> = Omit<T, "metadata"> & { metadata: ObjectMeta };
export type TaskObject = OnCluster<SparkTask>;
export type RunObject = OnCluster<SparkFlowRun>;
export type FlowObject = OnCluster<SparkFlow>;

export const runLabel = "sparkflow.dev/run";
export const taskLabel = "sparkflow.dev/task";

/** A task's short name: its key in the run, as by-country[3] for a driver of a forEach, else the object's name. */
export const shortName = (task: TaskObject): string => keyOfTask(task);

type Conditioned = {
  metadata: { generation?: number; annotations?: Record<string, string> };
  status?:
    | { conditions?: Condition[] | undefined; retry?: { requestedAt?: string | undefined } | undefined }
    | undefined;
};

/** Whether an object, as it is now, has ended; what it says of an earlier generation, or before a retry, doesn't count. */
export function isFinished(object: Conditioned): boolean {
  if (unansweredRetry(object) !== undefined) return false;
  const { metadata, status } = object;
  const finished = status?.conditions?.find(({ type }) => type === "Finished");
  return finished?.status === "True" && (finished.observedGeneration ?? 0) >= (metadata.generation ?? 0);
}

export const hasSucceeded = (object: Conditioned): boolean =>
  isFinished(object) && object.status?.conditions?.find(({ type }) => type === "Succeeded")?.status === "True";

/** Milliseconds from start to end, or until now; undefined before the start. */
export function tookMs(
  status: { startedAt?: string | undefined; finishedAt?: string | undefined } | undefined,
  now: number,
): number | undefined {
  if (!status?.startedAt) return undefined;
  return (status.finishedAt ? Date.parse(status.finishedAt) : now) - Date.parse(status.startedAt);
}

/** `2/3` executors run; nothing if the task has none. */
export function executorsText({ status }: TaskObject): string {
  if (!status?.executors) return "";
  const { pending, running } = status.executors;
  return pending + running === 0 ? "" : `${running}/${pending + running}`;
}

/** A task as a report's line shows it. */
export function taskView(task: TaskObject, now: number): TaskView {
  const { status } = task;
  const took = tookMs(status, now);
  const executors = executorsText(task);
  const message = [status?.message ?? "", executors && status?.phase === "Running" ? `${executors} executors` : ""];
  return {
    name: shortName(task),
    phase: status?.phase ?? "Pending",
    message: message.filter((text) => text !== "").join("; "),
    attempt: status?.attempt ?? 0,
    ...(took === undefined ? {} : { tookMs: took }),
    ...progressOf(status?.progress),
  };
}

/** `stage 3 count: 12/200` as a bar can show it. */
function progressOf(text: string | undefined): Pick<TaskView, "progress"> {
  const [, stage, done, total] = /^(.*): (\d+)\/(\d+)$/.exec(text ?? "") ?? [];
  return stage === undefined ? {} : { progress: { stage, done: Number(done), total: Number(total) } };
}

/**
 * All tasks of a run in the graph's order: those that were made, and those of the flow that have not begun, could not be
 * made or were omitted. `flow` may be another edition than the run's, or gone: then a run shows what was made.
 */
export function runTasks(
  run: RunObject,
  made: Iterable<TaskObject>,
  flow: Pick<FlowObject, "spec"> | undefined,
  now: number,
): TaskView[] {
  const views = new Map([...made].map((task) => [shortName(task), taskView(task, now)]));
  const phase: TaskPhase = isFinished(run) ? "Omitted" : "Pending";
  const order = flow ? topological(graphOf(flow.spec)) : [];
  const drivers = Map.groupBy(views.values(), ({ name }) => splitKey(name).task);
  const byNumber = (task: string) =>
    drivers.get(task)?.sort((a, b) => (splitKey(a.name).index ?? 0) - (splitKey(b.name).index ?? 0));
  // Of what was never made the run itself tells the end, of the first ones.
  const ends = new Map<string, Pick<TaskView, "phase" | "message">>([
    ...(run.status?.failures ?? []).map(({ task, message }) => [task, { phase: "Failed", message }] as const),
    ...(run.status?.notRun ?? []).map(({ task, result, message }) => [task, { phase: result, message }] as const),
  ]);
  // One that fans out to no item at all has succeeded, and nothing was made of it.
  const empty = { phase: "Succeeded", message: "there are no items" } as const;
  const allTold = (run.status?.notRun?.length ?? 0) < mostShown;
  const fansOut = new Set(allTold && isFinished(run) ? flow?.spec.tasks.flatMap(forEachName) : []);
  const unmade = (name: string) => ends.get(name) ?? (fansOut.has(name) ? empty : { phase, message: "" });
  const planned = order.flatMap((name): TaskView[] => byNumber(name) ?? [{ name, ...unmade(name), attempt: 0 }]);
  const known = new Set(order);
  return [...planned, ...[...views.values()].filter(({ name }) => !known.has(splitKey(name).task))];
}

const forEachName = ({ name, forEach }: FlowTask): string[] => (forEach ? [name] : []);

/** The command that prints a task's log. */
export const logCommand = (task: TaskObject): string =>
  `${programName()} logs ${task.metadata.name} -n ${task.metadata.namespace}`;

/** A task as `--json` prints it: the fields of a local run's record. */
export function taskRecordOf(task: TaskObject): EndedTask & { startedAt?: string; finishedAt?: string } {
  const {
    phase = "Pending",
    message = "",
    attempt = 0,
    startedAt,
    finishedAt,
    values,
    outputs,
    cause,
  } = task.status ?? {};
  return {
    name: shortName(task),
    phase,
    message,
    attempt,
    ...(startedAt ? { startedAt } : {}),
    ...(finishedAt ? { finishedAt } : {}),
    ...(task.status?.driver ? { log: logCommand(task) } : {}),
    ...(values ? { values: values as Record<string, unknown> } : {}),
    ...(outputs ? { outputs } : {}),
    ...(cause ? { cause } : {}),
  };
}

/** A run with its tasks, or a task made by hand, as the last words of a report need it. */
export function endedRun(of: RunObject | TaskObject, views: readonly TaskView[], made: Iterable<TaskObject>): EndedRun {
  const records = new Map([...made].map((task) => [shortName(task), taskRecordOf(task)]));
  // Why a task couldn't be made only the run knows.
  const failures = of.kind === "SparkTask" ? [] : (of.status?.failures ?? []);
  const causes = new Map(failures.map(({ task, ...cause }) => [task, { cause }]));
  const { startedAt, finishedAt, phase = "Pending", message = "" } = of.status ?? {};
  return {
    name: of.metadata.name,
    phase,
    // A task by itself has said it already.
    message: of.kind === "SparkTask" ? "" : message,
    ...(startedAt ? { startedAt } : {}),
    ...(finishedAt ? { finishedAt } : {}),
    tasks: views.map(
      ({ name, phase: at, message: said, attempt }) =>
        records.get(name) ?? { name, phase: at, message: said, attempt, ...causes.get(name) },
    ),
  };
}
