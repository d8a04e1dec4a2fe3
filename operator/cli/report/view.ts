// A task as every report shows it, on a laptop and on a cluster, and the local one made from the engine's state.
import type { TaskPhase } from "../../api/status.ts";
import type { TaskState } from "../../engines/local/state.ts";

export type TaskView = {
  name: string;
  phase: TaskPhase;
  message: string;
  /** Number of the latest attempt, 0 before the first. */
  attempt: number;
  /** Milliseconds so far, over all attempts; undefined before the first. */
  tookMs?: number;
  /** Spark's active stages and their tasks. */
  progress?: { stage: string; done: number; total: number };
};

/** A task of a local run. */
export function localView({ name, phase, message, attempts }: TaskState, now: number): TaskView {
  const first = attempts[0];
  const latest = attempts.at(-1);
  return {
    name,
    phase,
    message,
    attempt: latest?.number ?? 0,
    ...(first && latest ? { tookMs: (latest.endedAt ?? now) - first.createdAt } : {}),
    ...(latest?.progress ? { progress: latest.progress } : {}),
  };
}
