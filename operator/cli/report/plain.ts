// Plain lines: what a log, a pipe or CI gets.

import { join } from "node:path";
import { durationText } from "../../api/quantity.ts";
import { hasEnded } from "../../flow/decide.ts";
import { green, red } from "../style.ts";
import { nextHere } from "./next.ts";
import type { FullReporter } from "./reporter.ts";
import { localView, type TaskView } from "./view.ts";
import { endLines, shortPath } from "./words.ts";

/** A running task's progress is told at most this often, in milliseconds. */
const progressEveryMs = 10_000;

/** Prints a line with the time for each thing that is new. */
export function plainTeller(): { say: (text: string) => void; task: (run: string, task: TaskView) => boolean } {
  const toldAt = new Map<string, number>();
  const lastLine = new Map<string, string>();
  const say = (text: string) => console.log(`${new Date().toTimeString().slice(0, 8)} ${text}`);
  return {
    say,
    /** True if there was something to tell. */
    task: (run, { name, phase, message, attempt, tookMs = 0, progress }) => {
      const key = `${run}/${name}`;
      const stage = phase === "Running" ? progress : undefined;
      if (stage && Date.now() - (toldAt.get(key) ?? Date.now() - tookMs) < progressEveryMs) return false;
      const number = attempt > 1 ? ` (attempt ${attempt})` : "";
      // What has more lines, such as SQL with a caret, is told whole at the end.
      const [said = ""] = message.trimStart().split("\n");
      const detail = stage ? `: ${stage.stage}, ${stage.done}/${stage.total} tasks` : said ? `: ${said}` : "";
      const took = hasEnded(phase) && attempt > 0 ? ` in ${durationText(tookMs)}` : "";
      const line = `${name}: ${phase}${number}${took}${detail}`;
      if (lastLine.get(key) === line || (phase === "Pending" && !message)) return false;
      toldAt.set(key, Date.now());
      lastLine.set(key, line);
      say(phase === "Failed" ? red(line) : phase === "Succeeded" ? green(line) : line);
      return true;
    },
  };
}

export function plainReporter(): FullReporter {
  const { say, task: tell } = plainTeller();
  return {
    progressEveryMs: 2000,
    note: say,
    busy: (what) => {
      say(what);
      return () => {};
    },
    run: (run) => {
      if (run.phase === "Running" && run.finishedAt === undefined)
        say(`${run.plan.name}: started, ${run.plan.graph.size} ${run.plan.graph.size === 1 ? "task" : "tasks"}`);
    },
    task: (run, task) => {
      const attempt = task.attempts.at(-1);
      // Between its creation and its start an attempt here has nothing to say.
      if (task.phase === "Pending" && attempt) return;
      const told = tell(run.plan.name, localView(task, Date.now()));
      if (told && task.phase === "Retrying" && attempt?.state === "Failed")
        say(`  whole log: ${shortPath(join(attempt.dir, "driver.log"))}`);
    },
    end: (records) => {
      for (const record of records) for (const line of endLines(record, nextHere(record))) console.log(line);
    },
  };
}
