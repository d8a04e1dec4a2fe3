// Names of what a flow makes: deterministic, so that nothing starts twice; with a hash, so that cutting them makes none equal.
import { hashText } from "../api/hash.ts";
import { driverKey, splitKey } from "./fanOut.ts";
import { itemLabel } from "./items.ts";

const longest = 63;
const flowPart = 30;
const runPart = 12;
const taskPart = 20;
const hashDigits = 6;

const cut = (text: string, length: number): string => text.slice(0, Math.max(1, length)).replace(/[-.]+$/, "");

/** Name of the run that an edit starts: `<flow>-g<generation>`. */
export const editRunName = (flow: string, generation: number): string => runName(flow, `g${generation}`);

/** Name of the run of a tick (milliseconds since 1970): `<flow>-s<UTC epoch minutes>`. */
export const tickRunName = (flow: string, tick: number): string => runName(flow, `s${Math.floor(tick / 60_000)}`);

/** On a SparkFlow: a new value, whatever it is, asks for a run. */
export const runRequestAnnotation = "sparkflow.dev/run-requested-at";

/** Name of the run that somebody asked for: `<flow>-m<hash of what was asked>`. */
export const askedRunName = (flow: string, asked: string): string => runName(flow, `m${hashText(asked, 8)}`);

function runName(flow: string, ending: string): string {
  const name = `${flow}-${ending}`;
  if (name.length <= longest) return name;
  const hash = hashText(flow, hashDigits);
  return `${cut(flow, longest - ending.length - hash.length - 2)}-${hash}-${ending}`;
}

/** The key of a SparkTask in its run, from its labels; a task made by hand has its name. */
export function keyOfTask({
  metadata,
}: {
  metadata: { name: string; labels?: Record<string, string> | undefined };
}): string {
  const { name, labels = {} } = metadata;
  const task = labels["sparkflow.dev/task"] ?? name;
  const item = labels[itemLabel];
  return item === undefined ? task : driverKey(task, Number(item));
}

/**
 * Name of the SparkTask of a run: `<flow>-<run>-<task>[-<number of a forEach's driver>]-<hash>`, of which flow and task are cut to 30 and 20 characters, or
 * the flow further until all is 63 at most. `runUid` makes names of runs with equal names differ.
 */
export function madeTaskName(flow: string, run: string, runUid: string, key: string): string {
  const { task, index } = splitKey(key);
  const ownPart = cut(run.startsWith(`${flow}-`) ? run.slice(flow.length + 1) : run, runPart);
  const item = index === undefined ? "" : `-${index}`;
  const rest = `${ownPart}-${cut(task, taskPart)}${item}-${hashText(`${runUid}/${key}`, hashDigits)}`;
  return `${cut(flow, Math.min(flowPart, longest - rest.length - 1))}-${rest}`;
}
