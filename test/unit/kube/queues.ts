// Queues under fake time: what the tests of the work queue share.
import { vi } from "vitest";
import { type Handled, type QueueOptions, WorkQueue } from "../../../operator/kube/queue.ts";

/** A queue that runs under fake timers, with handlers that end when they are told to. */
export function started(workers: number, handle: (key: string) => Promise<Handled>, options: QueueOptions = {}) {
  const stop = new AbortController();
  const handled: string[] = [];
  const queue = new WorkQueue({ random: () => 1, ...options });
  const running = queue.run(
    workers,
    (key) => {
      handled.push(key);
      return handle(key);
    },
    stop.signal,
  );
  return { queue, handled, stop, running };
}

/** Lets fake time go by, and the real event loop turn (setImmediate is real) until all that follows has happened. */
export async function pass(ms = 0) {
  await vi.advanceTimersByTimeAsync(ms);
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
export const fakeTime = () => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
