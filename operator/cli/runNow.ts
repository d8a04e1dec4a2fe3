// sparkflow run-now: asks for a run of a flow that is on a cluster.
import { Command } from "commander";
import { momentOf, timeText } from "../flow/schedule.ts";
import { addClusterOptions, type Cluster, clusterOptions, onCluster } from "./cluster/connect.ts";
import { paramsFor } from "./cluster/flowParams.ts";
import { addFollowOptions, type FollowOptions, followStarted } from "./cluster/following.ts";
import { need } from "./cluster/read.ts";
import { askForRun } from "./cluster/targets.ts";
import { addParam, paramFlag, paramHelp } from "./params.ts";
import { dayOrTime, scheduledAtFlag } from "./scheduledAt.ts";

const examples = `
Examples:
  sparkflow run-now nightly --wait
  sparkflow run-now nightly --param countries=FR --watch
  sparkflow run-now nightly --scheduled-at 2026-11-01     once more for that day

It runs beside whatever runs of the flow are under way. For many days see sparkflow backfill.`;

type Options = FollowOptions & { param?: Record<string, string>; scheduledAt?: string };

export const runNowCommand = (): Command =>
  addFollowOptions(
    addClusterOptions(
      new Command("run-now")
        .description("run a flow of a cluster once, now")
        .argument("<flow>", "name of a SparkFlow")
        .option(paramFlag, paramHelp, addParam)
        .option(scheduledAtFlag, "run for this day or time of the schedule", dayOrTime),
    ),
  )
    .addHelpText("after", examples)
    .action(async (name: string, options: Options, command: Command) => {
      process.exitCode = await onCluster(clusterOptions(command), (cluster) => runNow(cluster, name, options));
    });

async function runNow(cluster: Cluster, name: string, options: Options): Promise<number> {
  const flow = await need(cluster.client, "SparkFlow", cluster.namespace, name);
  const params = paramsFor(flow, options.param ?? {});
  const { scheduledAt: asked } = options;
  const { schedule } = flow.spec;
  const scheduledAt = asked?.length === 10 ? timeText(momentOf(schedule, asked)) : asked;
  return followStarted(cluster, [await askForRun(cluster.client, flow, { params, scheduledAt })], options);
}
