// Retry of a run on this machine: what succeeded keeps its outputs, the rest runs again in the same run.
import { existsSync } from "node:fs";
import { keptTasks } from "../engines/local/again.ts";
import { planAgain, type RunPlan } from "../engines/local/plan.ts";
import { isOver, type RunRecord } from "../engines/local/store.ts";
import { splitKey } from "../flow/fanOut.ts";
import { UserError } from "./exit.ts";
import { runHere } from "./place.ts";
import { checkedProject, checkTools, problemsError } from "./project.ts";
import { type How, runPlans } from "./run.ts";

/** Takes a run up again, by its name or `last`; the manifests are read as they are now. Returns the exit code. */
export async function retryLocally(name: string, from: string | undefined, how: How): Promise<number> {
  const record = runHere(name);
  const targets = again(record, from);
  const checked = checkedProject(targets, { engine: record.engine });
  const planned = planAgain(checked.project, { record, ...(from === undefined ? {} : { from }) });
  if (!planned)
    throw new UserError([
      `${targets.join(", ")}: there is no ${record.kind} "${record.of}" any more, so ${record.name} can't be tried again`,
    ]);
  if (planned.problems.length > 0) throw problemsError(planned.problems);
  const { plan } = planned;
  if (from !== undefined && !plan.graph.has(from))
    throw new UserError([`the flow ${record.of} has no task "${from}"; it has ${[...plan.graph.keys()].join(", ")}`]);
  checkTools(checked);
  const source = { targets, ...(record.engine === undefined ? {} : { engine: record.engine }) };
  return runPlans(checked, [{ ...plan, source }], how, keepsText(plan));
}

/** `keeps 3 tasks, runs 2 again: near, draw`. What was skipped is decided anew, and not counted. */
export function keepsText({ graph, earlier }: RunPlan): string {
  const { record } = earlier!;
  const kept = keptTasks(graph, earlier!);
  const before = record.tasks.filter(({ name }) => graph.has(splitKey(name).task));
  const again = before.filter(({ name, phase }) => !kept.has(name) && phase !== "Skipped").map(({ name }) => name);
  const added = [...graph.keys()].filter((name) => !record.tasks.some((task) => splitKey(task.name).task === name));
  const names = [...again, ...added];
  const shown = `${names.slice(0, mostNamed).join(", ")}${names.length > mostNamed ? " …" : ""}`;
  const keeps = kept.size === 0 ? "no task" : kept.size === 1 ? "1 task" : `${kept.size} tasks`;
  return `keeps ${keeps}, runs ${names.length} again: ${shown}`;
}

/** So many tasks are told of by name. */
const mostNamed = 10;

/** The manifests of a run that can be taken up again. Throws UserError if it can't. */
function again(record: RunRecord, from: string | undefined): readonly string[] {
  const { name, phase, targets } = record;
  if (!isOver(record)) throw new UserError([`the run ${name} hasn't ended: it is ${phase}`]);
  if (phase === "Succeeded" && from === undefined)
    throw new UserError([`the run ${name} has succeeded: --from TASK runs a task again, with all that depends on it`]);
  if (!targets) throw new UserError([`the manifests of ${name} came from standard input: run them anew`]);
  const gone = targets.find((target) => !existsSync(target));
  if (gone !== undefined) throw new UserError([`${gone}, which ${name} was started from, is gone: run it anew`]);
  return targets;
}
