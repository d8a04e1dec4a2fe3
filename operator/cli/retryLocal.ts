// Retry of a run on this machine: what succeeded keeps its outputs, the rest runs again in the same run.
import { existsSync } from "node:fs";
import { planAgain } from "../engines/local/plan.ts";
import type { RunRecord } from "../engines/local/store.ts";
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
  return runPlans(checked, [{ ...plan, source }], how);
}

/** The manifests of a run that can be taken up again. Throws UserError if it can't. */
function again({ name, phase, finishedAt, targets }: RunRecord, from: string | undefined): readonly string[] {
  if (finishedAt === undefined && phase !== "Interrupted")
    throw new UserError([`the run ${name} hasn't ended: it is ${phase}`]);
  if (phase === "Succeeded" && from === undefined)
    throw new UserError([`the run ${name} has succeeded: --from TASK runs a task again, with all that depends on it`]);
  if (!targets) throw new UserError([`the manifests of ${name} came from standard input: run them anew`]);
  const gone = targets.find((target) => !existsSync(target));
  if (gone !== undefined) throw new UserError([`${gone}, which ${name} was started from, is gone: run it anew`]);
  return targets;
}
