// The same program as a plugin of kubectl: a file named kubectl-sparkflow on the PATH makes `kubectl sparkflow`.
import { basename } from "node:path";

export const isPlugin = (): boolean => /^kubectl[-_]sparkflow/.test(basename(process.argv[1] ?? ""));

/** kubectl asks this file, on the PATH, for what may follow `kubectl sparkflow`. */
export const isCompleter = (): boolean => /^kubectl_complete-sparkflow/.test(basename(process.argv[1] ?? ""));

/** What people type to start the program. */
export const programName = (): string => (isPlugin() ? "kubectl sparkflow" : "sparkflow");
