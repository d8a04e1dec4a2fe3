// Runs the command line as a user does, in a folder of the test's own.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll } from "vitest";
import type { RunRecord } from "../../operator/engines/local/store.ts";

export const root = resolve(import.meta.dirname, "../..");
export const bin = join(root, "operator/cli/bin.js");
export const python = join(root, ".venv/bin/python");
const head = "apiVersion: sparkflow.dev/v1alpha1\n";

/** A folder with the given files; it goes with the test file. Documents of manifests get their apiVersion. */
export function project(files: Record<string, string | Buffer>): string {
  const folder = mkdtempSync(join(tmpdir(), "sparkflow-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    const manifest = name.endsWith(".yaml") && typeof content === "string" && content.startsWith("kind:");
    writeFileSync(
      join(folder, name),
      manifest ? head + (content as string).replaceAll("\n---\n", `\n---\n${head}`) : content,
    );
  }
  return folder;
}

export type Ended = { code: number | null; stdout: string; stderr: string; runs: RunRecord[] };

/** `sparkflow …` to its end; `runs` are the records that --json printed. */
export function sparkflow(folder: string, args: string[], env: Record<string, string> = {}, input?: string): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, CI: "1", ...env },
    ...(input === undefined ? {} : { input }),
    maxBuffer: 1 << 28,
  });
  const runs = stdout
    .split("\n")
    .flatMap((line) => (line.startsWith('{"type":"run"') ? [JSON.parse(line) as RunRecord] : []));
  return { code: status, stdout, stderr, runs };
}

/** Runs manifests with --json; fails the test with the output if it isn't the code that is expected. */
export function run(
  folder: string,
  {
    expect = 0,
    args = [],
    env = {},
    target = ".",
    input,
  }: { expect?: number; args?: string[]; env?: Record<string, string>; target?: string; input?: string } = {},
): RunRecord {
  const ended = sparkflow(folder, ["run", target, "--json", ...args], env, input);
  if (ended.code !== expect)
    throw new Error(`exit code ${ended.code}, expected ${expect}\n${ended.stdout}\n${ended.stderr}\n${logs(folder)}`);
  return ended.runs[0]!;
}

/** All drivers' logs of a folder, for a failed test's message. */
function logs(folder: string): string {
  const runs = join(folder, ".sparkflow/runs");
  try {
    return readdirSync(runs, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith("driver.log"))
      .map((name) => `== ${name}\n${readFileSync(join(runs, name), "utf8").slice(-3000)}`)
      .join("\n");
  } catch {
    return "";
  }
}

export const task = (record: RunRecord, name: string) => record.tasks.find((one) => one.name === name)!;

/** An output's rows. */
export function rows(record: RunRecord, taskName: string, output: string): Record<string, unknown>[] {
  const { uri, format } = task(record, taskName).outputs!.find(({ name }) => name === output)!;
  return readOutput(uri.replace("file://", ""), format);
}

/** Rows of data on this machine, read with pyarrow (or as JSON lines, CSV, text), without Spark. Geometries become WKT. */
export function readOutput(path: string, format: string): Record<string, unknown>[] {
  const reader = join(root, "test/spark/read_output.py");
  const { stdout, stderr, status } = spawnSync(python, [reader, path, format], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, unknown>[];
}

/** `sparkflow run` that the test will disturb. */
export function start(folder: string, args: string[] = []): ChildProcess & { output: () => string } {
  const child = spawn(process.execPath, [bin, "run", ".", ...args], {
    cwd: folder,
    env: { ...process.env, CI: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout!.on("data", (chunk) => (text += chunk));
  child.stderr!.on("data", (chunk) => (text += chunk));
  return Object.assign(child, { output: () => text });
}

export const exited = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((done) => child.on("exit", (code) => done(code)));

/** Processes whose command line or environment speaks of this folder: what a run of it started. */
export function processesOf(folder: string): string[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      if (readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")) return [];
      const text = readFileSync(`/proc/${pid}/cmdline`, "utf8") + readFileSync(`/proc/${pid}/environ`, "utf8");
      return text.includes(folder)
        ? [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").slice(0, 200)}`]
        : [];
    } catch {
      return [];
    }
  });
}
