// The end of a run, in the words that a laptop and a cluster share.
import type { Cause, OutputStatus, RunPhase, TaskPhase } from "../../operator/api/status.ts";

export type AttemptEnd = { number: number; state: string; class?: string; reason?: string; message?: string };
export type TaskEnd = {
  phase: TaskPhase;
  attempts: AttemptEnd[];
  /** Why it failed: class and reason of its last attempt, with the sentence if it had none. */
  cause?: string;
  values: Record<string, unknown>;
  outputs: unknown[];
  /** What the made task says: templates, inputs and params are put in. */
  args: unknown[];
  params: Record<string, unknown>;
  inputs: unknown[];
};
export type RunEnd = { phase: RunPhase | "Interrupted"; message: string; tasks: Record<string, TaskEnd> };

type MadeSpec = { args?: unknown[] | undefined; params?: object | undefined; inputs?: unknown[] | undefined };
type Told = {
  phase: TaskPhase;
  attempts?: readonly { number: number; state: string; cause?: Cause | undefined }[] | undefined;
  cause?: Cause | undefined;
  values?: object | undefined;
  outputs?: readonly OutputStatus[] | undefined;
  made?: MadeSpec | undefined;
};

export const taskEnd = ({ phase, attempts = [], cause, values = {}, outputs = [], made = {} }: Told): TaskEnd => ({
  phase,
  attempts: attempts.map(({ number, state, cause: why }) => ({
    number,
    state,
    // What the infrastructure does has words of its own on each of the two.
    ...(why ? { class: why.class, reason: why.reason } : {}),
    ...(why && why.class !== "Infrastructure" ? { message: why.message } : {}),
  })),
  ...(phase === "Failed"
    ? { cause: `${cause?.class} ${cause?.reason}${attempts.length > 0 ? "" : `: ${cause?.message}`}` }
    : {}),
  values: { ...values },
  outputs: [...outputs],
  args: made.args ?? [],
  params: { ...made.params },
  inputs: made.inputs ?? [],
});

/** The same without the run's name, and with locations from the run's folder on. */
export function withoutPlace(end: RunEnd, run: string): RunEnd {
  const text = JSON.stringify(end)
    .replaceAll(new RegExp(`[a-z0-9]+://[^" ]*/${run}/`, "g"), "")
    .replaceAll(run, "RUN");
  return JSON.parse(text) as RunEnd;
}

/** The end without drivers of a forEach that never began: a cluster keeps no list of these, the run's message counts them. */
export const whatBegan = ({ tasks, ...end }: RunEnd): RunEnd => ({
  ...end,
  tasks: Object.fromEntries(
    Object.entries(tasks).filter(([key, { phase }]) => !(key.endsWith("]") && phase === "Omitted")),
  ),
});

/** A task's end as cases say it: `Succeeded`, `Succeeded after Killed`, `Failed: ValueError, ValueError`, `Failed` unbegun. */
export function words({ phase, attempts }: TaskEnd): string {
  const reasons = attempts.flatMap(({ reason }) => reason ?? []);
  if (phase === "Failed" && reasons.length > 0) return `Failed: ${reasons.join(", ")}`;
  return reasons.length > 0 ? `${phase} after ${reasons.join(", ")}` : phase;
}
