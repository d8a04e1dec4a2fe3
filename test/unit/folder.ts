// Folders for tests: made from texts, removed at the end of the test.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

export type Files = Record<string, string | Buffer>;

/** Writes files into a folder. */
export function writeFiles(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** A temporary folder with these files, gone when the test has finished. */
export function folderOf(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), "sparkflow-unit-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFiles(folder, files);
  return folder;
}

/** A text without the margin that it has in the source. */
export function dedent(strings: TemplateStringsArray, ...values: unknown[]): string {
  const text = String.raw(strings, ...values).replace(/^\n/, "");
  const margin = /^ */.exec(text)![0];
  return text
    .replaceAll(new RegExp(`^${margin}`, "gm"), "")
    .trimEnd()
    .concat("\n");
}
