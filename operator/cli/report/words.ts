// The words that every report of a run uses.
import { relative } from "node:path";
import { durationText } from "../../api/quantity.ts";
import type { OutputStatus } from "../../api/status.ts";
import type { TaskState } from "../../engines/local/state.ts";
import type { RunRecord, TaskRecord } from "../../engines/local/store.ts";

/** A path as short as it can be said from here. */
export function shortPath(path: string): string {
  const here = relative(process.cwd(), path);
  return here.length < path.length && here !== "" ? here : path;
}

/** How long a task has taken so far, over all its attempts. */
export function taskDuration(task: TaskState, now: number): string {
  const first = task.attempts[0];
  const latest = task.attempts.at(-1);
  return first && latest ? durationText((latest.endedAt ?? now) - first.createdAt) : "";
}

/** An output in one line: `counts: 173 rows, .sparkflow/storage/…`. */
export function outputText({ name, uri, rows }: OutputStatus): string {
  const place = uri.startsWith("file://") ? shortPath(uri.slice("file://".length)) : uri;
  return `${name}: ${rows === undefined ? "" : `${rows} ${rows === 1 ? "row" : "rows"}, `}${place}`;
}

/** A failure as a person reads it: exception, message, the user's line, and where the whole log is. */
export function failureLines({ name, cause, message, log, attempt }: TaskRecord): string[] {
  const at = cause?.at ? ` (${cause.at})` : "";
  const tries = attempt > 1 ? ` after ${attempt} attempts` : "";
  const what = cause ? `${cause.reason}: ${cause.message}` : message;
  return [
    `${name} failed${tries}${at}`,
    ...what.split("\n").map((line) => `  ${line}`),
    ...(log ? [`  whole log: ${shortPath(log)}`] : []),
  ];
}

/** What is said at a run's end: failures, then outputs of the tasks that nobody took further, then the result. */
export function endLines(record: RunRecord): string[] {
  const failures = record.tasks.filter(({ phase }) => phase === "Failed").flatMap(failureLines);
  const omitted = record.tasks
    .filter(({ phase }) => phase === "Omitted")
    .map(({ name, message }) => `${name} was omitted: ${message}`);
  const outputs = record.tasks.flatMap((task) =>
    (task.outputs ?? []).map((output) => `  ${task.name}.${outputText(output)}`),
  );
  const values = record.tasks.flatMap((task) =>
    Object.entries(task.values ?? {}).map(([name, value]) => `  ${task.name}.${name} = ${JSON.stringify(value)}`),
  );
  return [
    ...failures,
    ...omitted,
    ...(values.length > 0 ? ["values:", ...values] : []),
    ...(outputs.length > 0 ? ["outputs:", ...outputs] : []),
    resultLine(record),
  ];
}

export function resultLine({ name, phase, message, startedAt, finishedAt }: RunRecord): string {
  const took = finishedAt ? ` in ${durationText(Date.parse(finishedAt) - Date.parse(startedAt))}` : "";
  return `${name}: ${phase}${took}${message ? ` (${message})` : ""}`;
}
