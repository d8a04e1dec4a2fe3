// Where a kubeconfig is looked for, as kubectl does.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** There is no kubeconfig: the message says which files were looked for, and why these. */
export class NoKubeconfig extends Error {}

/**
 * The files that are there: the one that is named, those of KUBECONFIG (of several, some may be missing), or
 * ~/.kube/config. Throws NoKubeconfig if there is none.
 */
export function kubeconfigFiles(named?: string): string[] {
  const fromEnv = process.env.KUBECONFIG?.split(delimiter).filter(Boolean) ?? [];
  const files = named ? [named] : fromEnv.length > 0 ? fromEnv : [join(homedir(), ".kube/config")];
  const there = files.filter((file) => existsSync(file));
  if (there.length > 0) return there;
  const why = named ? "" : fromEnv.length > 0 ? " (KUBECONFIG)" : " (KUBECONFIG is not set)";
  throw new NoKubeconfig(`there is no kubeconfig ${files.join(", ")}${why}`);
}
