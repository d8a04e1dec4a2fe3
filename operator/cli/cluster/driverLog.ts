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
  /** Says why there is nothing. */
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

type Driver = { pod: string; begun: boolean };

/** The driver of a task's attempt (left out: the latest), or undefined if there is none (yet). */
export function driverOf({ status }: TaskObject, attempt: number | undefined): Driver | undefined {
  const kept = status?.attempts?.find((one) =>
    attempt === undefined ? one.driver === status.driver : one.number === attempt,
  );
  const pod = kept?.driver ?? (attempt === undefined ? status?.driver : undefined);
  return pod === undefined ? undefined : { pod, begun: kept !== undefined && kept.state !== "Pending" };
}

/** Writes the log of a task's driver. Throws UserError if there is none to be had. */
export async function writeLog(client: Client, task: TaskObject, options: LogOptions, write: Write): Promise<void> {
  const { namespace = "", name } = task.metadata;
  const { follow, attempt, signal, note } = options;
  let said = "";
  let done: string | undefined;
  let now: TaskObject | undefined = task;
  while (now && !signal?.aborted) {
    const driver = driverOf(now, attempt);
    if (driver?.begun && driver.pod !== done) {
      const tail = done === undefined ? options.tail : undefined;
      const bytes = await writePod(client, namespace, driver.pod, { follow, tail, signal }, write);
      if (bytes === 0 && options.tail !== 0) note?.(`the log of ${driver.pod} is empty`);
      done = driver.pod;
      if (!follow || attempt !== undefined) return;
    } else if (!follow) throw new UserError([noDriver(now, attempt)]);
    if (isFinished(now)) return;
    const why = done === undefined || driver?.pod !== done ? noDriver(now, attempt) : "";
    if (why && why !== said) note?.(why);
    said = why;
    await sleep(pollMs, undefined, signal ? { signal } : {}).catch(() => {});
    now = await find(client, "SparkTask", namespace, name);
  }
}

function noDriver(task: TaskObject, attempt: number | undefined): string {
  const { status } = task;
  const name = shortName(task);
  const why = status?.message ? `: ${status.message}` : "";
  if (attempt === undefined) return `${name} hasn't started${why}`;
  const known = (status?.attempts ?? []).map(({ number }) => number);
  if (known.includes(attempt)) return `attempt ${attempt} of ${name} hasn't started${why}`;
  return `${name} has no attempt ${attempt}${known.length > 0 ? `; there are ${known.join(", ")}` : ""}`;
}

/** Writes one pod's log; returns its bytes. */
async function writePod(
  client: Client,
  namespace: string,
  pod: string,
  { follow, tail, signal }: { [K in "follow" | "tail" | "signal"]: LogOptions[K] | undefined },
  write: Write,
): Promise<number> {
  let bytes = 0;
  try {
    const stream = await client.stream(
      objectPath(pods, namespace, pod, "log"),
      { container: driverContainer, follow: follow ? true : undefined, tailLines: tail },
      signal ? { signal } : {},
    );
    for await (const chunk of stream) {
      bytes += (chunk as Buffer).length;
      write(chunk as Buffer);
    }
  } catch (error) {
    if (signal?.aborted) return bytes;
    if (isNotFound(error))
      throw new UserError([`the pod ${pod} is gone, and its log with it: a task's podTTL says how long pods stay`]);
    // A driver that never began, of an attempt that is over: nothing was printed.
    if (error instanceof ApiError && error.status === 400) return bytes;
    throw error;
  }
  return bytes;
}
