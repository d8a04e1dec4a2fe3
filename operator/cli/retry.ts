// sparkflow retry: runs again what failed, of a run or task that has ended.
import { Command } from "commander";
import { retryAnnotation, retryFromAnnotation } from "../api/retry.ts";
import { addClusterOptions, type Cluster, clusterOptions, onCluster } from "./cluster/connect.ts";
import { addFollowOptions, type FollowOptions, followStarted } from "./cluster/following.ts";
import { kindWord, resources } from "./cluster/kinds.ts";
import { find, findNamed, need } from "./cluster/read.ts";
import type { Started } from "./cluster/targets.ts";
import { isFinished, type RunObject, type TaskObject, taskLabel } from "./cluster/views.ts";
import { UserError } from "./exit.ts";
import { isOnCluster, whereHelp } from "./place.ts";
import { retryLocally } from "./retryLocal.ts";
import type { How } from "./run.ts";

const examples = `${whereHelp}

Examples:
  sparkflow retry last                                   the latest run here
  sparkflow retry geo-cities-g1                          a run: its failures, what was omitted, what depends on them
  sparkflow retry geo-cities-g1 --from count-cities      a task and all that depends on it, even if it has succeeded
  sparkflow retry word-count -n spark --watch            a task by itself, shown until its end

A run on this machine is shown until its end in any case.
Tasks that have succeeded keep their results. Attempts go on counting, and those before stay visible.`;

type Options = { from?: string; cluster?: boolean } & How & FollowOptions;

export const retryCommand = (): Command =>
  addFollowOptions(
    addClusterOptions(
      new Command("retry")
        .description("run again what failed, of a run or task that has ended")
        .argument(
          "<run|task>",
          "a run's name, or `last`; on a cluster a task's, too; RUN/TASK is the run from this task on",
        )
        .option("--from <task>", "run this task again, with all that depends on it, and what failed"),
    ),
  )
    .option("--no-archive", "on this machine: don't make the class archive that lets later tasks start faster")
    .option("--cluster", "look on the cluster, whatever the name")
    .addHelpText("after", examples)
    .action(async (name: string, options: Options, command: Command) => {
      const where = clusterOptions(command);
      const [run = name, task] = /^(?!(?:task|run)\/)([^/]+)\/([^/]+)$/.exec(name)?.slice(1) ?? [];
      if (options.cluster || isOnCluster(run, where))
        process.exitCode = await onCluster(where, async (cluster) =>
          followStarted(cluster, [await retry(cluster, name, options.from)], options),
        );
      else if (options.logs)
        throw new UserError([
          "--logs is for a cluster; on this machine `sparkflow logs last TASK --follow` prints a log",
        ]);
      else process.exitCode = await retryLocally(run, options.from ?? task, options);
    });

/** Asks for the retry of what is named. */
async function retry(cluster: Cluster, text: string, from: string | undefined): Promise<Started> {
  const { client, namespace } = cluster;
  const { run, task } = await findNamed(client, namespace, text);
  const owner = task?.metadata.ownerReferences?.find(({ kind }) => kind === "SparkFlowRun");
  if (task && owner) {
    const own = task.metadata.labels?.[taskLabel] ?? task.metadata.name;
    return retryRun(cluster, await need(client, "SparkFlowRun", namespace, owner.name), from ?? own);
  }
  if (run) return retryRun(cluster, run, from);
  if (from !== undefined) throw new UserError([`--from is for a run: ${text} is a task by itself`]);
  await ask(cluster, task!, {});
  return started(task!, `the task ${task!.metadata.name} is tried again`);
}

const started = ({ kind, metadata }: RunObject | TaskObject, sentence: string): Started => ({
  target: { kind, namespace: metadata.namespace!, name: metadata.name },
  sentence,
});

async function retryRun(cluster: Cluster, run: RunObject, from: string | undefined): Promise<Started> {
  const { name } = run.metadata;
  if (from === undefined && run.status?.phase === "Succeeded")
    throw new UserError([`the run ${name} has succeeded: --from TASK runs a task again, with all that depends on it`]);
  if (from !== undefined) await checkTask(cluster, run, from);
  await ask(cluster, run, { [retryFromAnnotation]: from ?? null });
  const what =
    from === undefined ? "its failures, and what depends on them" : `${from}, all that depends on it, and what failed`;
  return started(run, `the run ${name} is tried again: ${what}`);
}

/** A name that the flow doesn't have now is most likely a slip; the run may know it all the same, so the operator decides. */
async function checkTask({ client }: Cluster, run: RunObject, from: string): Promise<void> {
  const flow = await find(client, "SparkFlow", run.metadata.namespace!, run.spec.flow);
  const names = [...(flow?.spec.tasks ?? []), ...(flow?.spec.finally ?? [])].map(({ name }) => name);
  if (!flow || names.includes(from)) return;
  throw new UserError([`the flow ${run.spec.flow} has no task "${from}"; it has ${names.join(", ")}`]);
}

async function ask({ client, namespace }: Cluster, object: RunObject | TaskObject, more: object): Promise<void> {
  const { name } = object.metadata;
  const word = kindWord[object.kind];
  if (!isFinished(object))
    throw new UserError([`the ${word} ${name} hasn't ended: it is ${object.status?.phase ?? "Pending"}`]);
  const annotations = { [retryAnnotation]: new Date().toISOString(), ...more };
  const patch = { metadata: { annotations }, ...(object.spec.cancel ? { spec: { cancel: null } } : {}) };
  await client.patch(resources[object.kind], namespace, name, patch, { fieldManager: "sparkflow" });
}
