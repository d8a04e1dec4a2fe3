// sparkflow run: runs flows and tasks on this machine, from the manifests that a cluster takes.
import { resolve } from "node:path";
import { Command } from "commander";
import { durationText } from "../api/quantity.ts";
import { archiveLog, makeArchive } from "../engines/local/archive.ts";
import { type LocalMachine, localMachine } from "../engines/local/machine.ts";
import { planRuns, type RunPlan } from "../engines/local/plan.ts";
import { runLocally } from "../engines/local/run.ts";
import type { Reporter } from "../engines/local/state.ts";
import { removeProcessTemp, removeStale } from "../engines/local/temp.ts";
import { type EngineOption, engineFlag, engineHelp } from "./engine.ts";
import { failed } from "./exit.ts";
import { addParam, paramFlag, paramHelp } from "./params.ts";
import { type Checked, checkedProject, checkTools, orUserError, problemsError, problemText } from "./project.ts";
import { jsonReporter } from "./report/json.ts";
import { plainReporter } from "./report/plain.ts";
import type { FullReporter } from "./report/reporter.ts";
import { treeReporter } from "./report/tree.ts";
import { dayOrTime, scheduledAtFlag } from "./scheduledAt.ts";

const examples = `
Examples:
  sparkflow run examples/geo-cities
  sparkflow run examples/geo-cities --param top=5
  sparkflow run examples/nightly --scheduled-at 2026-11-01
  sparkflow run deploy/ --engine small            every task on the SparkEngine small of these manifests
  kubectl kustomize overlays/dev | sparkflow run -
  sparkflow run flow.yaml --json | jq .phase

The folder .sparkflow holds what ran: runs/<run>/<task>/<attempt>/ has conf, program, arguments, log and result;
storage/ has the outputs. sparkflow.local.yaml beside the manifest (or in the home folder) sets maxCores, maxMemory,
python, secrets and paths; see docs/local-runs.md.`;

type Options = EngineOption & How & { param?: Record<string, string>; scheduledAt?: string };

export const runCommand = (): Command =>
  new Command("run")
    .description("run flows and tasks on this machine")
    .argument("<file|folder|-...>", "manifests; - is standard input")
    .option(paramFlag, paramHelp, addParam)
    .option(engineFlag, engineHelp)
    .option(scheduledAtFlag, "run flows as their schedule would for this day or time", dayOrTime)
    .option("--json", "print a JSON object a line: each change of a task, each run at its end")
    .option("--no-archive", "don't make the class archive that lets later tasks start faster")
    .addHelpText("after", examples)
    .action(async (targets: string[], options: Options) => {
      process.exitCode = await run(targets, options);
    });

function run(targets: string[], { param = {}, scheduledAt, engine, ...how }: Options): Promise<number> {
  const checked = checkedProject(targets, { engine });
  const { plans, problems } = planRuns(checked.project, param, new Date(), scheduledAt);
  if (problems.length > 0) throw problemsError(problems);
  checkTools(checked);
  const source = { ...(engine === undefined ? {} : { engine }), targets: targets.map((target) => resolve(target)) };
  return runPlans(checked, targets.includes("-") ? plans : plans.map((plan) => ({ ...plan, source })), how);
}

export type How = { json?: boolean; archive: boolean };

/** Runs plans to their ends, told of as the options say, `first` before all else. Returns the exit code. */
export async function runPlans(
  { project, config, warnings }: Checked,
  plans: readonly RunPlan[],
  { json, archive }: How,
  first?: string,
): Promise<number> {
  const machine = orUserError(() => localMachine(config, project));
  const reporter = json
    ? jsonReporter()
    : process.stdout.isTTY && !process.env.CI
      ? treeReporter(plans)
      : plainReporter();
  if (first !== undefined) reporter.note(first);
  for (const one of warnings) reporter.note(`warning: ${problemText(one)}`);
  const stale = removeStale();
  if (stale > 0) reporter.note(`removed temporary files of ${stale} run${stale === 1 ? "" : "s"} that had been killed`);
  const interruption = interruptible(reporter);
  try {
    if (archive) await prepareArchive(machine, reporter, interruption.signal);
    const records = await runLocally(machine, plans, reporter, interruption.signal);
    reporter.end(records);
    return (
      interruption.exitCode() ??
      (records.every(({ phase }) => phase === "Succeeded" || phase === "Suspended") ? 0 : failed)
    );
  } finally {
    interruption.stop();
    removeProcessTemp();
  }
}

/** The archive is made once per JDK and set of jars; a run goes on without it if that fails. */
async function prepareArchive(machine: LocalMachine, reporter: FullReporter, signal: AbortSignal): Promise<void> {
  if (machine.archive.archive || signal.aborted) return;
  const since = Date.now();
  const done = reporter.busy(
    "once for this Spark and these jars: making a class archive, with which tasks start faster; half a minute or more",
  );
  let stop = () => {};
  const abort = () => stop();
  signal.addEventListener("abort", abort);
  const made = await makeArchive(machine.toolchain, (how) => {
    stop = how;
  });
  signal.removeEventListener("abort", abort);
  done();
  if (made) {
    machine.archive = made;
    reporter.note(`made the class archive in ${durationText(Date.now() - since)}`);
  } else if (!signal.aborted)
    reporter.note(
      `warning: the class archive could not be made, so tasks start slower; see ${archiveLog(machine.toolchain)}`,
    );
}

/** Ctrl-C ends every child and says what was left; a second one doesn't wait for them. */
function interruptible(reporter: Reporter) {
  const controller = new AbortController();
  let code: number | undefined;
  const on = (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => () => {
    if (controller.signal.aborted) process.exit(code); // the children's lifelines break, so they end too
    code = signal === "SIGINT" ? 130 : signal === "SIGTERM" ? 143 : 129;
    reporter.note("interrupted: ending the tasks that run; once more to end without waiting for them");
    controller.abort();
  };
  const handlers = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => [signal, on(signal)] as const);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return {
    signal: controller.signal,
    exitCode: () => code,
    stop: () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    },
  };
}
