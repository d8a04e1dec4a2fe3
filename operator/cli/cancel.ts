// sparkflow cancel: ends tasks and runs for good, on this machine and on a cluster.
import { Command } from "commander";
import { askToEnd } from "../engines/local/liveness.ts";
import { isOver, listRecords, type RunRecord, readRecord } from "../engines/local/store.ts";
import { addClusterOptions, type Cluster, clusterOptions, onCluster } from "./cluster/connect.ts";
import { kindWord, resources } from "./cluster/kinds.ts";
import { findNamed } from "./cluster/read.ts";
import { isFinished, shortName } from "./cluster/views.ts";
import { UserError } from "./exit.ts";
import { isOnCluster, runHere, whereHelp } from "./place.ts";

const examples = `${whereHelp}

Examples:
  sparkflow cancel last                           the latest run here, as Ctrl-C in its terminal would
  sparkflow cancel geo-cities-g1                  a run: what runs is stopped, the rest never begins
  sparkflow cancel word-count -n spark            a task
  sparkflow cancel geo-cities-g1/load-cities      one task of a run
  sparkflow cancel run/count task/count           where a run and a task have the same name

Drivers get SIGTERM and time to end; their logs, and why they ended, stay. A run here is one with the command that
started it, which ends as by SIGTERM; asked once more, it doesn't wait for its tasks.`;

export const cancelCommand = (): Command =>
  addClusterOptions(
    new Command("cancel")
      .description("end tasks and runs for good")
      .argument("<task|run...>", "names, or `last`; on a cluster RUN/TASK is one task of a run"),
  )
    .option("--cluster", "look on the cluster, whatever the names")
    .addHelpText("after", examples)
    .action(async (names: string[], options: { cluster?: boolean }, command: Command) => {
      const where = clusterOptions(command);
      const there = names.filter((name) => options.cluster || isOnCluster(runOf(name), where));
      for (const name of names) if (!there.includes(name)) console.log(cancelHere(name));
      if (there.length > 0)
        await onCluster(where, async (cluster) => {
          for (const name of there) console.log(await cancel(cluster, name));
        });
    });

/** RUN of RUN/TASK where such a run is here; else the whole. */
function runOf(name: string): string {
  const run = name.slice(0, Math.max(0, name.indexOf("/")));
  return run === "last" || (run !== "" && readRecord(run)) ? run : name;
}

/** Ends a run of this machine, with its process; the sentence says what happens. */
function cancelHere(text: string): string {
  const run = runHere(runOf(text));
  const { name, phase, owner } = run;
  if (text !== runOf(text))
    throw new UserError([`${text}: on this machine a task isn't ended by itself: cancel ${name}, or let it end`]);
  if (isOver(run)) return `the run ${name} has ended already: ${phase}`;
  const others = listRecords().filter((one) => one.finishedAt === undefined && isSibling(one, run));
  if (!askToEnd(owner))
    throw new UserError([`the run ${name} can't be ended from here: press Ctrl-C in the terminal that it runs in`]);
  const too = others.map((one) => `\nso is ${one.name}, which the same command runs`).join("");
  return `${cancelled(name)}${too}`;
}

const isSibling = (one: RunRecord, { name, owner }: RunRecord): boolean =>
  one.name !== name && one.owner.pid === owner.pid && one.owner.started === owner.started;

const cancelled = (run: string): string =>
  `the run ${run} is being cancelled: its running tasks are stopped, others never begin; logs and causes stay`;

/** Asks for the end of a task or run; the sentence says what happens. */
async function cancel({ client, namespace }: Cluster, text: string): Promise<string> {
  const { run, task } = await findNamed(client, namespace, text);
  const object = run ?? task;
  const { name } = object.metadata;
  const word = kindWord[object.kind];
  if (isFinished(object)) return `the ${word} ${name} has ended already: ${object.status?.phase ?? "Finished"}`;
  if (object.spec.cancel) return `the ${word} ${name} is being cancelled already`;
  await client.patch(
    resources[object.kind],
    namespace,
    name,
    { spec: { cancel: true } },
    { fieldManager: "sparkflow" },
  );
  return run
    ? cancelled(name)
    : `the task ${shortName(task)} is being cancelled: its driver is stopped, log and cause stay`;
}
