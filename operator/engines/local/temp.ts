// Temporary folders of attempts: below one folder per run process, removed at the end, and at the next start if the process
// was killed.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { isAlive, thisProcess } from "./liveness.ts";

const root = () => join(tmpdir(), `sparkflow-${userInfo().username}`);

/** Removes what killed processes left; returns how many folders that were. */
export function removeStale(): number {
  mkdirSync(root(), { recursive: true, mode: 0o700 });
  const stale = readdirSync(root()).filter((name) => {
    const [pid, started] = name.split("-");
    return !isAlive({ pid: Number(pid), started: started ?? "" });
  });
  for (const name of stale) rmSync(join(root(), name), { recursive: true, force: true });
  return stale.length;
}

/** This process' folder; attempts get folders in it. */
export function processTemp(): string {
  const { pid, started } = thisProcess();
  const folder = join(root(), `${pid}-${started}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** A new folder for one attempt, with `spark` (spark.local.dir), `tmp` (TMPDIR) and `work` (the working directory). */
export function attemptTemp(name: string): { folder: string; spark: string; tmp: string; work: string } {
  const folder = mkdtempSync(join(processTemp(), `${name}-`));
  const [spark, tmp, work] = ["spark", "tmp", "work"].map((part) => join(folder, part)) as [string, string, string];
  for (const path of [spark, tmp, work]) mkdirSync(path);
  return { folder, spark, tmp, work };
}

export const removeProcessTemp = (): void => rmSync(processTemp(), { recursive: true, force: true });
