// Logs of drivers, from their pods.
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, type Client } from "../../kube/client.ts";
import { isNotFound } from "../../kube/errors.ts";
import { objectPath, pods } from "../../kube/resources.ts";
import { UserError } from "../exit.ts";
import { find, findNamed, tasksOf } from "./read.ts";
import { isFinished, type RunObject, shortName, type TaskObject } from "./views.ts";

const driverContainer = "spark-kubernetes-driver";
const pollMs = 1000;

export type LogOptions = {
  /** An attempt's number; left out, the latest. */
  attempt?: number;
  /** Goes on until the task has ended, from attempt to attempt. */
  follow?: boolean;
  /** Only this many of the last lines. */
  tail?: number;
  signal?: AbortSignal;
  /** Says why there is nothing yet. */
  note?: (text: string) => void;
};
type Write = (chunk: Buffer) => void;

/** The task that `logs` means: the one that is named, the only one of a run, or the one of it that failed. */
export async function taskForLog(client: Client, namespace: string, text: string): Promise<TaskObject> {
  const { run, task } = await findNamed(client, namespace, text);
  return task ?? chosenTask(run, await tasksOf(client, run));
}

/** Throws UserError unless one task of the run stands out. */
export function chosenTask(run: RunObject, tasks: readonly TaskObject[]): TaskObject {
  const begun = tasks.filter(({ status }) => status?.driver);
  const failed = begun.filter(({ status }) => status?.phase === "Failed");
  const only = begun.length === 1 ? begun[0] : failed.length === 1 ? failed[0] : undefined;
  if (only) return only;
  const { name } = run.metadata;
  const names = begun.map((task) => `${name}/${shortName(task)}`);
  throw new UserError([
    names.length > 0 ? `which task of ${name}? Say ${names.join(" or ")}` : `no task of ${name} has begun`,
  ]);
}

/** The driver pod of a task's attempt, or undefined if there is none (yet). */
export function driverOf({ status }: TaskObject, attempt: number | undefined): string | undefined {
  if (attempt === undefined) return status?.driver;
  return status?.attempts?.find(({ number }) => number === attempt)?.driver;
}

/** Writes the log of a task's driver. Throws UserError if there is none to be had. */
export async function writeLog(client: Client, task: TaskObject, options: LogOptions, write: Write): Promise<void> {
  const { namespace = "", name } = task.metadata;
  const { follow, attempt, signal } = options;
  let said = "";
  let done: string | undefined;
  let now: TaskObject | undefined = task;
  while (!signal?.aborted) {
    const pod = now && driverOf(now, attempt);
    if (pod && pod !== done) {
      const whole = await writePod(client, namespace, pod, { ...options, ...(done ? { tail: undefined } : {}) }, write);
      if (whole) done = pod;
      if (whole && (!follow || attempt !== undefined)) return;
    } else if (!follow) throw new UserError([noDriver(now ?? task, attempt)]);
    if (!now || (isFinished(now) && (done !== undefined || !pod))) return;
    const why = done
      ? ""
      : `${shortName(now)} hasn't started: ${now.status?.message ?? "the operator hasn't seen it yet"}`;
    if (why && why !== said) options.note?.(why);
    said = why;
    await sleep(pollMs, undefined, signal ? { signal } : {}).catch(() => {});
    now = await find(client, "SparkTask", namespace, name);
  }
}

function noDriver(task: TaskObject, attempt: number | undefined): string {
  const { status } = task;
  const name = shortName(task);
  if (attempt === undefined) return `${name} has no driver yet${status?.message ? `: ${status.message}` : ""}`;
  const known = (status?.attempts ?? []).map(({ number }) => number).join(", ");
  return `${name} has no attempt ${attempt}${known ? `; there are ${known}` : ""}`;
}

/** Writes one pod's log; false if its container has not begun and the log is followed. */
async function writePod(
  client: Client,
  namespace: string,
  pod: string,
  {
    follow,
    tail,
    signal,
  }: { follow?: boolean | undefined; tail?: number | undefined; signal?: AbortSignal | undefined },
  write: Write,
): Promise<boolean> {
  try {
    const stream = await client.stream(
      objectPath(pods, namespace, pod, "log"),
      { container: driverContainer, follow: follow ? true : undefined, tailLines: tail },
      signal ? { signal } : {},
    );
    for await (const chunk of stream) write(chunk as Buffer);
    return true;
  } catch (error) {
    if (signal?.aborted) return true;
    if (isNotFound(error))
      throw new UserError([`the pod ${pod} is gone, and its log with it: a task's podTTL says how long pods stay`]);
    const waiting =
      error instanceof ApiError && error.status === 400 && /waiting to start|not available/.test(error.message);
    if (waiting && follow) return false;
    if (waiting) throw new UserError([`the driver ${pod} hasn't started: ${error.message}`]);
    throw error;
  }
}
