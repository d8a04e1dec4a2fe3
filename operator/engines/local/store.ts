// The folder .sparkflow: what ran, with which files, and how it ended. Outputs stand below storage/.
//   runs/<run>/run.json                      the run's record
//   runs/<run>/<task>[/<item>]/<attempt>/    attempt.json, spark-defaults.conf, program/, inputs/, driver.log, result.json
//   storage/<namespace>/<flow>-<uid8>/<run>/<task>[/<item>]/<attempt>/<output>
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { hashText } from "../../api/hash.ts";
import type { Cause, OutputStatus, RunPhase, TaskPhase } from "../../api/status.ts";
import { splitKey } from "../../flow/fanOut.ts";
import type { AttemptObservation } from "../../task/decide.ts";
import { isAlive, type Owner } from "./liveness.ts";

/** A run as its record keeps it. Times are ISO 8601. */
export type RunRecord = {
  name: string;
  kind: "SparkFlow" | "SparkTask";
  of: string;
  manifest: string;
  params: Record<string, unknown>;
  phase: RunPhase | "Interrupted";
  message: string;
  startedAt: string;
  finishedAt?: string;
  owner: Owner;
  /** What it was started from, so that it can be taken up again: manifests, as paths, and what day and moment it is for. */
  targets?: readonly string[];
  engine?: string;
  date: string;
  scheduledAt?: string;
  tasks: TaskRecord[];
};
/** Nothing of it goes on: it has ended, or its process was killed. */
export const isOver = ({ finishedAt, phase }: RunRecord): boolean =>
  finishedAt !== undefined || phase === "Interrupted";

/** As in a SparkTask's status. */
export type AttemptRecord = Pick<AttemptObservation, "number" | "state" | "cause"> & {
  startedAt: string;
  finishedAt?: string;
};
export type TaskRecord = {
  name: string;
  phase: TaskPhase;
  message: string;
  attempt: number;
  startedAt?: string;
  finishedAt?: string;
  log?: string;
  /** The last ten. */
  attempts?: AttemptRecord[];
  values?: Record<string, unknown>;
  outputs?: OutputStatus[];
  cause?: Cause;
};

/** The folder: `.sparkflow` in the working directory, or SPARKFLOW_STATE. */
export const stateFolder = (): string => resolve(process.env.SPARKFLOW_STATE ?? ".sparkflow");
export const runFolder = (run: string): string => join(stateFolder(), "runs", run);
export const storageFolder = (): string => join(stateFolder(), "storage");

/** Where a task's attempts stand: one that a kill cut off has a folder, and maybe no record. */
export function attemptsFolder(run: string, key: string): string {
  const { task, index } = splitKey(key);
  return join(runFolder(run), task, ...(index === undefined ? [] : [String(index)]));
}

/** Eight hex digits that tell apart flows of the same name in different folders, as a uid does on a cluster. */
export const localUid = (...parts: string[]): string => hashText(parts.join("\n"), 8);

/** `<name>-<UTC time>`, with a number if that run exists already. */
export function newRunName(name: string, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const base = `${name.slice(0, 40).replace(/-+$/, "")}-${stamp}`;
  for (let number = 1; ; number++) {
    const run = number === 1 ? base : `${base}-${number}`;
    if (!existsSync(runFolder(run))) return run;
  }
}

export function saveRecord(record: RunRecord): void {
  const folder = runFolder(record.name);
  mkdirSync(folder, { recursive: true });
  const temporary = join(folder, `.run.json.${process.pid}`);
  writeFileSync(temporary, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(temporary, join(folder, "run.json"));
}

/** A run's record. One whose process is gone before the run ended is Interrupted. */
export function readRecord(run: string): RunRecord | undefined {
  const file = join(runFolder(run), "run.json");
  if (!existsSync(file)) return undefined;
  const record = JSON.parse(readFileSync(file, "utf8")) as RunRecord;
  if (record.finishedAt || isAlive(record.owner)) return record;
  return { ...record, phase: "Interrupted", message: "its process was killed" };
}

/** Records of all runs, the latest last. */
export function listRecords(): RunRecord[] {
  const folder = join(stateFolder(), "runs");
  if (!existsSync(folder)) return [];
  const records = readdirSync(folder).flatMap((name) => readRecord(name) ?? []);
  return records.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}
