// What the attempts of a scripted task do. A script stands in the task's environment, in one form for both: the process that
// stands in for a driver here (driver.py) and the fake kubelet on the cluster.
import type { Script } from "../faults/script.ts";

/** One attempt. Default: it succeeds at once and leaves nothing. */
export type Act = {
  /** Milliseconds that it runs. */
  ms?: number;
  /** It runs until this task of the flow has ended. */
  until?: string;
  /** The values that it publishes. */
  values?: Record<string, unknown>;
  /** The outputs that it writes, with their rows. */
  outputs?: Record<string, number>;
  /** It ends with an exception of this class. */
  error?: string;
  /** It ends with this exit code and leaves no result. */
  exit?: number;
  /** Somebody kills it with SIGKILL. */
  killed?: true;
  /** It runs until it is told to end, and then says so. */
  hangs?: true;
};

/** The attempts of a task in turn, the last one for all that follow; or of each item, by the value of one of its params. */
export type Acts =
  | readonly Act[]
  | { byParam: string; acts: Record<string, readonly Act[]>; otherwise?: readonly Act[] };

/** An attempt as driver.py and the kubelet read it. */
type Step = { ms: number; until: string | null; hangs: boolean; code: number; result: object | null };
type Steps = { steps: readonly Step[]; byParam?: string; of?: Record<string, readonly Step[]> };

const variable = "SCRIPT";

/** A task of a flow that does this. */
export const task = (name: string, acts: Acts = [], more: object = {}): object => ({
  name,
  env: [{ name: variable, value: JSON.stringify(stepsOf(acts)).replaceAll("$(", "$$$$(") }],
  ...more,
});

function stepsOf(acts: Acts): Steps {
  if (!("byParam" in acts)) return { steps: all(acts) };
  const of = Object.entries(acts.acts).map(([value, own]) => [value, all(own)] as const);
  return { steps: all(acts.otherwise ?? []), byParam: acts.byParam, of: Object.fromEntries(of) };
}

const all = (acts: readonly Act[]): Step[] => (acts.length > 0 ? acts : [{}]).map(stepOf);

function stepOf({ ms = 30, until, values = {}, outputs = {}, error, exit, killed, hangs }: Act): Step {
  const common = { ms, until: until ?? null, hangs: hangs === true };
  if (killed) return { ...common, code: 137, result: null };
  if (exit !== undefined) return { ...common, code: exit, result: null };
  if (error !== undefined) {
    const at = { class: error, message: `it raised ${error}`, at: "task.py:3" };
    return { ...common, code: 1, result: { outcome: "Failed", error: at, values: {} } };
  }
  const facts = Object.entries(outputs).map(([name, rows]) => [name, { rows, schemaHash: "0a1b2c3d" }] as const);
  return { ...common, code: 0, result: { outcome: "Succeeded", values, outputs: Object.fromEntries(facts) } };
}

type ScriptedPod = {
  metadata: { labels?: Record<string, string> };
  spec: { containers: { env?: { name: string; value?: string }[] }[] };
};

/** What the kubelet has a driver pod do. `hasEnded` tells of a task of its run. */
export function scriptOfPod(pod: object, hasEnded: (run: string, task: string) => boolean): Script {
  const { metadata, spec } = pod as ScriptedPod;
  const env = (name: string) => spec.containers[0]?.env?.find((one) => one.name === name)?.value?.replaceAll("$$", "$");
  const text = env(variable);
  if (text === undefined) return {};
  const { steps, byParam, of } = JSON.parse(text) as Steps;
  const params = JSON.parse(env("SPARKFLOW_PARAMS") ?? "{}") as Record<string, unknown>;
  const own = (byParam === undefined ? undefined : of?.[String(params[byParam])]) ?? steps;
  const step = own[Math.min(Number(metadata.labels?.["sparkflow.dev/attempt"]), own.length) - 1]!;
  const waits = step.until !== null && !hasEnded(metadata.labels?.["sparkflow.dev/run"] ?? "", step.until);
  return {
    runMs: step.hangs || waits ? "never" : step.ms,
    exitCode: step.code,
    result: step.result ?? "",
  };
}
