// What running drivers say of their progress: asked of their web interfaces seldom, and of few at once.
import { isDriver, taskOf } from "../engines/kubernetes/pod.ts";
import { pollProgress } from "../engines/sparkUi.ts";
import { keyOf } from "../kube/objects.ts";
import type { Context } from "./context.ts";
import { inParallel } from "./inParallel.ts";

/** A task that ends before this says nothing of its progress. */
const afterMs = 10_000;
const pollsAtOnce = 8;
/** Drivers asked in one round; the others come in the next ones. */
const pollsPerRound = 64;
const uiPort = 4040;

let turn = 0;

/** Asks some running drivers, and has the tasks looked at of which something new was heard. */
export async function pollDrivers(ctx: Context): Promise<void> {
  const running = [...ctx.tasks.values()].filter(
    ({ status }) => status?.phase === "Running" && Date.parse(status.startedAt ?? "") + afterMs < ctx.now(),
  );
  const start = running.length > 0 ? (turn * pollsPerRound) % running.length : 0;
  turn++;
  const chosen = running.slice(start, start + pollsPerRound);
  await inParallel(pollsAtOnce, chosen, async (task) => {
    const key = keyOf(task.metadata);
    const { uid } = task.metadata;
    const driver = ctx.podsOfTask
      .of(key)
      .find((pod) => isDriver(pod) && taskOf(pod)?.uid === uid && taskOf(pod)?.number === task.status?.attempt);
    const ip = driver?.status?.podIP;
    if (!ip) return;
    const progress = await pollProgress(ip, uiPort, 0);
    const text = progress && `${progress.stage}: ${progress.done}/${progress.total}`;
    if (text === undefined || ctx.progress.get(uid) === text) return;
    ctx.progress.set(uid, text);
    ctx.enqueue("task", key);
  });
}
