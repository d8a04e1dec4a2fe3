// The place where an attempt runs, which the engine that starts it decides.
import type { EnvVar } from "../api/common.ts";
import type { Layer } from "../settings/layers.ts";

export type Place = {
  /** The attempt's folder as the driver sees it. */
  attemptDir: string;
  /** URI that the outputs of the task's attempts are written under; the attempt's number and the output's name follow. */
  outputsUri: string;
  /** URI of a folder that all tasks of the run have in common: inputs at a URL are brought there. */
  runUri: string;
  /** First attempt of the present work, where a task has several in one place: a task that is edited writes anew. */
  since?: number;
  /** Settings that the engine owns: master, ports, names. */
  owned: Layer;
  /** Where a program's file, an input or a dependency is here; on a cluster what the manifest says. */
  locate: (uri: string) => string;
  /** Variables of the engine. */
  env: EnvVar[];
  /** Java options of the engine; the settings' come behind them and win. */
  jvmOptions: string[];
};

/** The path of a location that is a file where the driver runs: a path, `local:///…` (in the image) or `file:///…`. */
export function pathHere(location: string): string | undefined {
  if (location.startsWith("/")) return location;
  const rest = /^(?:local|file):(.*)$/.exec(location)?.[1];
  return rest?.startsWith("/") ? rest.replace(/^\/+/, "/") : undefined;
}
