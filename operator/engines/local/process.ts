// One attempt as a child process: the driver under its supervisor, in a session of its own. The supervisor's standard
// input is the lifeline: when this process goes, however it goes, the supervisor ends everything below it.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { pythonLibrary, type Toolchain } from "./toolchain.ts";

export type DriverProcess = {
  /** Resolves when everything of the attempt has ended and its temporary folders are gone. */
  ended: Promise<{ code: number }>;
  /** Asks it to end: SIGTERM, and SIGKILL after the grace. */
  stop: () => void;
};

const graceSeconds = 10;

/** Starts the driver on an attempt's folder. `remove` are folders that go with the attempt. */
export function startDriver(
  toolchain: Toolchain,
  options: { attemptDir: string; env: Record<string, string>; cwd: string; log: string; remove: string[] },
): DriverProcess {
  const log = openSync(options.log, "a");
  const supervisor = ["-I", "-S", join(pythonLibrary, "sparkflow/supervise.py"), "--grace", String(graceSeconds)];
  const remove = options.remove.flatMap((folder) => ["--remove", folder]);
  const driver = [toolchain.python, "-m", "sparkflow.driver", options.attemptDir];
  const child = spawn(toolchain.python, [...supervisor, ...remove, "--", ...driver], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ["pipe", log, log],
  });
  closeSync(log);
  child.stdin?.on("error", () => {}); // the lifeline is never written to; its end is the supervisor's
  return { ended: ending(child), stop: () => void child.kill("SIGTERM") };
}

function ending(child: ChildProcess): Promise<{ code: number }> {
  return new Promise((resolve) => {
    child.on("error", () => resolve({ code: 127 }));
    child.on("exit", (code, signal) => {
      // The supervisor itself was killed: nobody is left to end what it started.
      if (signal && child.pid !== undefined) killGroup(child.pid);
      resolve({ code: code ?? 128 + (signal === "SIGKILL" ? 9 : 15) });
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}

/** Variables of this machine that drivers get: everything but what would change Spark behind the manifest's back. */
export function inheritedEnv(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(SPARK_|PYSPARK_|SPARKFLOW_|HADOOP_CONF_DIR$|YARN_CONF_DIR$|PYTHONSTARTUP$|PYTHONHOME$)/.test(name),
  );
  return Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
