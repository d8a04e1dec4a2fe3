// The live tree that a terminal gets: a line per task, in the graph's order, with Spark's own progress.
import { createLogUpdate } from "log-update";
import type { RunPlan } from "../../engines/local/plan.ts";
import type { RunState, TaskState } from "../../engines/local/state.ts";
import { topological } from "../../flow/graph.ts";
import { bold, cyan, dim, green, red, yellow } from "../style.ts";
import type { FullReporter } from "./reporter.ts";
import { endLines, taskDuration } from "./words.ts";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const redrawEveryMs = 120;
const barWidth = 20;

export function treeReporter(plans: readonly RunPlan[]): FullReporter {
  const screen = createLogUpdate(process.stdout);
  const states = new Map<string, RunState>();
  const order = new Map(plans.map((plan) => [plan.name, topological(plan.graph)]));
  let frame = 0;
  const draw = () => {
    frame++;
    const lines = plans.flatMap((plan) => [
      bold(plan.name),
      ...taskLines(order.get(plan.name)!, states.get(plan.name), frame),
    ]);
    screen(cropped(lines, process.stdout.rows || 40).join("\n"));
  };
  const timer = setInterval(draw, redrawEveryMs);
  return {
    progressEveryMs: 1000,
    note: (text) => {
      screen.clear();
      console.log(text.startsWith("warning") ? yellow(text) : dim(text));
      draw();
    },
    run: (run) => void states.set(run.plan.name, run),
    task: (run) => void states.set(run.plan.name, run),
    end: (records) => {
      clearInterval(timer);
      draw();
      screen.done();
      for (const record of records) for (const line of endLines(record)) console.log(line);
    },
  };
}

function taskLines(names: readonly string[], run: RunState | undefined, frame: number): string[] {
  return names.map((name, index) => {
    const branch = dim(index === names.length - 1 ? "└─" : "├─");
    return `${branch} ${taskLine(name, run?.tasks.get(name), frame)}`;
  });
}

function taskLine(name: string, task: TaskState | undefined, frame: number): string {
  if (!task) return dim(`○ ${name}`);
  const took = dim(taskDuration(task, Date.now()));
  const { phase, message } = task;
  const attempt = task.attempts.at(-1);
  const again = (attempt?.number ?? 1) > 1 ? yellow(` attempt ${attempt?.number}`) : "";
  switch (phase) {
    case "Succeeded":
      return `${green("✔")} ${name}${again} ${took}`;
    case "Failed":
      return `${red("✖")} ${name}${again} ${took} ${red(firstLine(message))}`;
    case "Skipped":
    case "Omitted":
      return dim(`− ${name} ${phase}: ${message}`);
    case "Running": {
      const bar = attempt?.progress
        ? ` ${progressBar(attempt.progress.done, attempt.progress.total)} ${dim(attempt.progress.stage)}`
        : "";
      return `${cyan(frames[frame % frames.length]!)} ${name}${again} ${took}${bar} ${dim(firstLine(message))}`;
    }
    default:
      return `${dim("○")} ${name}${again} ${dim(firstLine(message))}`;
  }
}

function progressBar(done: number, total: number): string {
  const filled = total === 0 ? 0 : Math.round((done / total) * barWidth);
  return `${cyan("━".repeat(filled))}${dim("━".repeat(barWidth - filled))} ${done}/${total}`;
}

const firstLine = (text: string) => text.split("\n")[0]!.slice(0, 100);

/** At most as many lines as the terminal has: tasks that are over or haven't begun give way first. */
function cropped(lines: string[], rows: number): string[] {
  if (lines.length < rows) return lines;
  const room = Math.max(3, rows - 2);
  const lively = lines.filter((line) => !/[○✔−]/u.test(line)).slice(0, room);
  const rest = lines.length - lively.length;
  return [...lively, dim(`… and ${rest} more`)];
}
