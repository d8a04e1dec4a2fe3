// sparkflow ui: the Spark UI of a task that runs, here or on a cluster.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { attemptsFolder, type RunRecord } from "../engines/local/store.ts";
import { addClusterOptions, type Cluster, type ClusterOptions, clusterOptions, onCluster } from "./cluster/connect.ts";
import { findNamed, tasksOf } from "./cluster/read.ts";
import { isFinished, logCommand, shortName, type TaskObject } from "./cluster/views.ts";
import { UserError } from "./exit.ts";
import { wholeNumber } from "./numbers.ts";
import { isOnCluster, runHere } from "./place.ts";
import { programName } from "./plugin.ts";

const help = `
The UI lives as long as the task's driver does; what is left of an ended task is its log. On a cluster \`kubectl port-forward\` leads
to it, until Ctrl-C. Names are found as by \`logs\`.

Examples:
  sparkflow ui last                               the only task of the latest run here that runs
  sparkflow ui last count-cities
  sparkflow ui geo-cities-g1/count-cities -n spark
  sparkflow ui count -n spark --port 4040`;

/** Port of a driver's UI on a cluster. */
const driverPort = 4040;
const patienceMs = 2000;
type Options = { port?: number };

export const uiCommand = (): Command =>
  addClusterOptions(
    new Command("ui")
      .description("lead to the Spark UI of a task that runs")
      .argument("<run>", "a run's name, or `last`; on a cluster a task's name, a run's, or RUN/TASK")
      .argument("[task]", "a task's name; left out, the only one that runs")
      .option(
        "--port <number>",
        "port of this machine for a cluster's UI; left out, a free one",
        wholeNumber("--port", 1),
      ),
  )
    .addHelpText("after", help)
    .action(async (name: string, task: string | undefined, options: Options, command: Command) => {
      const where = clusterOptions(command);
      if (isOnCluster(name, where))
        process.exitCode = await onCluster(where, (cluster) =>
          forward(cluster, task === undefined ? name : `${name}/${task}`, where, options),
        );
      else console.log(await localUi(runHere(name), task));
    });

/** The address of a local task's UI. */
async function localUi({ name: run, tasks }: RunRecord, wanted: string | undefined): Promise<string> {
  const running = tasks.filter(({ phase }) => phase === "Running");
  const named = wanted === undefined ? undefined : tasks.find(({ name }) => name === wanted);
  if (wanted !== undefined && !named)
    throw new UserError([
      `${run} has no task "${wanted}"; it has ${tasks.map(({ name }) => name).join(", ") || "none"}`,
    ]);
  const task = named ?? (running.length === 1 ? running[0] : undefined);
  if (!task)
    throw new UserError([
      whichSentence(
        run,
        running.map(({ name }) => name),
      ),
    ]);
  const { name, phase, attempt } = task;
  if (phase !== "Running")
    throw new UserError([notRunning(name, phase, attempt > 0 ? `${programName()} logs ${run} ${name}` : undefined)]);
  const conf = readFileSync(join(attemptsFolder(run, name), String(attempt), "spark-defaults.conf"), "utf8");
  const url = `http://127.0.0.1:${/^spark\.ui\.port=(\d+)$/m.exec(conf)?.[1]}`;
  if (await answers(url)) return url;
  throw new UserError([
    `${url}, the Spark UI of ${name}, doesn't answer yet: Spark is starting, or spark.ui.enabled is false`,
  ]);
}

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(patienceMs) }).then(
    () => true,
    () => false,
  );

const whichSentence = (run: string, running: readonly string[]): string =>
  running.length === 0
    ? `no task of ${run} runs, so there is no Spark UI; \`${programName()} logs ${run}\` prints what its tasks printed`
    : `which task of ${run}? ${running.join(", ")} run`;

const notRunning = (task: string, phase: string, log: string | undefined): string =>
  phase === "Succeeded" || phase === "Failed"
    ? `${task} has ended (${phase}), and its Spark UI with it${log ? `; its log is there: ${log}` : ""}`
    : `${task} doesn't run (${phase}), so it has no Spark UI`;

async function taskFor({ client, namespace }: Cluster, text: string): Promise<TaskObject> {
  const { run, task } = await findNamed(client, namespace, text);
  if (task) return task;
  const running = (await tasksOf(client, run)).filter(({ status }) => status?.phase === "Running");
  if (running.length === 1) return running[0]!;
  const { name } = run.metadata;
  throw new UserError([
    whichSentence(
      name,
      running.map((one) => `${name}/${shortName(one)}`),
    ),
  ]);
}

/** Leads to the UI of a task's driver until Ctrl-C, or until the driver ends. */
async function forward(cluster: Cluster, text: string, where: ClusterOptions, { port }: Options): Promise<number> {
  const task = await taskFor(cluster, text);
  const { phase = "Pending", driver } = task.status ?? {};
  if (phase !== "Running" || driver === undefined || isFinished(task))
    throw new UserError([notRunning(shortName(task), phase, driver ? logCommand(task) : undefined)]);
  const { context, kubeconfig } = where;
  const args = [
    ...["port-forward", `pod/${driver}`, `${port ?? ""}:${driverPort}`, "--namespace", cluster.namespace],
    ...(context ? ["--context", context] : []),
    ...(kubeconfig ? ["--kubeconfig", kubeconfig] : []),
  ];
  return kubectl(args, (line) => {
    const local = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (local) console.log(`http://127.0.0.1:${local} is the Spark UI of ${shortName(task)}, until Ctrl-C`);
  });
}

/** Runs kubectl to its end, and tells of the lines that it prints. Throws UserError with its last words if it fails. */
function kubectl(args: readonly string[], onLine: (line: string) => void): Promise<number> {
  const child = spawn("kubectl", args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let interrupted = 0;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    for (const line of chunk.split("\n")) onLine(line);
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  const stop = (code: number) => () => {
    interrupted = code;
    child.kill();
  };
  const handlers = { SIGINT: stop(130), SIGTERM: stop(143) };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  return new Promise<number>((done, fail) => {
    child.on("error", () => fail(new UserError(["this needs kubectl on the PATH, and there is none"])));
    child.on("close", (code) => {
      if (interrupted || code === 0) done(interrupted);
      else fail(new UserError([`kubectl port-forward ended: ${said.trim().split("\n").at(-1) ?? ""}`]));
    });
  }).finally(() => {
    for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
  });
}
