// Plain lines: what a log, a pipe or CI gets.

import { join } from "node:path";
import { hasEnded } from "../../flow/decide.ts";
import { green, red } from "../style.ts";
import type { FullReporter } from "./reporter.ts";
import { endLines, shortPath, taskDuration } from "./words.ts";

/** A running task's progress is told at most this often, in milliseconds. */
const progressEveryMs = 10_000;

export function plainReporter(): FullReporter {
  const toldAt = new Map<object, number>();
  const lastLine = new Map<object, string>();
  const say = (text: string) => console.log(`${new Date().toTimeString().slice(0, 8)} ${text}`);
  return {
    progressEveryMs: 2000,
    note: say,
    run: (run) => {
      if (run.phase === "Running" && run.finishedAt === undefined)
        say(`${run.plan.name}: started, ${run.plan.graph.size} ${run.plan.graph.size === 1 ? "task" : "tasks"}`);
    },
    task: (_run, task) => {
      const { phase, message } = task;
      const attempt = task.attempts.at(-1);
      const progress = phase === "Running" ? attempt?.progress : undefined;
      if (progress && Date.now() - (toldAt.get(task) ?? attempt?.createdAt ?? 0) < progressEveryMs) return;
      const number = (attempt?.number ?? 1) > 1 ? ` (attempt ${attempt?.number})` : "";
      const detail = progress
        ? `: ${progress.stage}, ${progress.done}/${progress.total} tasks`
        : message
          ? `: ${message}`
          : "";
      const took = hasEnded(phase) && attempt ? ` in ${taskDuration(task, Date.now())}` : "";
      const line = `${task.name}: ${phase}${number}${took}${detail}`;
      if (lastLine.get(task) === line || (phase === "Pending" && (!message || attempt))) return;
      toldAt.set(task, Date.now());
      lastLine.set(task, line);
      say(phase === "Failed" ? red(line) : phase === "Succeeded" ? green(line) : line);
      if (phase === "Retrying" && attempt?.state === "Failed")
        say(`  whole log: ${shortPath(join(attempt.dir, "driver.log"))}`);
    },
    end: (records) => {
      for (const record of records) for (const line of endLines(record)) console.log(line);
    },
  };
}
