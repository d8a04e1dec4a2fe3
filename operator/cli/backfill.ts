// sparkflow backfill: runs a flow of a cluster for ticks of its schedule that have no run, one after the other.
import { Command } from "commander";
import { tickRunName } from "../flow/names.ts";
import { dayOf, momentOf, ticksOf, timeText } from "../flow/schedule.ts";
import { isAlreadyExists } from "../kube/errors.ts";
import { sparkFlowRuns } from "../kube/resources.ts";
import { fieldManager } from "./cluster/apply.ts";
import { addClusterOptions, type Cluster, clusterOptions, onCluster } from "./cluster/connect.ts";
import { paramsFor } from "./cluster/flowParams.ts";
import { find, need } from "./cluster/read.ts";
import { runOfFlow } from "./cluster/targets.ts";
import type { FlowObject } from "./cluster/views.ts";
import { watchToEnd } from "./cluster/watch.ts";
import { failed, UserError } from "./exit.ts";
import { addParam, paramFlag, paramHelp } from "./params.ts";
import { day } from "./scheduledAt.ts";

const examples = `
Examples:
  sparkflow backfill nightly --from 2026-10-01 --to 2026-10-31
  sparkflow backfill nightly --from 2026-10-01 --to 2026-10-31 --dry-run

Days are those of the schedule's time zone. A tick whose run is there is passed over, so the same command goes on where it
was ended. It stops after a run that fails: mend it, retry that run, and give the command again.`;

/** Most ticks of one command: more are a mistake in the days, or in the schedule. */
const mostTicks = 10_000;

type Options = { param?: Record<string, string>; from: string; to: string; dryRun?: boolean };

export const backfillCommand = (): Command =>
  addClusterOptions(
    new Command("backfill")
      .description("run a flow of a cluster for past days of its schedule")
      .argument("<flow>", "name of a SparkFlow with a schedule")
      .requiredOption("--from <day>", "the first day", day("--from"))
      .requiredOption("--to <day>", "the last day", day("--to"))
      .option(paramFlag, `${paramHelp}; for all the runs`, addParam)
      .option("--dry-run", "only say which runs there would be"),
  )
    .addHelpText("after", examples)
    .action(async (name: string, options: Options, command: Command) => {
      process.exitCode = await onCluster(clusterOptions(command), (cluster) => backfill(cluster, name, options));
    });

async function backfill(cluster: Cluster, name: string, { param = {}, from, to, dryRun }: Options): Promise<number> {
  const { client, namespace } = cluster;
  const flow = await need(client, "SparkFlow", namespace, name);
  const params = paramsFor(flow, param);
  const ticks = ticksFrom(flow, from, to);
  for (const tick of ticks) {
    const run = tickRunName(name, tick);
    const title = `${run} (${timeText(tick)})`;
    const there = await find(client, "SparkFlowRun", namespace, run);
    if (there || dryRun) {
      console.log(there ? `${title} is there: ${there.status?.phase ?? "Pending"}` : `${title} would run`);
      continue;
    }
    try {
      const body = runOfFlow(flow, { name: run, startedBy: "backfill", params, scheduledAt: timeText(tick) });
      await client.create(sparkFlowRuns, namespace, body, { fieldManager });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    console.log(`${title} starts`);
    const code = await watchToEnd(cluster, [{ kind: "SparkFlowRun", namespace, name: run, flow }], { quiet: true });
    if (code !== 0) {
      if (code === failed)
        console.error(`backfill ends here, at ${dayOf(flow.spec.schedule, tick)}: the rest has not begun`);
      return code;
    }
  }
  return 0;
}

/** The ticks of some days that are over. Throws UserError if there are none, or too many. */
function ticksFrom({ metadata: { name }, spec: { schedule } }: FlowObject, from: string, to: string): number[] {
  if (!schedule) throw new UserError([`${name} has no schedule, so it has no ticks: use run-now`]);
  if (from > to) throw new UserError([`--from ${from} is after --to ${to}`]);
  const all: number[] = [];
  const source = ticksOf(schedule);
  const now = Date.now();
  let tick = source.next(momentOf(schedule, from) - 1);
  for (; tick !== undefined && tick <= now && dayOf(schedule, tick) <= to; tick = source.next(tick)) {
    all.push(tick);
    if (all.length > mostTicks) throw new UserError([`${name} has more than ${mostTicks} ticks from ${from} to ${to}`]);
  }
  if (all.length === 0)
    throw new UserError([`${name} (${schedule.cron}) has no tick from ${from} to ${to} that is over`]);
  return all;
}
