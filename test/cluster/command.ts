// Running a program to its end.
import { spawn } from "node:child_process";

/** Where Debian keeps programs that are not on every user's PATH, and Go's usual place. */
const more = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/go/bin"];
export const searchPath = [process.env.PATH ?? "/usr/bin:/bin", ...more].join(":");

export type Result = { code: number; stdout: string; stderr: string };
type Options = { input?: string; env?: Record<string, string>; cwd?: string; timeoutMs?: number };

/** Runs a program and gives what it said, whatever its exit code. Code 127 if there is no such program. */
export function attempt(program: string, args: readonly string[], options: Options = {}): Promise<Result> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: { ...process.env, PATH: searchPath, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.cwd ? { cwd: options.cwd } : {}),
      ...(options.timeoutMs ? { timeout: options.timeoutMs, killSignal: "SIGKILL" as const } : {}),
    });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        said[stream] += text;
      });
    }
    child.stdin.on("error", () => {}); // a program that doesn't read its input may be gone already
    child.stdin.end(options.input);
    child.on("error", (error) => resolve({ code: 127, stdout: "", stderr: error.message }));
    child.on("close", (code, signal) => {
      if (signal) said.stderr += `\nended by ${signal}`;
      resolve({ code: code ?? 1, ...said });
    });
  });
}

/** Runs a program and gives its standard output. Throws an Error with its last words if it fails. */
export async function run(program: string, args: readonly string[], options: Options = {}): Promise<string> {
  const { code, stdout, stderr } = await attempt(program, args, options);
  if (code === 0) return stdout;
  const words = (stderr.trim() || stdout.trim()).split("\n").slice(-15).join("\n");
  throw new Error(`\`${[program, ...args].join(" ").slice(0, 300)}\` ended with ${code}:\n${words}`);
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Asks until the answer is something, and gives that. Throws an Error that names `what` after `timeoutMs`, or at once with
 * what `hopeless` says.
 */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  {
    timeoutMs = 60_000,
    everyMs = 50,
    hopeless,
  }: { timeoutMs?: number; everyMs?: number; hopeless?: () => string | undefined } = {},
): Promise<Exclude<T, false | "" | undefined>> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as Exclude<T, false | "" | undefined>;
    const reason = hopeless?.();
    if (reason) throw new Error(`${what}: ${reason}`);
    if (Date.now() > end) throw new Error(`${what}: not after ${timeoutMs / 1000} s`);
    await sleep(everyMs);
  }
}
