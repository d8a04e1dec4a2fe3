// The words that every report of a run uses.
import { relative } from "node:path";
import { durationText } from "../../api/quantity.ts";
import type { Cause, OutputStatus, TaskPhase } from "../../api/status.ts";
import { splitKey } from "../../flow/fanOut.ts";
import { fewDrivers } from "./fold.ts";

/** What is said of a run and its tasks at the end; a local run's record has it all. Times are ISO 8601. */
export type EndedRun = {
  name: string;
  phase: string;
  message: string;
  startedAt?: string;
  finishedAt?: string;
  tasks: readonly EndedTask[];
};
export type EndedTask = {
  name: string;
  phase: TaskPhase;
  message: string;
  attempt: number;
  /** File of the driver's log, or, on a cluster, the command that prints it. */
  log?: string;
  values?: Record<string, unknown>;
  outputs?: readonly OutputStatus[];
  cause?: Cause;
};

/** A path as short as it can be said from here. */
export function shortPath(path: string): string {
  const here = relative(process.cwd(), path);
  return here.length < path.length && here !== "" ? here : path;
}

/** An output in one line: `counts: 173 rows, .sparkflow/storage/…`. */
export function outputText({ name, uri, rows }: OutputStatus): string {
  const place = uri.startsWith("file://") ? shortPath(uri.slice("file://".length)) : uri;
  return `${name}: ${rows === undefined ? "" : `${rows} ${rows === 1 ? "row" : "rows"}, `}${place}`;
}

/** A failure as a person reads it: exception, message, the user's line, and where the whole log is. */
export function failureLines({ name, cause, message, log, attempt }: EndedTask): string[] {
  const at = cause?.at ? ` (${cause.at})` : "";
  const tries = attempt > 1 ? ` after ${attempt} attempts` : "";
  const what = cause ? `${cause.reason}: ${cause.message}` : message;
  return [
    `${name} failed${tries}${at}`,
    ...what.split("\n").map((line) => `  ${line}`),
    ...(log ? [`  whole log: ${log.startsWith("/") ? shortPath(log) : log}`] : []),
  ];
}

/** So many failures and omissions are told. */
const mostTold = 10;

/** What is said at a run's end: failures, values, outputs, then the result, and what may be done next, if there is something. */
export const endLines = (run: EndedRun, next?: string): string[] => [
  ...detailLines(run),
  resultLine(run),
  ...(next === undefined ? [] : [next]),
];

/** The same without the result. */
export function detailLines(run: EndedRun): string[] {
  const failed = run.tasks.filter(({ phase }) => phase === "Failed");
  const omitted = run.tasks.filter(({ phase }) => phase === "Omitted");
  const drivers = Map.groupBy(run.tasks, ({ name }) => splitKey(name).task);
  const few = [...drivers.values()].filter((tasks) => tasks.length <= fewDrivers).flat();
  const many = [...drivers].filter(([, tasks]) => tasks.length > fewDrivers);
  const outputs = [
    ...few.flatMap((task) => (task.outputs ?? []).map((output) => `  ${task.name}.${outputText(output)}`)),
    ...many.flatMap(([name, tasks]) => unions(name, tasks)),
  ];
  const values = few.flatMap((task) =>
    Object.entries(task.values ?? {}).map(([name, value]) => `  ${task.name}.${name} = ${JSON.stringify(value)}`),
  );
  return [
    ...failed.slice(0, mostTold).flatMap(failureLines),
    ...rest(failed, "failed"),
    ...omitted.slice(0, mostTold).map(({ name, message }) => `${name} was omitted${message ? `: ${message}` : ""}`),
    ...rest(omitted, "were omitted"),
    ...(values.length > 0 ? ["values:", ...values] : []),
    ...(outputs.length > 0 ? ["outputs:", ...outputs] : []),
  ];
}

const rest = (tasks: readonly unknown[], did: string): string[] =>
  tasks.length > mostTold ? [`… and ${tasks.length - mostTold} more ${did}`] : [];

/** The outputs of many drivers of a forEach, a line a name. */
function unions(task: string, drivers: readonly EndedTask[]): string[] {
  const byName = Map.groupBy(
    drivers.flatMap(({ outputs = [] }) => outputs),
    ({ name }) => name,
  );
  return [...byName].map(([name, all]) => {
    const rows = all.reduce((sum, output) => sum + (output.rows ?? 0), 0);
    return `  ${task}.${name}: ${all.length} outputs, ${rows} rows`;
  });
}

export function resultLine({ name, phase, message, startedAt, finishedAt }: EndedRun): string {
  const took = startedAt && finishedAt ? ` in ${durationText(Date.parse(finishedAt) - Date.parse(startedAt))}` : "";
  return `${name}: ${phase}${took}${message ? ` (${message})` : ""}`;
}
