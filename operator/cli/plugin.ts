// How people call the program, and so how its hints do: `sparkflow`, `npx sparkflow`, by its path, or as a plugin of kubectl:
// a file named kubectl-sparkflow on the PATH makes `kubectl sparkflow`.
import { basename, delimiter, dirname, relative, sep } from "node:path";

/** What was called: a link's own name. */
const called = (): string => process.argv[1] ?? "";

export const isPlugin = (): boolean => /^kubectl[-_]sparkflow/.test(basename(called()));

/** kubectl asks this file, on the PATH, for what may follow `kubectl sparkflow`. */
export const isCompleter = (): boolean => /^kubectl_complete-sparkflow/.test(basename(called()));

/** What people type to start the program, here and now. */
export function programName(): string {
  if (isPlugin()) return "kubectl sparkflow";
  // npx, and the scripts of a package.json, have a PATH of their own; the shell has not.
  if (process.env.npm_command) return "npx sparkflow";
  const file = called();
  const isFile = ["bin.js", "sparkflow"].includes(basename(file));
  if (!isFile || onPath(file)) return "sparkflow";
  const here = relative(process.cwd(), file);
  return here.startsWith("..") ? file : `${here.includes(sep) ? "" : `.${sep}`}${here}`;
}

const onPath = (file: string): boolean =>
  basename(file) === "sparkflow" && (process.env.PATH ?? "").split(delimiter).includes(dirname(file));

/** A text with its commands (`sparkflow …` at the beginning of a line, in backticks, behind a pipe) as the user would type them. */
export const asTyped = (text: string): string =>
  text.replace(/(?<=^ *|`|\| )sparkflow(?= [a-z-])/gm, () => programName());
