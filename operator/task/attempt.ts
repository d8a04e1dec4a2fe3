// An attempt: everything that one driver gets, neutral of the engine that starts it.
import type { EnvVar, ParamValue } from "../api/common.ts";
import type { Setting } from "../settings/layers.ts";
import type { PodMemory } from "../settings/memory.ts";

/** A param with its declared or evident type, as the task library gets it. */
export type TypedParam = { type: string; value: ParamValue; items?: string };

/** What an attempt asks of a machine. `executors` is there where pods of executors are made. */
export type Resources = {
  driver: { cores: number; memory: PodMemory };
  executors?: { instances: number; maxInstances?: number; cores: number; memory: PodMemory };
};

export type Attempt = {
  namespace: string;
  task: string;
  flow?: string;
  run?: string;
  number: number;
  /** Generated files, by path within the attempt's folder. */
  files: Record<string, string>;
  /** ConfigMaps laid out as folders within the attempt's folder; an optional one may be missing. */
  configMaps: { name: string; path: string; optional?: true }[];
  /** The driver's environment: the user's variables first, then ours. */
  env: EnvVar[];
  settings: Setting[];
  outputs: { name: string; uri: string; format: string }[];
  resources: Resources;
};

/** Version of attempt.json's form; the driver refuses one that it doesn't know. */
export const attemptVersion = "sparkflow.dev/attempt-v1";

/** The environment variable of an input or output: `SPARKFLOW_INPUT_RAW_WORDS` of `raw-words`. */
export const variableName = (prefix: "SPARKFLOW_INPUT" | "SPARKFLOW_OUTPUT", name: string): string =>
  `${prefix}_${name.toUpperCase().replaceAll("-", "_")}`;
