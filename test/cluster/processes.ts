// Long-running programs of one cluster: started in a session of their own, found again by what was recorded of them, and
// ended by it. Nothing is ever looked up by name, so no other process of the machine can be hit.
import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { searchPath, until } from "./command.ts";
import { folder } from "./paths.ts";

export type Program = { name: string; argv: string[]; env?: Record<string, string> };
/** `caller`: killed by the kernel when the process that started them goes, however it goes. `detached`: until stopped. */
export type Lifetime = "caller" | "detached";

/** One process among all that ever were: a pid alone may have been given to another one. */
export type Identity = { boot: string; pid: number; started: string };

const bootId = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

/** State letter and start time (clock ticks since boot) of a process; undefined if there is none. */
function stat(pid: number): { state: string; started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0]!, started: fields[19]! };
  } catch {
    return undefined;
  }
}

export const identityOf = (pid: number): Identity => ({ boot: bootId(), pid, started: stat(pid)?.started ?? "" });

/** Whether that very process still runs. One that is dead and not yet collected (a zombie) doesn't. */
export function runs({ boot, pid, started }: Identity): boolean {
  const now = stat(pid);
  return now !== undefined && now.state !== "Z" && now.state !== "X" && now.started === started && boot === bootId();
}

export class Processes {
  readonly #records: string;
  readonly #logs: string;
  readonly #lifetime: Lifetime;

  constructor(state: string, lifetime: Lifetime) {
    this.#records = folder(join(state, "processes"));
    this.#logs = folder(join(state, "logs"));
    this.#lifetime = lifetime;
  }

  /** Starts a program unless it runs. */
  start({ name, argv, env }: Program): void {
    if (this.alive(name)) return;
    const log = openSync(this.logFile(name), "a");
    const [program, ...args] = this.#lifetime === "caller" ? ["setpriv", "--pdeathsig", "KILL", "--", ...argv] : argv;
    const child = spawn(program!, args, {
      detached: true,
      stdio: ["ignore", log, log],
      cwd: "/",
      env: { HOME: process.env.HOME ?? "/", PATH: searchPath, ...env },
    });
    closeSync(log);
    child.on("error", (error) => writeFileSync(this.logFile(name), `${error.message}\n`, { flag: "a" }));
    child.unref();
    if (child.pid !== undefined) writeFileSync(this.#record(name), JSON.stringify(identityOf(child.pid)));
  }

  /** Names of every program that was started and not stopped, dead ones too. */
  names(): string[] {
    return readdirSync(this.#records).map((file) => basename(file, ".json"));
  }

  alive(name: string): boolean {
    const identity = this.#identity(name);
    return identity !== undefined && runs(identity);
  }

  /** Undefined unless it runs. */
  pid(name: string): number | undefined {
    return this.alive(name) ? this.#identity(name)!.pid : undefined;
  }

  signal(name: string, signal: NodeJS.Signals): void {
    const pid = this.pid(name);
    if (pid !== undefined) process.kill(pid, signal);
  }

  /** Ends a program: SIGTERM, and SIGKILL after the grace; with a grace of 0 SIGKILL at once. */
  async stop(name: string, graceMs = 5000): Promise<void> {
    const gone = () => !this.alive(name);
    if (graceMs > 0) {
      this.signal(name, "SIGCONT");
      this.signal(name, "SIGTERM");
      await until(`the end of ${name}`, gone, { timeoutMs: graceMs, everyMs: 20 }).catch(() => {});
    }
    this.signal(name, "SIGKILL");
    await until(`the end of ${name} by SIGKILL`, gone, { timeoutMs: 20_000, everyMs: 10 });
    rmSync(this.#record(name), { force: true });
  }

  logFile(name: string): string {
    return join(this.#logs, `${name}.log`);
  }

  /** Why waiting for a program is hopeless: it has ended. With the end of its log. */
  whyDead(name: string): string | undefined {
    if (this.alive(name)) return undefined;
    const lines = readFileSync(this.logFile(name), "utf8").trimEnd().split("\n");
    return `${name} has ended; its log ${this.logFile(name)} ends with\n${lines.slice(-15).join("\n")}`;
  }

  #record(name: string): string {
    return join(this.#records, `${name}.json`);
  }

  #identity(name: string): Identity | undefined {
    try {
      return JSON.parse(readFileSync(this.#record(name), "utf8")) as Identity;
    } catch {
      return undefined;
    }
  }
}
