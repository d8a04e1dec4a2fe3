// The work queue over random orders of adding, ending, failing and waiting.
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { firstListPriority, type Handled } from "../../../operator/kube/queue.ts";
import { fakeTime, pass, started } from "./queues.ts";

type Step =
  | { do: "add"; key: string; priority: number }
  | { do: "after"; key: string; ms: number }
  | { do: "end"; which: number; how: "done" | "later" | "fail" }
  | { do: "pass"; ms: number };

const key = fc.constantFrom("a", "b", "c", "d", "e");
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("add" as const), key, priority: fc.constantFrom(0, firstListPriority) }),
  fc.record({ do: fc.constant("after" as const), key, ms: fc.integer({ min: -1, max: 50 }) }),
  fc.record({
    do: fc.constant("end" as const),
    which: fc.nat(10),
    how: fc.constantFrom("done" as const, "later" as const, "fail" as const),
  }),
  fc.record({ do: fc.constant("pass" as const), ms: fc.nat(30) }),
);

test("any order of adding, ending and failing: a key never twice at once, none lost, none handled without a cause", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), async (steps, workers) => {
      fakeTime();
      const open: { key: string; end: (how: "done" | "later" | "fail") => void }[] = [];
      const working = new Set<string>();
      const owed = new Map<string, number>(); // causes to be handled that no handler has begun to answer since
      const causes = new Map<string, number>();
      const cause = (k: string) => {
        owed.set(k, 1);
        causes.set(k, (causes.get(k) ?? 0) + 1);
      };
      const handle = (k: string) => {
        expect(working.has(k)).toBe(false);
        working.add(k);
        expect(working.size).toBeLessThanOrEqual(workers);
        owed.delete(k);
        causes.set(k, causes.get(k)! - 1);
        expect(causes.get(k)).toBeGreaterThanOrEqual(0);
        return new Promise<Handled>((resolve, reject) => {
          const end = (how: "done" | "later" | "fail") => {
            working.delete(k);
            if (how !== "done") cause(k);
            if (how === "fail") reject(new Error("no"));
            else resolve(how === "later" ? { afterMs: 7 } : undefined);
          };
          open.push({ key: k, end });
        });
      };
      const { queue, stop, running } = started(workers, handle);
      for (const one of steps) {
        if (one.do === "add") {
          cause(one.key);
          queue.add(one.key, one.priority);
        } else if (one.do === "after") {
          cause(one.key);
          queue.addAfter(one.key, one.ms);
        } else if (one.do === "pass") await pass(one.ms);
        else if (open.length > 0) open.splice(one.which % open.length, 1)[0]!.end(one.how);
      }
      for (let i = 0; i < 20; i += 1) {
        await pass(10);
        for (const { end } of open.splice(0)) end("done");
      }
      expect([...owed.keys()]).toEqual([]);
      expect([queue.depth, queue.working, queue.delayed]).toEqual([0, 0, 0]);
      stop.abort();
      await running;
      vi.useRealTimers();
    }),
    { numRuns: 300 },
  );
});
