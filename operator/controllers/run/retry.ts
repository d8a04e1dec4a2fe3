// A run that has ended is tried again when its annotation asks for it: first its status says so, with the number of the
// try; then the tasks that have to run again are started one after the other, each when its turn comes, as in a first try.
// Which these are follows from the tries that stand on the SparkTasks (flow/retry.ts), so a crash anywhere doubles nothing.
import { conditions } from "../../api/conditions.ts";
import type { SparkTask } from "../../api/kinds.ts";
import { requestedRetry, retryAnnotation, retryFromAnnotation, unansweredRetry } from "../../api/retry.ts";
import type { FlowRunStatus } from "../../api/status.ts";
import type { Graph } from "../../flow/graph.ts";
import { outdatedTasks, type Try } from "../../flow/retry.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { sparkFlowRuns, sparkTasks } from "../../kube/resources.ts";
import type { Context, StoredRun, StoredTask } from "../context.ts";
import { tellRun } from "../events.ts";
import { patchStatus } from "../patchStatus.ts";
import { readAnew } from "../readAnew.ts";
import { phaseInRun, suspendedByRun } from "./steer.ts";

/** On a task that a run made: the try of the run that it was started in last. Without it: the first. */
export const tryAnnotation = "sparkflow.dev/try";

/** The try that a run is in: 0, and then one more with each retry. */
export const tryOf = ({ status }: StoredRun): Try => ({
  number: status?.retry?.number ?? 0,
  from: status?.retry?.from,
});

/** The status that answers what the run is asked for, if anything, and says nothing else of it. */
export function answered(run: StoredRun, status: FlowRunStatus): FlowRunStatus {
  const requestedAt = requestedRetry(run);
  return requestedAt === undefined ? status : { ...status, retry: { ...status.retry, requestedAt } };
}

/** Takes up the request of a run that has ended. Returns the run as it is then: under way, or, if nothing comes of it, ended. */
export async function takeRetry(ctx: Context, run: StoredRun, graph: Graph): Promise<StoredRun> {
  if (unansweredRetry(run) === undefined) return run;
  const from = run.metadata.annotations?.[retryFromAnnotation] || undefined;
  const { status = {} } = run;
  const ignored = whyNot(status, graph, from);
  if (ignored !== undefined) {
    const written = await patchStatus(ctx, sparkFlowRuns, ctx.runs, run, answered(run, status));
    tellRun(ctx, run, "Warning", "RetryIgnored", ignored);
    return written;
  }
  const asked = run.spec?.cancel ? await withoutCancel(ctx, run) : run;
  const number = (status.retry?.number ?? 0) + 1;
  const message = `trying again${from === undefined ? "" : ` from ${from}`}`;
  const { finishedAt: _end, failures: _failures, ...before } = status;
  const next: FlowRunStatus = {
    ...before,
    phase: "Running",
    message,
    conditions: conditions({
      state: "Running",
      reason: "Retried",
      message,
      generation: asked.metadata.generation ?? 0,
      previous: status.conditions,
      now: new Date(ctx.now()).toISOString(),
    }),
    retry: { requestedAt: requestedRetry(run)!, number, ...(from === undefined ? {} : { from }) },
  };
  const written = await patchStatus(ctx, sparkFlowRuns, ctx.runs, asked, next);
  tellRun(ctx, run, "Normal", "Retried", message);
  return written;
}

function whyNot(status: FlowRunStatus, graph: Graph, from: string | undefined): string | undefined {
  if (from !== undefined && !graph.has(from))
    return `the retry was ignored: the flow has no task "${from}", which ${retryFromAnnotation} names`;
  if (from === undefined && status.phase === "Succeeded")
    return `the retry was ignored: the run has succeeded; ${retryFromAnnotation} names a task to run again from`;
  return undefined;
}

/** Whoever asks for a retry takes the cancel back. */
async function withoutCancel(ctx: Context, run: StoredRun): Promise<StoredRun> {
  const { namespace = "", name, resourceVersion } = run.metadata;
  const patch = { metadata: { resourceVersion }, spec: { cancel: null } };
  try {
    const { metadata, spec } = await ctx.client.patch(sparkFlowRuns, namespace, name, patch);
    return { ...run, metadata, spec: spec as NonNullable<StoredRun["spec"]> };
  } catch (error) {
    await readAnew(ctx, sparkFlowRuns, ctx.runs, run, error);
    throw error;
  }
}

/** Of the tasks that a run has made, those whose results count in its try; the others have yet to be started again. */
export function currentTasks(
  graph: Graph,
  run: StoredRun,
  made: ReadonlyMap<string, StoredTask>,
): Map<string, StoredTask> {
  const tried = new Map([...made].map(([key, task]) => [key, { phase: phaseInRun(task), inTry: triedIn(task) }]));
  const outdated = outdatedTasks(graph, tried, tryOf(run));
  return new Map([...made].filter(([key]) => !outdated.has(key)));
}

export const triedIn = ({ metadata }: Pick<KubeObject, "metadata">): number =>
  Number(metadata.annotations?.[tryAnnotation] ?? 0);

/** What is said on a task that is created in a try. */
export const tryAnnotations = ({ number }: Try): Record<string, string> =>
  number === 0 ? {} : { [tryAnnotation]: String(number) };

/** Starts a task again that was made in an earlier try: with the spec that it has now, by one patch. */
export async function remakeTask(
  ctx: Context,
  run: StoredRun,
  former: KubeObject,
  body: Pick<SparkTask, "metadata" | "spec">,
): Promise<KubeObject> {
  const { namespace = "", name, uid, annotations = {} } = former.metadata;
  const { number } = tryOf(run);
  const wanted = {
    ...body.metadata.annotations,
    [retryAnnotation]: `${number} ${run.status?.retry?.requestedAt ?? ""}`,
  };
  const at = (annotation: string) => `/metadata/annotations/${annotation.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const patch = [
    { op: "test", path: "/metadata/uid", value: uid },
    ...Object.entries(wanted).map(([annotation, value]) => ({ op: "add", path: at(annotation), value })),
    ...(suspendedByRun in annotations ? [{ op: "remove", path: at(suspendedByRun) }] : []),
    { op: "replace", path: "/spec", value: body.spec },
  ];
  try {
    return await ctx.client.patch(sparkTasks, namespace, name, patch, { type: "json" });
  } catch (error) {
    await readAnew(ctx, sparkTasks, ctx.tasks, former as StoredTask, error);
    throw error;
  }
}
