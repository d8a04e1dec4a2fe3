// sparkflow runs: the runs on this machine.
import { Command } from "commander";
import { durationText } from "../api/quantity.ts";
import { listRecords, type RunRecord, readRecord, stateFolder } from "../engines/local/store.ts";
import { UserError } from "./exit.ts";
import { nextHere } from "./report/next.ts";
import { endLines } from "./report/words.ts";
import { columns } from "./style.ts";

const examples = `
Examples:
  sparkflow runs                                  the last twenty runs
  sparkflow runs geo-cities-20261121-070512       one run: tasks, values, outputs, failures
  sparkflow runs --json | jq -r 'select(.phase == "Failed") | .name'`;

export const runsCommand = (): Command =>
  new Command("runs")
    .description("list the runs on this machine, or show one")
    .argument("[run]", "a run's name, or `last`")
    .option("--json", "print a JSON object per run")
    .option("-n, --last <number>", "how many of the latest runs", "20")
    .addHelpText("after", examples)
    .action((name: string | undefined, { json, last }: { json?: boolean; last: string }) => {
      const records = name === undefined ? listRecords().slice(-Number(last)) : [findRun(name)];
      if (json) for (const { owner: _owner, ...record } of records) console.log(JSON.stringify(record));
      else if (name !== undefined) console.log(runPage(records[0]!));
      else
        console.log(
          records.length === 0
            ? `no runs in ${stateFolder()}`
            : columns([["RUN", "PHASE", "TASKS", "STARTED", "TOOK"], ...records.map(row)]),
        );
    });

/** A run by its name or `last`. Throws UserError with where it was looked for, and with `notElsewhere`, why nowhere else. */
export function findRun(name: string, notElsewhere = ""): RunRecord {
  const record = name === "last" ? listRecords().at(-1) : readRecord(name);
  if (record) return record;
  const folder = stateFolder();
  if (name === "last") throw new UserError([`there are no runs in ${folder}`]);
  const known = listRecords().length === 0 ? "where there are none at all" : "`sparkflow runs` lists those";
  throw new UserError([`there is no run "${name}" in ${folder}, ${known}${notElsewhere}`]);
}

const took = (startedAt: string | undefined, finishedAt: string | undefined) =>
  startedAt && finishedAt ? durationText(Date.parse(finishedAt) - Date.parse(startedAt)) : "";

function row({ name, phase, tasks, startedAt, finishedAt }: RunRecord): string[] {
  const done = tasks.filter((task) => task.phase === "Succeeded").length;
  return [
    name,
    phase,
    `${done}/${tasks.length}`,
    startedAt.slice(0, 19).replace("T", " "),
    took(startedAt, finishedAt),
  ];
}

const runPage = (record: RunRecord): string => [...taskTable(record), ...endLines(record, nextHere(record))].join("\n");

const taskTable = ({ tasks }: RunRecord): string[] => [
  columns([
    ["TASK", "PHASE", "ATTEMPTS", "TOOK"],
    ...tasks.map((task) => [task.name, task.phase, String(task.attempt), took(task.startedAt, task.finishedAt)]),
  ]),
  "",
];
