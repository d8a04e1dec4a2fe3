// What must hold of every life, however it was disturbed: told as sentences about what didn't.
import type { KubeObject } from "../../operator/kube/objects.ts";
import { callText } from "./call.ts";
import type { Write } from "./proxy.ts";
import type { View } from "./view.ts";

/** At most one driver pod and one ConfigMap were ever made for an attempt of a task. */
export function doubleAttempts(writes: readonly Write[]): string[] {
  const made = new Map<string, number>();
  for (const { call, status } of writes) {
    if (call.method !== "POST" || status !== 201 || !["pods", "configmaps"].includes(call.resource)) continue;
    const { labels = {} } = (JSON.parse(call.body) as { metadata: { labels?: Record<string, string> } }).metadata;
    const attempt = `${call.resource} of task uid ${labels["sparkflow.dev/task-uid"]} attempt ${labels["sparkflow.dev/attempt"]}`;
    made.set(attempt, (made.get(attempt) ?? 0) + 1);
  }
  return [...made].filter(([, count]) => count > 1).map(([attempt, count]) => `${count} ${attempt} were made`);
}

const ranks: Record<string, number> = { Pending: 0, Retrying: 0, Running: 1, Succeeded: 2, Failed: 2, Cancelled: 2 };
const kinds = new Set(["sparktasks", "sparkflowruns"]);

/**
 * Follows statuses: none may go back, and an ended one may not change any more, unless a person has asked for that: by a
 * suspend or a retry. Answers what went wrong, and the end.
 */
export function watchStatuses(view: View, namespace: string, name?: string): { stop: () => void; wrong: string[] } {
  const wrong: string[] = [];
  const stop = view.listen(({ resource, before, after }) => {
    if (!kinds.has(resource) || !before || !after || after.metadata.namespace !== namespace) return;
    if (name !== undefined && after.metadata.name !== name) return;
    const [was, is] = [phaseOf(before), phaseOf(after)];
    if (is === "Suspended" || retryOf(before) !== retryOf(after)) return;
    const what = `${resource}/${after.metadata.name}`;
    if (attemptOf(after) === attemptOf(before) && (ranks[is] ?? 0) < (ranks[was] ?? 0))
      wrong.push(`${what} went from ${was} back to ${is}`);
    else if (ranks[was] === 2 && JSON.stringify(before.status) !== JSON.stringify(after.status))
      wrong.push(`${what} was ${was}, and its status changed after that`);
  });
  return { stop, wrong };
}

export const phaseOf = (object: KubeObject | undefined): string =>
  (object?.status as { phase?: string } | undefined)?.phase ?? "";

const retryOf = (object: KubeObject) => (object.status as { retry?: { requestedAt?: string } })?.retry?.requestedAt;
const attemptOf = (object: KubeObject): number => (object.status as { attempt?: number } | undefined)?.attempt ?? 0;

/** Waits until nothing was written for `ms` milliseconds; answers what was still written when `withinMs` were over. */
export async function quiet(writes: () => readonly Write[], ms: number, withinMs: number): Promise<string[]> {
  const end = Date.now() + withinMs;
  for (;;) {
    const last = writes().at(-1)?.at ?? 0;
    const left = last + ms - Date.now();
    if (left <= 0) return [];
    if (Date.now() + left > end)
      return [`no ${ms} ms without a write: ${writes().slice(-5).map(writeText).join(", ")}`];
    await new Promise((resolve) => setTimeout(resolve, left));
  }
}

export const writeText = ({ call, status }: Write): string => `${callText(call)} → ${status ?? "no answer"}`;
