// The laptop's controller: observe → decide → act → report, with the same decide as the cluster. What it observes are
// child processes and the clock.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cause, TaskPhase } from "../../api/status.ts";
import { notRendered } from "../../flow/causes.ts";
import { decideRun, hasEnded, type RunDecision } from "../../flow/decide.ts";
import { driverKey, splitKey } from "../../flow/fanOut.ts";
import type { Graph } from "../../flow/graph.ts";
import type { Made } from "../../flow/results.ts";
import type { TaskResult } from "../../flow/runContext.ts";
import { decideTask } from "../../task/decide.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import { TemplateError } from "../../task/template.ts";
import { pollProgress } from "../sparkUi.ts";
import { formerTasks, keptTasks } from "./again.ts";
import { removeOutputs, type StartedAttempt, startAttempt } from "./attempt.ts";
import { type Capacity, capacityText, fits } from "./capacity.ts";
import type { LocalMachine } from "./machine.ts";
import { outcomeOf } from "./outcome.ts";
import { localSize } from "./place.ts";
import type { RunPlan } from "./plan.ts";
import {
  type AttemptState,
  type MadeTask,
  notBegun,
  type Reporter,
  type RunState,
  recordOf,
  type TaskState,
} from "./state.ts";
import { attemptsFolder, type RunRecord, saveRecord, storageFolder } from "./store.ts";

const saveEveryMs = 200;

/** Runs plans to their ends, as many attempts at once as limits, cores and memory allow. Aborting cancels every run. */
export function runLocally(
  machine: LocalMachine,
  plans: readonly RunPlan[],
  report: Reporter,
  abort: AbortSignal,
): Promise<RunRecord[]> {
  return new Promise((resolve, reject) => {
    const runs = plans.map(
      (plan): RunState => ({
        plan,
        tasks: plan.earlier ? keptTasks(plan.graph, plan.earlier) : new Map(),
        former: plan.earlier ? formerTasks(plan.earlier) : new Map(),
        order: [...new Set([...(plan.earlier?.record.tasks ?? []).map(({ name }) => name), ...plan.graph.keys()])],
        phase: "Pending",
        message: "",
        startedAt: plan.earlier ? Date.parse(plan.earlier.record.startedAt) : Date.now(),
      }),
    );
    let timer: NodeJS.Timeout | undefined;
    let scheduled = false;
    const unsaved = new Set<RunState>();

    const progress = setInterval(() => void pollAll(runs, report), report.progressEveryMs);
    const soon = () => {
      if (scheduled) return;
      scheduled = true;
      setImmediate(tick);
    };
    abort.addEventListener("abort", soon);
    for (const run of runs) {
      run.phase = "Running";
      saveRecord(recordOf(run));
      report.run(run);
    }
    soon();

    function tick(): void {
      scheduled = false;
      clearTimeout(timer);
      try {
        const wakeAt = Math.min(...runs.map(step));
        if (runs.every((run) => run.finishedAt !== undefined)) finish();
        else if (Number.isFinite(wakeAt)) timer = setTimeout(soon, Math.max(0, wakeAt - Date.now()));
      } catch (error) {
        clearInterval(progress);
        reject(error);
      }
    }

    function finish(): void {
      clearInterval(progress);
      abort.removeEventListener("abort", soon);
      resolve(runs.map(recordOf));
    }

    /** Takes one run as far as it goes now. Returns when to look again. */
    function step(run: RunState): number {
      if (run.finishedAt !== undefined) return Number.POSITIVE_INFINITY;
      const now = Date.now();
      let wakeAt = Number.POSITIVE_INFINITY;
      const begun = [...run.tasks.values()].filter(hasBegun);
      for (const task of begun) wakeAt = Math.min(wakeAt, stepTask(run, task, now));
      const { condition, fanOut, make } = run.plan.rules((key) => madeOf(run.tasks.get(key)));
      const decision = decideRun({
        graph: run.plan.graph,
        tasks: new Map(begun.map(({ name, phase }) => [name, phase])),
        failFast: run.plan.failFast,
        maxParallelTasks: run.plan.maxParallelTasks,
        cancelled: abort.aborted,
        suspended: run.plan.suspended,
        ...(condition ? { condition } : {}),
        ...(fanOut ? { fanOut } : {}),
      });
      for (const [phase, names] of [
        ["Skipped", decision.skip],
        ["Omitted", decision.omit],
      ] as const)
        for (const [name, why] of names) change(run, unbegun(run, name), phase, why);
      for (const [name, cause] of decision.fail) failUnbegun(run, unbegun(run, name), cause);
      for (const key of decision.create) {
        const task = run.tasks.get(key) ?? createTask(run, key, () => make(key, decision.outcome));
        wakeAt = Math.min(wakeAt, stepTask(run, task, now));
      }
      run.phase = decision.phase === "Pending" ? "Running" : decision.phase;
      run.message = decision.message;
      run.order = keysInOrder(run.plan.graph, decision);
      // Nobody can resume what a manifest suspends while it runs here: that is the end.
      const open = run.phase !== "Suspended" && [...run.tasks.values()].some((task) => !hasEnded(task.phase));
      if (!open && run.phase !== "Running") run.finishedAt = Date.now();
      if (run.finishedAt !== undefined) {
        tellUnmade(run, decision);
        saveRecord(recordOf(run));
        report.run(run);
      }
      return open || run.finishedAt !== undefined ? wakeAt : now;
    }

    /** Drivers of a forEach that never began have the end of the whole; without any item the task itself has one. */
    function tellUnmade(run: RunState, { phases, fanOuts }: RunDecision): void {
      for (const key of run.order.filter((one) => !run.tasks.has(one))) {
        const { task: name, index } = splitKey(key);
        const phase = phases.get(name);
        if (!phase || !hasEnded(phase)) continue;
        change(run, unbegun(run, key), index === undefined ? phase : "Omitted", fanOuts.get(name)?.message ?? "");
      }
    }

    /** A task that ends without having begun. */
    function unbegun(run: RunState, name: string): TaskState {
      const task = run.tasks.get(name) ?? addTask(run, name);
      task.unbegun = true;
      return task;
    }

    function failUnbegun(run: RunState, task: TaskState, cause: Cause): void {
      task.cause = cause;
      change(run, task, "Failed", cause.message);
    }

    function addTask(run: RunState, name: string): TaskState {
      const task = notBegun(name, run.former.get(name));
      run.tasks.set(name, task);
      return task;
    }

    function createTask(run: RunState, name: string, make: () => Pick<MadeTask, "object" | "resolved">): TaskState {
      const task = addTask(run, name);
      try {
        const { object, resolved } = make();
        const size = localSize(resolved, machine.capacity);
        task.made = { object, resolved, size };
        if (size.note) report.note(`${name}: ${size.note}`);
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        failUnbegun(run, task, notRendered(error));
      }
      return task;
    }

    function stepTask(run: RunState, task: TaskState, now: number): number {
      if (hasEnded(task.phase) || !task.made) return Number.POSITIVE_INFINITY;
      const { resolved, object } = task.made;
      // What runs at the end runs whatever happened; a second Ctrl-C ends it with the process.
      const cancelled = abort.aborted && !run.plan.graph.get(splitKey(task.name).task)?.atEnd;
      const { retry, timeouts } = resolved;
      const suspended = object.spec.suspend === true;
      const firstNumber = (task.former?.lastNumber ?? 0) + 1;
      const decision = decideTask({ retry, timeouts, attempts: task.attempts, firstNumber, cancelled, suspended }, now);
      const wakeAt = decision.wakeAt ?? Number.POSITIVE_INFINITY;
      const { action } = decision;
      if (action?.kind === "stop") stop(task, action.cause);
      if (action?.kind === "start") {
        if (!fits(machine.capacity, inUse(), task.made.size.asked)) {
          change(run, task, task.phase, `waiting for ${capacityText(task.made.size.asked)}`);
          return wakeAt;
        }
        start(run, task, action.number);
      }
      if (decision.cause) task.cause = decision.cause;
      change(run, task, decision.phase, decision.message);
      return wakeAt;
    }

    function inUse(): Capacity[] {
      const active = (task: TaskState) => task.attempts.some((attempt) => attempt.endedAt === undefined);
      return runs.flatMap((run) => [...run.tasks.values()].filter(active).map((task) => task.made!.size.asked));
    }

    function start(run: RunState, task: TaskState, number: number): void {
      const dir = join(attemptsFolder(run.plan.name, task.name), String(number));
      const attempt: AttemptState = { number, state: "Pending", createdAt: Date.now(), dir };
      task.attempts.push(attempt);
      const { plan } = run;
      const runUri = runFolderOfStorage(machine, plan, task.made!.resolved);
      const places = { attemptDir: dir, runUri, outputsUri: `${runUri}/${task.made!.resolved.folder}` };
      startAttempt(machine, { ...task.made!, number, ...places, manifestFolder: plan.manifestFolder })
        .then((started) => {
          Object.assign(attempt, { started, state: "Running", startedAt: Date.now() });
          if (attempt.stopCause) started.driver.stop();
          soon();
          return started.driver.ended.then(({ code }) => ended(run, task, attempt, started, code));
        })
        .catch((error: Error) =>
          fail(
            attempt,
            error instanceof TemplateError
              ? { class: "Input", reason: "InvalidSpec", message: error.message }
              : {
                  class: "Infrastructure",
                  reason: "NotStarted",
                  message: `the attempt could not be started: ${error.message}`,
                },
          ),
        )
        .finally(soon);
    }

    function ended(run: RunState, task: TaskState, attempt: AttemptState, started: StartedAttempt, code: number): void {
      const outcome = outcomeOf(code, started.resultFile, started.attempt, (at) => run.plan.place(task.name, at));
      if (outcome.state === "Succeeded") {
        task.result = { values: outcome.values as TaskResult["values"], outputs: outcome.outputs };
        const { note } = outcome;
        Object.assign(attempt, { state: "Succeeded", endedAt: Date.now(), ...(note ? { note } : {}) });
        return;
      }
      removeOutputs(started.attempt);
      fail(attempt, attempt.stopCause ?? outcome.cause);
    }

    /** Records are whole, so that many changes at once are written once. */
    function save(run: RunState): void {
      if (unsaved.has(run)) return;
      unsaved.add(run);
      setTimeout(() => {
        unsaved.delete(run);
        if (run.finishedAt === undefined) saveRecord(recordOf(run));
      }, saveEveryMs);
    }

    function change(run: RunState, task: TaskState, phase: TaskPhase, message: string): void {
      if (task.phase === phase && task.message === message) return;
      task.phase = phase;
      task.message = message;
      save(run);
      report.task(run, task);
      if (hasEnded(phase) || phase === "Suspended") soon(); // others may start, or never will
    }
  });
}

/**
 * A task that waits for room on this machine hasn't begun: whether it may still start is decided anew each time, so that
 * failFast and cancelling reach it. So is what ended without having begun.
 */
const hasBegun = (task: TaskState) =>
  task.attempts.length > 0 || task.phase === "Suspended" || (hasEnded(task.phase) && !task.unbegun);

const madeOf = (task: TaskState | undefined): Made | undefined =>
  task && {
    phase: task.phase,
    attempt: task.attempts.at(-1)?.number ?? 0,
    values: task.result?.values ?? {},
    outputs: task.result?.outputs ?? [],
  };

/** Everything that a report shows: tasks, and of one with forEach its drivers, once they are known. */
function keysInOrder(graph: Graph, { fanOuts }: RunDecision): string[] {
  return [...graph.keys()].flatMap((name) => {
    const count = fanOuts.get(name)?.drivers ?? 0;
    return count === 0 ? [name] : Array.from({ length: count }, (_, index) => driverKey(name, index));
  });
}

/** A run's part of the storage: below what `paths` maps it to, or a folder of this machine, else .sparkflow/storage. */
function runFolderOfStorage(machine: LocalMachine, plan: RunPlan, { storage }: ResolvedTask): string {
  const mapped = storage?.uri === undefined ? "" : machine.locator(plan.manifestFolder)(storage.uri);
  const folder = mapped.startsWith("file:") ? fileURLToPath(mapped) : mapped;
  const base = folder.startsWith("/") ? folder : storageFolder();
  return `file://${join(base, plan.namespace, `${plan.of}-${plan.uid}`, plan.name)}`;
}

function fail(attempt: AttemptState, cause: Cause): void {
  Object.assign(attempt, { state: "Failed", endedAt: Date.now(), cause });
}

function stop(task: TaskState, cause: Cause): void {
  const attempt = task.attempts.at(-1)!;
  if (attempt.stopCause) return;
  attempt.stopCause = cause;
  attempt.started?.driver.stop();
}

async function pollAll(runs: readonly RunState[], report: Reporter): Promise<void> {
  for (const run of runs) {
    for (const task of run.tasks.values()) {
      const attempt = task.attempts.at(-1);
      if (attempt?.state !== "Running" || !attempt.started) continue;
      const progress = await pollProgress("127.0.0.1", attempt.started.port, attempt.createdAt);
      if (attempt.state !== "Running" || JSON.stringify(progress) === JSON.stringify(attempt.progress)) continue;
      if (progress) attempt.progress = progress;
      else delete attempt.progress;
      report.task(run, task);
    }
  }
}
