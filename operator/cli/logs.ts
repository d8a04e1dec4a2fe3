// sparkflow logs: the log of a task's driver, of a run on this machine or of a cluster.
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { nearest } from "../api/problems.ts";
import { attemptsFolder, type RunRecord, readRecord } from "../engines/local/store.ts";
import { addClusterOptions, type ClusterOptions, clusterOptions, onCluster } from "./cluster/connect.ts";
import { taskForLog, writeLog } from "./cluster/driverLog.ts";
import { UserError } from "./exit.ts";
import { wholeNumber } from "./numbers.ts";
import { isOnCluster, runHere, whereHelp } from "./place.ts";

const help = `${whereHelp}

Examples:
  sparkflow logs last count-cities                the latest attempt of a task of the latest run here
  sparkflow logs geo-cities-20261121-070512       a run with one task, or with one that failed
  sparkflow logs last draw-map --attempt 1
  sparkflow logs geo-cities-g1/count-cities -f    a task of a run on the cluster
  sparkflow logs word-count -n spark --tail 100   a task on the cluster`;
const pollMs = 300;

type Options = { attempt?: number; follow?: boolean; tail?: number; cluster?: boolean };

export const logsCommand = (): Command =>
  addClusterOptions(
    new Command("logs")
      .description("print the log of a task's driver")
      .argument("<run>", "a run's name, or `last`; on a cluster a task's name, a run's, or RUN/TASK")
      .argument("[task]", "a task's name; left out, the only task or the one that failed")
      .option("-a, --attempt <number>", "an attempt; left out, the latest", wholeNumber("--attempt", 1))
      .option("-f, --follow", "go on as long as the run does")
      .option("--tail <number>", "only this many of the last lines", wholeNumber("--tail", 0)),
  )
    .option("--cluster", "look on the cluster, whatever the name")
    .addHelpText("after", help)
    .action(async (name: string, task: string | undefined, options: Options, command: Command) => {
      const where = clusterOptions(command);
      if (options.cluster || isOnCluster(name, where)) await clusterLog(name, task, options, where);
      else await localLog(runHere(name), task, options);
    });

function clusterLog(name: string, task: string | undefined, options: Options, where: ClusterOptions): Promise<void> {
  const { cluster: _cluster, ...log } = options;
  return onCluster(where, async ({ client, namespace }) => {
    const found = await taskForLog(client, namespace, task === undefined ? name : `${name}/${task}`);
    const note = (text: string) => console.error(text);
    await writeLog(client, found, { ...log, note }, (chunk) => void process.stdout.write(chunk));
  });
}

async function localLog(record: RunRecord, task: string | undefined, options: Options): Promise<void> {
  const { attempt, follow, tail } = options;
  const names = record.tasks.filter(({ log }) => log).map(({ name }) => name);
  const failed = record.tasks.filter(({ phase }) => phase === "Failed").map(({ name }) => name);
  const name = task ?? (names.length === 1 ? names[0] : failed.length === 1 ? failed[0] : undefined);
  if (name === undefined)
    throw new UserError([`which task of ${record.name}? It has ${names.join(", ") || "none that began"}`]);
  const found = record.tasks.find((one) => one.name === name);
  if (!found) {
    const near = nearest(name, names);
    throw new UserError([
      `${record.name} has no task "${name}"${near ? `; did you mean "${near}"?` : `; it has ${names.join(", ")}`}`,
    ]);
  }
  const number = attempt ?? found.attempt;
  const log = join(attemptsFolder(record.name, name), String(number), "driver.log");
  if (number === 0) throw new UserError([`${name} has no log: it is ${found.phase}, and no driver of it began`]);
  if (!existsSync(log)) throw new UserError([`${name} has no attempt ${number} with a log`]);
  const isOver = () => readRecord(record.name)?.finishedAt !== undefined;
  let offset = await print(log, tail === undefined ? 0 : tailOffset(log, tail));
  while (follow && !isOver()) {
    await sleep(pollMs);
    offset = await print(log, offset);
  }
  if (offset === 0 && tail !== 0) console.error(`the log of ${name} is empty${isOver() ? "" : " so far"}: ${log}`);
}

/** Where the last lines of a file begin. */
function tailOffset(file: string, lines: number): number {
  const content = readFileSync(file);
  let at = content.at(-1) === 10 ? content.length - 1 : content.length;
  if (lines === 0) return content.length;
  for (let left = lines; left > 0 && at >= 0; left--) at = at === 0 ? -1 : content.lastIndexOf(10, at - 1);
  return at + 1;
}

/** Prints a file from an offset; returns where it ended. */
async function print(file: string, offset: number): Promise<number> {
  const end = statSync(file).size;
  if (end > offset)
    for await (const chunk of createReadStream(file, { start: offset, end: end - 1 }))
      process.stdout.write(chunk as Buffer);
  return end;
}
