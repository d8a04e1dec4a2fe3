// The live tree that a terminal gets: a line per task, in the graph's order, with Spark's own progress.
import { createLogUpdate } from "log-update";
import { durationText } from "../../api/quantity.ts";
import type { RunPlan } from "../../engines/local/plan.ts";
import type { RunState } from "../../engines/local/state.ts";
import { topological } from "../../flow/graph.ts";
import { bold, cyan, dim, green, red, yellow } from "../style.ts";
import { folded } from "./fold.ts";
import { nextHere } from "./next.ts";
import type { FullReporter } from "./reporter.ts";
import { localView, type TaskView } from "./view.ts";
import { endLines } from "./words.ts";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const redrawEveryMs = 120;
const barWidth = 20;

const spinner = (frame: number): string => cyan(frames[frame % frames.length]!);

export type RunView = { name: string; tasks: readonly TaskView[] };

/** Draws runs again and again until `end`, which draws them a last time and prints lines below. */
export function liveTree(runs: (now: number) => readonly RunView[]): {
  note: (text: string) => void;
  busy: FullReporter["busy"];
  end: (lines: readonly string[]) => void;
} {
  const screen = createLogUpdate(process.stdout);
  let frame = 0;
  let doing: { what: string; since: number } | undefined;
  const draw = () => {
    frame++;
    const now = Date.now();
    const first = doing ? [`${spinner(frame)} ${doing.what} ${dim(durationText(now - doing.since))}`] : [];
    const trees = runs(now).flatMap(({ name, tasks }) => [bold(name), ...treeLines(tasks, frame)]);
    const lines = [...first, ...trees];
    screen(cropped(lines, process.stdout.rows || 40).join("\n"));
  };
  const timer = setInterval(draw, redrawEveryMs);
  return {
    note: (text) => {
      screen.clear();
      console.log(text.startsWith("warning") ? yellow(text) : dim(text));
      draw();
    },
    busy: (what) => {
      doing = { what, since: Date.now() };
      draw();
      return () => {
        doing = undefined;
      };
    },
    end: (lines) => {
      clearInterval(timer);
      draw();
      screen.done();
      for (const line of lines) console.log(line);
    },
  };
}

export function treeReporter(plans: readonly RunPlan[]): FullReporter {
  const states = new Map<string, RunState>();
  const order = new Map(plans.map((plan) => [plan.name, topological(plan.graph)]));
  const view = (run: string, name: string, now: number): TaskView => {
    const task = states.get(run)?.tasks.get(name);
    return task ? localView(task, now) : { name, phase: "Pending", message: "", attempt: 0 };
  };
  const tree = liveTree((now) =>
    [...order].map(([name, tasks]) => ({
      name,
      tasks: (states.get(name)?.order ?? tasks).map((task) => view(name, task, now)),
    })),
  );
  return {
    progressEveryMs: 1000,
    note: tree.note,
    busy: tree.busy,
    run: (run) => void states.set(run.plan.name, run),
    task: (run) => void states.set(run.plan.name, run),
    end: (records) => tree.end(records.flatMap((record) => endLines(record, nextHere(record)))),
  };
}

/** A line per task, of many drivers of a forEach fewer. `frame` counts the drawings: what runs moves with it. */
export function treeLines(tasks: readonly TaskView[], frame = 0): string[] {
  const shown = folded(tasks);
  return shown.map((task, index) => `${dim(index === shown.length - 1 ? "└─" : "├─")} ${taskLine(task, frame)}`);
}

function taskLine({ name, phase, message, attempt, tookMs, progress }: TaskView, frame: number): string {
  const took = dim(tookMs === undefined ? "" : durationText(tookMs));
  const again = attempt > 1 ? yellow(` attempt ${attempt}`) : "";
  const said = firstLine(message);
  const line = (...parts: string[]) => parts.filter((part) => part !== "").join(" ");
  switch (phase) {
    case "Succeeded":
      return line(`${green("✔")} ${name}${again}`, took, said && (attempt === 0 ? dim(said) : yellow(said)));
    case "Failed":
      return line(`${red("✖")} ${name}${again}`, took, said && red(said));
    case "Skipped":
    case "Omitted":
      return dim(`− ${name} ${phase}${message ? `: ${message}` : ""}`);
    case "Running": {
      const bar = progress ? `${progressBar(progress.done, progress.total)} ${dim(progress.stage)}` : "";
      return line(`${spinner(frame)} ${name}${again}`, took, bar, said && dim(said));
    }
    default:
      return line(`${dim("○")} ${attempt > 0 || message ? name : dim(name)}${again}`, said && dim(said));
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
