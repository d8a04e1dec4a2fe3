// Delays between tries: doubling up to a longest one, spread so that many don't come back at once.

export type Backoff = { initialMs: number; maxMs: number; random?: () => number };

/** The delay before try `n` (0 is the first again) in milliseconds: initial · 2ⁿ up to the longest, times 0.5 … 1. */
export function backoffMs(n: number, { initialMs, maxMs, random = Math.random }: Backoff): number {
  return Math.min(maxMs, initialMs * 2 ** Math.min(n, 40)) * (0.5 + random() / 2);
}

/** Waits `ms` milliseconds, or until the signal aborts; never rejects. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
