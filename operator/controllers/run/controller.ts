// The SparkFlowRun controller: makes the run's SparkTasks in the order of the graph, and sums up how they do.
import type { SparkFlow, SparkTask } from "../../api/kinds.ts";
import type { Problem } from "../../api/problems.ts";
import { unansweredRetry } from "../../api/retry.ts";
import type { Cause, TaskPhase } from "../../api/status.ts";
import { notRendered } from "../../flow/causes.ts";
import { decideRun, type RunDecision } from "../../flow/decide.ts";
import { splitKey } from "../../flow/fanOut.ts";
import { type FlowPlan, planOf, type RunRules, runRules } from "../../flow/flowPlan.ts";
import { keyOfTask, madeTaskName } from "../../flow/names.ts";
import { type ParamValues, paramValues } from "../../flow/params.ts";
import type { Made } from "../../flow/results.ts";
import { runScope } from "../../flow/runContext.ts";
import { runTime } from "../../flow/schedule.ts";
import { isNotFound } from "../../kube/errors.ts";
import { controllerOf, ownedBy } from "../../kube/objects.ts";
import { sparkFlowRuns, sparkTasks } from "../../kube/resources.ts";
import { TemplateError } from "../../task/template.ts";
import { checkStored } from "../checked.ts";
import type { Context, StoredRun, StoredTask } from "../context.ts";
import { createOwn } from "../createOwn.ts";
import { tellRun } from "../events.ts";
import { inParallel } from "../inParallel.ts";
import { flowUidAnnotation } from "../made.ts";
import { patchStatus } from "../patchStatus.ts";
import type { Look } from "../task/controller.ts";
import { problemsText } from "../task/describe.ts";
import { answered, currentTasks, remakeTask, takeRetry, triedIn, tryAnnotations, tryOf } from "./retry.ts";
import { type Revisions, revisionAnnotation } from "./revision.ts";
import { type RunReport, runEnded, runStatus } from "./status.ts";
import { phaseInRun, steerTasks } from "./steer.ts";

/** Creates at once of one run: a wide flow shouldn't keep the API server from others. */
const createsAtOnce = 8;
/** Counts of a run that goes on are written this often at most; its begin and its end at once. */
const progressEveryMs = 1000;

export async function reconcileRun(ctx: Context, revisions: Revisions, key: string): Promise<Look> {
  const found = ctx.runs.get(key);
  if (!found || found.metadata.deletionTimestamp) return undefined;
  if (runEnded(found.status?.phase) && unansweredRetry(found) === undefined) return undefined;
  const taken = await takeFlow(ctx, revisions, found);
  if ("report" in taken) return (await report(ctx, found, taken.report)).look;
  const { flow, params } = taken;
  const plan = planOf(flow);
  const run = runEnded(found.status?.phase) ? await takeRetry(ctx, found, plan.graph) : found;
  if (runEnded(run.status?.phase)) return undefined;
  const begun = run.status?.revision === taken.revision ? run : (await report(ctx, run, { ...started, ...taken })).run;
  const atEnd = (task: string) => plan.graph.get(splitKey(task).task)?.atEnd === true;
  await steerTasks(ctx, run, ownTasks(ctx, key, run), atEnd);
  const own = ownTasks(ctx, key, run);
  const tasks = currentTasks(plan.graph, run, own);
  const unmade = new Map<string, Cause>();
  const context = { ...identity(run, plan.flow), params };
  const rules = runRules(plan, context, (key) => madeOf(tasks.get(key)));
  let decision = decide(plan, run, rules, tasks, unmade);
  while (decision.create.length > 0) {
    const { create, outcome } = decision;
    await inParallel(createsAtOnce, create, async (key) => {
      const made = await makeTask(ctx, flow, run, key, () => rules.make(key, outcome), own.get(key));
      if ("cause" in made) unmade.set(key, made.cause);
      else tasks.set(key, made.task);
    });
    decision = decide(plan, run, rules, tasks, unmade);
  }
  return (await report(ctx, begun, { decision, tasks, unmade, revision: taken.revision })).look;
}

const started = { decision: { phase: "Running", message: "starting" } } as const;

type Taken = { flow: SparkFlow; params: ParamValues; revision: string } | { report: RunReport };

/** The flow as this run has taken it, with the run's params; or why there is none. */
async function takeFlow(ctx: Context, revisions: Revisions, run: StoredRun): Promise<Taken> {
  const { namespace = "", annotations } = run.metadata;
  const invalid = (message: string): Taken => ({
    report: { refused: { class: "Input", reason: "InvalidSpec", message } },
  });
  const checked = checkStored("SparkFlowRun", run);
  if ("problems" in checked) return invalid(problemsText(checked.problems));
  const { flow: name, params = {} } = checked.object.spec;
  let revision = run.status?.revision ?? annotations?.[revisionAnnotation];
  if (revision === undefined) {
    const current = ctx.flows.get(`${namespace}/${name}`);
    if (!current)
      return {
        report: {
          waiting: {
            reason: "FlowNotFound",
            message: `there is no SparkFlow "${name}" in namespace ${namespace}: create it`,
          },
        },
      };
    revision = await revisions.take(ctx, current);
  }
  let flow: SparkFlow;
  try {
    flow = await revisions.get(ctx, namespace, revision);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return invalid(`the ControllerRevision ${revision}, the flow as this run took it, is gone: make another run`);
  }
  const wrong = flowProblems(flow);
  if (wrong.length > 0) return invalid(problemsText(wrong, `SparkFlow ${name}: `));
  const scope = runScope(identity(run, flow));
  const values = paramValues(flow.spec.params ?? {}, params, scope, ["spec", "params"]);
  return values.problems.length > 0
    ? invalid(problemsText(values.problems))
    : { flow, params: values.values, revision };
}

const checkedFlows = new WeakMap<SparkFlow, Problem[]>();

/** Problems of a revision's flow; they are looked for once. */
function flowProblems(flow: SparkFlow): Problem[] {
  const known = checkedFlows.get(flow);
  if (known) return known;
  const checked = checkStored("SparkFlow", flow);
  const found = "problems" in checked ? checked.problems : [];
  checkedFlows.set(flow, found);
  return found;
}

/** What a run's templates know of the run itself. */
const identity = ({ metadata, spec }: StoredRun, flow: SparkFlow) => ({
  name: metadata.name,
  id: metadata.name,
  ...runTime(flow.spec.schedule, spec?.scheduledAt, metadata.creationTimestamp ?? ""),
});

/** SparkTasks that this very run owns, by their keys in the flow. */
function ownTasks(ctx: Context, key: string, run: StoredRun): Map<string, StoredTask> {
  const own = ctx.tasksOfRun.of(key).filter((task) => controllerOf(task)?.uid === run.metadata.uid);
  return new Map(own.map((task) => [keyOfTask(task), task]));
}

const madeOf = (task: StoredTask | undefined): Made | undefined =>
  task && {
    phase: phaseInRun(task),
    attempt: task.status?.attempt ?? 0,
    values: (task.status?.values ?? {}) as Made["values"],
    outputs: task.status?.outputs ?? [],
  };

function decide(
  { flow, graph }: FlowPlan,
  run: StoredRun,
  { condition, fanOut }: RunRules,
  tasks: ReadonlyMap<string, StoredTask>,
  unmade: ReadonlyMap<string, Cause>,
): RunDecision {
  const phases = new Map<string, TaskPhase>(
    [...tasks].filter(([key]) => graph.has(splitKey(key).task)).map(([key, task]) => [key, phaseInRun(task)]),
  );
  for (const key of unmade.keys()) phases.set(key, "Failed");
  return decideRun({
    graph,
    tasks: phases,
    condition,
    fanOut,
    failFast: flow.spec.failFast ?? true,
    maxParallelTasks: flow.spec.maxParallelTasks ?? Number.POSITIVE_INFINITY,
    cancelled: run.spec?.cancel === true,
    suspended: run.spec?.suspend === true,
  });
}

type MadeTask = { task: StoredTask } | { cause: Cause };

/** Creates a task's SparkTask, or finds it there as this run's own. One of an earlier try is started again. */
async function makeTask(
  ctx: Context,
  flow: SparkFlow,
  run: StoredRun,
  key: string,
  make: () => SparkTask,
  former: StoredTask | undefined,
): Promise<MadeTask> {
  let object: SparkTask;
  try {
    object = make();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { cause: notRendered(error) };
  }
  const { namespace = "", uid } = run.metadata;
  const objectName = madeTaskName(flow.metadata.name, run.metadata.name, uid, key);
  const owner = ownedBy({ ...run, apiVersion: object.apiVersion, kind: "SparkFlowRun" });
  const body = {
    ...object,
    metadata: {
      ...object.metadata,
      name: objectName,
      namespace,
      annotations: {
        ...object.metadata.annotations,
        ...(flow.metadata.uid === undefined ? {} : { [flowUidAnnotation]: String(flow.metadata.uid) }),
        ...tryAnnotations(tryOf(run)),
      },
      ownerReferences: [owner],
    },
  };
  const made = former ? { object: former } : await createOwn(ctx, sparkTasks, namespace, body);
  if (made) {
    const isOld = triedIn(made.object) < tryOf(run).number;
    const task = isOld ? await remakeTask(ctx, run, made.object, body) : made.object;
    ctx.tasks.put(task);
    return { task: task as StoredTask };
  }
  const message = `a SparkTask named ${objectName} is there already and isn't this run's: delete it, and make another run`;
  return { cause: { class: "Input", reason: "NameTaken", message } };
}

/** Writes what there is to say. While the phase stays, that waits for `progressEveryMs` after the last write: then look again. */
async function report(ctx: Context, run: StoredRun, what: RunReport): Promise<{ run: StoredRun; look: Look }> {
  const before = run.status ?? {};
  const { uid, generation = 0 } = run.metadata;
  const next = answered(run, runStatus(before, what, generation, ctx.now()));
  const waitMs = (ctx.detailsWritten.get(uid) ?? 0) + progressEveryMs - ctx.now();
  if (before.phase === next.phase && waitMs > 0) return { run, look: { afterMs: waitMs } };
  const written = await patchStatus(ctx, sparkFlowRuns, ctx.runs, run, next);
  if (written !== run) ctx.detailsWritten.set(uid, ctx.now());
  if (runEnded(next.phase)) ctx.detailsWritten.delete(uid);
  if (unansweredRetry(run) && before.phase && !runEnded(before.phase))
    tellRun(ctx, run, "Warning", "RetryIgnored", "the retry was ignored: the run is under way; ask when it has ended");
  if (before.phase !== next.phase && next.phase !== undefined) {
    const bad = next.phase === "Failed" || next.phase === "Cancelled";
    tellRun(ctx, run, bad ? "Warning" : "Normal", next.phase, next.message || next.phase);
  }
  return { run: written, look: undefined };
}
