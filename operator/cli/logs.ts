// sparkflow logs: the log of a task's driver.
import { createReadStream, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { nearest } from "../api/problems.ts";
import { readRecord, runFolder } from "../engines/local/store.ts";
import { UserError } from "./exit.ts";
import { findRun } from "./runs.ts";

const examples = `
Examples:
  sparkflow logs last count-cities                the latest attempt of a task of the latest run
  sparkflow logs geo-cities-20261121-070512       a run with one task, or with one that failed
  sparkflow logs last draw-map --attempt 1
  sparkflow logs last count-cities --follow`;
const pollMs = 300;

export const logsCommand = (): Command =>
  new Command("logs")
    .description("print the log of a task's driver")
    .argument("<run>", "a run's name, or `last`")
    .argument("[task]", "a task's name; left out, the only task or the one that failed")
    .option("-a, --attempt <number>", "an attempt; left out, the latest")
    .option("-f, --follow", "go on as long as the run does")
    .addHelpText("after", examples)
    .action(
      async (run: string, task: string | undefined, { attempt, follow }: { attempt?: string; follow?: boolean }) => {
        const record = findRun(run);
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
        const log = join(runFolder(record.name), name, attempt ?? String(found.attempt), "driver.log");
        if (!existsSync(log)) throw new UserError([`${name} has no attempt ${attempt ?? found.attempt} with a log`]);
        let offset = await print(log, 0);
        while (follow && !readRecord(record.name)?.finishedAt) {
          await sleep(pollMs);
          offset = await print(log, offset);
        }
      },
    );

/** Prints a file from an offset; returns where it ended. */
async function print(file: string, offset: number): Promise<number> {
  const end = statSync(file).size;
  if (end > offset)
    for await (const chunk of createReadStream(file, { start: offset, end: end - 1 }))
      process.stdout.write(chunk as Buffer);
  return end;
}
