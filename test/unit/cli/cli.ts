// The command line as a child process, two at a time: the machine has few cores.
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll } from "vitest";
import { type Files, writeFiles } from "../folder.ts";

const bin = resolve(import.meta.dirname, "../../../operator/cli/bin.js");
const atOnce = 2;

export type Said = { code: number; stdout: string; stderr: string };
export type Options = { env?: Record<string, string>; stdin?: string };

/** Runs `sparkflow` in a folder, with a home and caches of its own. */
function sparkflow(folder: string, args: string[], { env = {}, stdin = "" }: Options = {}): Promise<Said> {
  const own = { HOME: join(folder, ".home"), XDG_CACHE_HOME: join(folder, ".home"), NO_COLOR: "1", ...env };
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^SPARK|^NODE_|^FORCE_COLOR|^npm_/.test(name)),
  );
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [bin, ...args],
      { cwd: folder, env: { ...inherited, ...own } },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        // Called by its path, which hints have.
        const said = (text: string) => text.replaceAll(bin, "sparkflow");
        done({ code, stdout: said(stdout), stderr: said(stderr).replaceAll(folder, "<folder>") });
      },
    );
    child.stdin?.end(stdin);
  });
}

let running = 0;
const waiting: (() => void)[] = [];
async function limited<T>(action: () => Promise<T>): Promise<T> {
  if (running >= atOnce) await new Promise<void>((go) => waiting.push(go));
  running++;
  try {
    return await action();
  } finally {
    running--;
    waiting.shift()?.();
  }
}

/** A folder with these files, gone when the file's tests are done, and the command line in it. */
export function project(files: Files): {
  folder: string;
  run: (args: string[], options?: Options) => Promise<Said>;
  started: () => boolean;
} {
  const folder = mkdtempSync(join(tmpdir(), "sparkflow-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  writeFiles(folder, files);
  return {
    folder,
    run: (args, options) => limited(() => sparkflow(folder, args, options)),
    started: () => existsSync(join(folder, ".sparkflow")),
  };
}

/** A JDK that is none: enough for its version to be read. */
export const fakeJdk = (version: string): Files => ({
  "jdk/bin/java": "#!/bin/sh\nexit 1\n",
  "jdk/release": `IMPLEMENTOR="nobody"\nJAVA_VERSION="${version}"\n`,
});
