// What a run's cancel and suspend do to the tasks that it made: each is asked for the same.
import { unansweredRetry } from "../../api/retry.ts";
import type { TaskPhase } from "../../api/status.ts";
import { hasEnded } from "../../flow/decide.ts";
import { keyOfTask } from "../../flow/names.ts";
import { sparkTasks } from "../../kube/resources.ts";
import type { Context, StoredRun, StoredTask } from "../context.ts";
import { inParallel } from "../inParallel.ts";
import { readAnew } from "../readAnew.ts";

/** Patches at once of one run. */
const patchesAtOnce = 8;
/** On a task that its run suspended: only such a task goes on with the run. */
export const suspendedByRun = "sparkflow.dev/suspended-by-run";

/**
 * Has a run's tasks that haven't ended do as the run is told. Cancelling is for good, so it comes before suspending; what
 * runs at the end runs in a cancelled run, too. `tasks` are by key.
 */
export async function steerTasks(
  ctx: Context,
  { spec }: StoredRun,
  tasks: ReadonlyMap<string, StoredTask>,
  atEnd: (key: string) => boolean,
): Promise<void> {
  const active = [...tasks.values()].filter((task) => !hasEnded(phaseInRun(task)));
  const marked = ({ metadata }: StoredTask) => metadata.annotations?.[suspendedByRun] !== undefined;
  if (spec?.cancel) {
    const going = active.filter((task) => !task.spec?.cancel && !atEnd(keyOfTask(task)));
    await patchAll(ctx, going, { spec: { cancel: true } });
  } else if (spec?.suspend) {
    const awake = active.filter((task) => !task.spec?.suspend);
    await patchAll(ctx, awake, { metadata: { annotations: { [suspendedByRun]: "true" } }, spec: { suspend: true } });
  } else {
    const asleep = active.filter(marked);
    await patchAll(ctx, asleep, { metadata: { annotations: { [suspendedByRun]: null } }, spec: { suspend: null } });
  }
}

async function patchAll(
  ctx: Context,
  tasks: readonly StoredTask[],
  { metadata, spec }: { metadata?: object; spec: object },
): Promise<void> {
  await inParallel(patchesAtOnce, tasks, async (task) => {
    const { namespace = "", name, uid } = task.metadata;
    try {
      ctx.tasks.put(await ctx.client.patch(sparkTasks, namespace, name, { metadata: { ...metadata, uid }, spec }));
    } catch (error) {
      if (!(await readAnew(ctx, sparkTasks, ctx.tasks, task, error))) throw error;
    }
  });
}

/** A task's phase for its run: one that is to go on, or to be tried again, and hasn't said so yet is under way. */
export function phaseInRun(task: StoredTask): TaskPhase {
  const { spec, status } = task;
  const resumed = status?.phase === "Suspended" && !spec?.suspend;
  return resumed || unansweredRetry(task) !== undefined ? "Pending" : (status?.phase ?? "Pending");
}

/** What of a task is news to its run: how it ended, or that it is suspended; all others are under way alike. */
export function newsToRun(task: StoredTask): string {
  const phase = phaseInRun(task);
  return hasEnded(phase) || phase === "Suspended" ? phase : "UnderWay";
}
