// Writes an attempt's folder and starts its driver.
import { constants, copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { EnvVar } from "../../api/common.ts";
import type { SparkTask } from "../../api/kinds.ts";
import type { Attempt } from "../../task/attempt.ts";
import { render } from "../../task/render.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import { driverEnv } from "./archive.ts";
import { freePort } from "./freePort.ts";
import type { LocalMachine } from "./machine.ts";
import { type LocalSize, localSettings } from "./place.ts";
import { type DriverProcess, startDriver } from "./process.ts";
import { attemptTemp } from "./temp.ts";

export type StartedAttempt = { attempt: Attempt; driver: DriverProcess; port: number; resultFile: string };
export type AttemptSpec = {
  object: SparkTask;
  resolved: ResolvedTask;
  size: LocalSize;
  number: number;
  attemptDir: string;
  outputsUri: string;
  /** URI of the run's folder of the storage. */
  runUri: string;
  manifestFolder: string;
};

/** Renders an attempt into its folder and starts it. */
export async function startAttempt(machine: LocalMachine, spec: AttemptSpec): Promise<StartedAttempt> {
  const { resolved, number, attemptDir } = spec;
  const port = await freePort();
  const temp = attemptTemp(`${resolved.name}-${number}`);
  const attempt = render(resolved, number, {
    attemptDir,
    outputsUri: spec.outputsUri,
    runUri: spec.runUri,
    owned: { source: "operator", conf: localSettings(spec.size, port, temp.spark) },
    locate: machine.locator(spec.manifestFolder),
    env: [],
    // An attempt's working folder goes with it, and a dump of the heap would too.
    jvmOptions: [`-XX:HeapDumpPath=${attemptDir}`],
  });
  writeFolder(attempt, attemptDir, machine);
  const resultFile = join(attemptDir, "result.json");
  const tools = driverEnv(machine.toolchain, machine.archive, temp.tmp);
  const driver = startDriver(machine.toolchain, {
    attemptDir,
    cwd: temp.work,
    log: join(attemptDir, "driver.log"),
    remove: [temp.folder],
    env: {
      ...tools,
      ...userEnv(attempt, resolved, machine, tools),
      SPARKFLOW_RESULT: resultFile,
      SPARKFLOW_VALUES_FILE: join(temp.tmp, "values.json"),
    },
  });
  return { attempt, driver, port, resultFile };
}

function writeFolder(attempt: Attempt, folder: string, machine: LocalMachine): void {
  mkdirSync(folder, { recursive: true });
  const write = (path: string, content: string | Buffer) => {
    // A key of a ConfigMap can't leave its folder: its form allows no "/".
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  for (const [path, text] of Object.entries(attempt.files)) write(path, text);
  copyProgram(attempt, folder);
  for (const { name, path } of attempt.configMaps) {
    for (const [key, content] of machine.configMaps.get(name) ?? []) write(join(path, key), content);
  }
}

/** Larger programs are told by attempt.json alone. */
const largestCopy = 64 * 1024 * 1024;

/** A program that is a file of this machine runs where it is; its copy in source/ tells later what ran. */
function copyProgram(attempt: Attempt, folder: string): void {
  const { program } = JSON.parse(attempt.files["attempt.json"]!) as { program: { file?: string } };
  const file = program.file;
  if (!file?.startsWith("/") || statSync(file).size > largestCopy) return;
  mkdirSync(join(folder, "source"), { recursive: true });
  copyFileSync(file, join(folder, "source", basename(file)), constants.COPYFILE_FICLONE);
}

/** The attempt's variables with their values here: Secrets come from the folder of secrets, or documents beside the manifest. */
function userEnv(
  attempt: Attempt,
  resolved: ResolvedTask,
  machine: LocalMachine,
  tools: Record<string, string>,
): Record<string, string> {
  const executorOnly = resolved.secrets.executorEnv.map(({ name, secret }) => ({
    name,
    valueFrom: { secretKeyRef: secret },
  }));
  const all: EnvVar[] = [...attempt.env, ...executorOnly];
  const entries = all.flatMap(({ name, value, valueFrom }) => {
    if (value !== undefined) return [[name, value]];
    const { secretKeyRef: secret, configMapKeyRef: config } = valueFrom ?? {};
    const found = secret
      ? machine.secret(secret.name, secret.key)
      : config
        ? machine.configMaps.get(config.name)?.get(config.key)
        : undefined;
    return found === undefined ? [] : [[name, found.toString("utf8")]];
  });
  const env = Object.fromEntries(entries) as Record<string, string>;
  // A PYTHONPATH of the user's comes behind our library, not instead of it.
  return env.PYTHONPATH ? { ...env, PYTHONPATH: `${tools.PYTHONPATH}:${env.PYTHONPATH}` } : env;
}

/** Removes what a failed attempt wrote: nobody may take it for data. */
export function removeOutputs(attempt: Pick<Attempt, "outputs">): void {
  for (const { uri } of attempt.outputs) {
    if (uri.startsWith("file://")) rmSync(resolve(uri.slice("file://".length)), { recursive: true, force: true });
  }
}
