// sparkflow cancel: ends tasks and runs of a cluster for good.
import { Command } from "commander";
import { addClusterOptions, type Cluster, clusterOptions, onCluster } from "./cluster/connect.ts";
import { kindWord, resources } from "./cluster/kinds.ts";
import { findNamed } from "./cluster/read.ts";
import { isFinished, shortName } from "./cluster/views.ts";

const examples = `
Examples:
  sparkflow cancel geo-cities-g1                  a run: what runs is stopped, the rest never begins
  sparkflow cancel word-count -n spark            a task
  sparkflow cancel geo-cities-g1/load-cities      one task of a run
  sparkflow cancel run/count task/count           where a run and a task have the same name

Drivers get SIGTERM and time to end; their logs, and why they ended, stay. A local run ends with Ctrl-C.`;

export const cancelCommand = (): Command =>
  addClusterOptions(
    new Command("cancel")
      .description("end tasks and runs of a cluster for good")
      .argument("<task|run...>", "names; RUN/TASK is one task of a run"),
  )
    .addHelpText("after", examples)
    .action((names: string[], _options: object, command: Command) =>
      onCluster(clusterOptions(command), async (cluster) => {
        for (const name of names) console.log(await cancel(cluster, name));
      }),
    );

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
    ? `the run ${name} is being cancelled: its running tasks are stopped, others never begin; logs and causes stay`
    : `the task ${shortName(task)} is being cancelled: its driver is stopped, log and cause stay`;
}
