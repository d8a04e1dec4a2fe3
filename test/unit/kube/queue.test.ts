import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { firstListPriority, type Handled, WorkQueue } from "../../../operator/kube/queue.ts";
import { fakeTime, pass, started } from "./queues.ts";

const done = async () => undefined;

/** Promises to be settled by hand, in the order of their making. */
function gates() {
  const open: { resolve: (value?: Handled) => void; reject: (error: unknown) => void }[] = [];
  const wait = () =>
    new Promise<Handled>((resolve, reject) => open.push({ resolve: (value) => resolve(value), reject }));
  return { open, wait };
}

beforeEach(fakeTime);
afterEach(() => void vi.useRealTimers());

describe("a work queue", () => {
  test("handles a key that is added many times once", async () => {
    const { queue, handled } = started(4, done);
    for (let i = 0; i < 100; i += 1) queue.add("a");
    expect(queue.depth).toBe(1);
    await pass();
    expect(handled).toEqual(["a"]);
    expect(queue.depth).toBe(0);
  });

  test("handles a key again that is added while it is handled, and never twice at once", async () => {
    const { open, wait } = gates();
    const { queue, handled } = started(4, wait);
    queue.add("a");
    await pass();
    queue.add("a");
    queue.add("a");
    await pass();
    expect(handled).toEqual(["a"]);
    open[0]!.resolve();
    await pass();
    expect(handled).toEqual(["a", "a"]);
    open[1]!.resolve();
    await pass();
    expect(handled).toEqual(["a", "a"]);
  });

  test("handles at most as many keys at once as it has workers", async () => {
    const { open, wait } = gates();
    const { queue, handled } = started(3, wait);
    for (let i = 0; i < 10; i += 1) queue.add(`k${i}`);
    await pass();
    expect(handled).toEqual(["k0", "k1", "k2"]);
    expect([queue.working, queue.depth]).toEqual([3, 7]);
    open[1]!.resolve();
    await pass();
    expect(handled).toEqual(["k0", "k1", "k2", "k3"]);
  });

  test("handles live keys before those of the first list, in the order of their coming", async () => {
    const { queue, handled } = started(1, done);
    for (const key of ["old1", "old2", "old3"]) queue.add(key, firstListPriority);
    for (const key of ["new1", "new2", "old2"]) queue.add(key);
    queue.add("new1", firstListPriority); // a lower priority changes nothing
    await pass();
    expect(handled).toEqual(["new1", "new2", "old2", "old1", "old3"]);
  });

  test("keeps the higher priority of a key that is added again while it is handled", async () => {
    const { open, wait } = gates();
    const { queue, handled } = started(1, wait);
    queue.add("a");
    await pass();
    queue.add("a", firstListPriority);
    queue.add("a");
    queue.add("old", firstListPriority);
    open[0]!.resolve();
    await pass();
    expect(handled).toEqual(["a", "a"]);
  });

  test("tries a failed key again after 5 ms · 2ⁿ, up to a minute", async () => {
    const at: number[] = [];
    const { queue } = started(1, async () => {
      at.push(Date.now());
      throw new Error("no");
    });
    queue.add("a");
    await pass(200_000);
    const delays = at.slice(1).map((time, i) => Math.round(time - at[i]!));
    expect(delays.slice(0, 6)).toEqual([5, 10, 20, 40, 80, 160]);
    expect(Math.max(...delays)).toBe(60_000);
  });

  test("spreads delays over the upper half", async () => {
    const delays: number[] = [];
    const options = { random: () => 0, onError: (_k: string, _e: unknown, _n: number, ms: number) => delays.push(ms) };
    const { queue } = started(1, () => Promise.reject(new Error("no")), options);
    queue.add("a");
    await pass(20);
    expect(delays.slice(0, 3)).toEqual([2.5, 5, 10]);
  });

  test("forgets failures on success", async () => {
    let failing = true;
    const failures: number[] = [];
    const { queue } = started(
      1,
      async () => {
        if (failing) throw new Error("no");
        return undefined;
      },
      { onError: (_key, _error, n) => failures.push(n) },
    );
    queue.add("a");
    await pass(16);
    failing = false;
    await pass(1000);
    failing = true;
    queue.add("a");
    await pass();
    expect(failures).toEqual([1, 2, 3, 1]);
  });

  test("waits at least as long as the server asks for, but never beyond the longest delay", async () => {
    const delays: number[] = [];
    let retryAfterMs = 2000;
    const { queue } = started(
      1,
      async () => {
        throw Object.assign(new Error("429"), { retryAfterMs });
      },
      { onError: (_key, _error, _n, ms) => delays.push(ms) },
    );
    queue.add("a");
    await pass();
    retryAfterMs = 1e9;
    await pass(2000);
    expect(delays).toEqual([2000, 60_000]);
  });

  test("takes a handler that throws at once as one that fails", async () => {
    const failures: number[] = [];
    const { queue } = started(
      1,
      () => {
        throw new Error("at once");
      },
      { onError: (_key, _error, n) => failures.push(n) },
    );
    queue.add("a");
    await pass(6);
    expect(failures).toEqual([1, 2]);
  });

  test("goes on with other keys while a poisoned one fails for ever", async () => {
    const { queue, handled } = started(2, async (key) => {
      if (key === "poison") throw new Error("no");
      return undefined;
    });
    queue.add("poison");
    for (let i = 0; i < 1000; i += 1) queue.add(`k${i}`);
    for (let i = 0; i < 100; i += 1) await pass(1);
    expect(new Set(handled).size).toBe(1001);
    expect(handled.filter((key) => key === "poison").length).toBeLessThan(8);
  });

  test("keeps the earliest of several later times", async () => {
    const { queue, handled } = started(1, done);
    queue.addAfter("a", 1000);
    queue.addAfter("a", 100);
    queue.addAfter("a", 500);
    expect(queue.delayed).toBe(1);
    await pass(99);
    expect(handled).toEqual([]);
    await pass(2);
    expect(handled).toEqual(["a"]);
    await pass(5000);
    expect(handled).toEqual(["a"]);
  });

  test("looks again when the handler says so", async () => {
    let looks = 0;
    const { queue, handled } = started(1, async () => (looks++ < 2 ? { afterMs: 50 } : undefined));
    queue.add("a");
    await pass(1000);
    expect(handled).toEqual(["a", "a", "a"]);
  });

  test("takes a time beyond what a timer can hold without handling at once", async () => {
    const { queue, handled } = started(1, done);
    queue.addAfter("a", 2 ** 40);
    queue.addAfter("b", Number.POSITIVE_INFINITY);
    await pass(1000);
    expect(handled).toEqual([]);
  });

  test("ends when the handlers that run have ended, and leaves what waits", async () => {
    const { open, wait } = gates();
    const { queue, handled, stop, running } = started(1, wait);
    queue.add("a");
    queue.add("b");
    queue.addAfter("c", 10);
    await pass();
    stop.abort();
    let ended = false;
    void running.then(() => {
      ended = true;
    });
    await pass(1000);
    expect(ended).toBe(false);
    open[0]!.resolve();
    await pass();
    expect(ended).toBe(true);
    queue.add("d");
    await pass(1000);
    expect(handled).toEqual(["a"]);
  });

  test("ends at its limit when a handler hangs", async () => {
    const stop = new AbortController();
    const queue = new WorkQueue();
    queue.add("a");
    let ended = false;
    void queue
      .run(1, () => new Promise(() => {}), stop.signal, 1000)
      .then(() => {
        ended = true;
      });
    await pass();
    stop.abort();
    await pass(999);
    expect(ended).toBe(false);
    await pass(1);
    expect(ended).toBe(true);
  });

  test("drains within its limit, and says whether it did", async () => {
    const { open, wait } = gates();
    const { queue } = started(2, wait);
    queue.add("a");
    await pass();
    const late = queue.drain(100);
    await pass(100);
    expect(await late).toBe(false);
    const drained = queue.drain(100);
    open[0]!.resolve();
    await pass();
    expect(await drained).toBe(true);
  });

  test("tells how long keys waited and handlers took", async () => {
    const told: unknown[] = [];
    const { open, wait } = gates();
    const { queue } = started(1, wait, {
      onHandled: (key, waited, took, outcome) => told.push([key, Math.round(waited), Math.round(took), outcome]),
    });
    queue.add("a");
    queue.add("b");
    await pass(10);
    open[0]!.resolve({ afterMs: 5000 });
    await pass();
    await pass(20);
    open[1]!.reject(new Error("no"));
    await pass();
    expect(told).toEqual([
      ["a", 0, 10, "later"],
      ["b", 10, 20, "failed"],
    ]);
  });

  test("lets other work in between while a long queue is handled", async () => {
    vi.useRealTimers();
    const { queue, handled, stop, running } = started(4, done);
    for (let i = 0; i < 5000; i += 1) queue.add(`k${i}`);
    let turns = 0;
    while (handled.length < 5000) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    expect(turns).toBeGreaterThan(500);
    stop.abort();
    await running;
  });
});
