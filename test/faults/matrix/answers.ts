// Rows 4, 13 and 14: answers that come too late, refusals, and conflicts.
import { expect, it } from "vitest";
import type { Call } from "../call.ts";
import { answerLate, refused } from "../faults.ts";
import type { Arms } from "../live.ts";
import { flowLife, localLife } from "../lives.ts";
import { Trial } from "../trial.ts";
import { randomOf } from "./random.ts";
import type { Stage } from "./stage.ts";

export function answerRows(stage: () => Stage): void {
  it.concurrent("row 4: an answer that comes after the operator has given up waiting changes nothing", async () => {
    const place = await stage().place("row-4");
    const late = new Set<string>();
    place.lane.proxy.onCall = (call) => {
      const task = taskOf(call);
      if (task === undefined || late.has(task) || !lateWrites[task]?.(call)) return undefined;
      late.add(task);
      return answerLate(35_000);
    };
    const script = { runMs: 150, result: { outcome: "Succeeded", values: { distinct: 7 }, outputs: {} } };
    const names = Object.keys(lateWrites);
    const trials = await Promise.all(names.map((name) => Trial.begin(place, name, script)));
    const undisturbed = await Trial.begin(place, "in-time", script);
    await undisturbed.reaches("Succeeded");
    expect(await undisturbed.settled()).toEqual([]);
    for (const trial of trials) {
      await trial.reaches("Succeeded");
      expect(await trial.settled(undisturbed.state(), 6000), trial.name).toEqual([]);
      await trial.remove();
    }
    expect([...late].sort()).toEqual(names.sort());
  });

  it.concurrent("row 13: with 429, 500, 503 and 504 on 30 % of the calls a flow ends, with at most thrice the calls", async () => {
    const place = await stage().place("row-13");
    let calls = 0;
    let refusals = 0;
    const counted = (random: () => number, share: number) => () => {
      const arms: Arms = { hit: undefined, events: new Map() };
      calls = 0;
      place.lane.proxy.onCall = () => {
        calls++;
        if (random() >= share) return undefined;
        const [code, reason] = refusalsOf[refusals++ % refusalsOf.length]!;
        return refused(code, reason, code === 429 ? { "retry-after": "1" } : {});
      };
      return arms;
    };
    expect(
      await stage().disturbed(
        place,
        flowLife,
        counted(() => 1, 0),
      ),
    ).toEqual([]);
    const clean = calls;
    expect(await stage().disturbed(place, flowLife, counted(randomOf(13), 0.3))).toEqual([]);
    expect(refusals).toBeGreaterThan(5);
    expect(calls).toBeLessThanOrEqual(3 * clean);
  });

  it.concurrent("row 14: conflicts on every status write for 20 s end in no hot loop and no lost status", async () => {
    const place = await stage().place("row-14");
    const until = Date.now() + 20_000;
    let conflicts = 0;
    const wrong = await stage().disturbed(place, localLife, ({ proxy }) => {
      proxy.onCall = ({ subresource }) => {
        if (subresource !== "status" || Date.now() > until) return undefined;
        conflicts++;
        return refused(409, "Conflict");
      };
      return { hit: undefined, events: new Map() };
    });
    expect(wrong).toEqual([]);
    expect(conflicts).toBeGreaterThan(3);
    expect(conflicts).toBeLessThan(60);
  });
}

const refusalsOf = [
  [429, "TooManyRequests"],
  [500, "InternalError"],
  [503, "ServiceUnavailable"],
  [504, "Timeout"],
] as const;

/** Of each task one write is answered late. */
const lateWrites: Readonly<Record<string, (call: Call) => boolean>> = {
  "late-conf": ({ method, resource }) => method === "POST" && resource === "configmaps",
  "late-pod": ({ method, resource }) => method === "POST" && resource === "pods",
  "late-first": ({ resource, subresource }) => resource === "sparktasks" && subresource === "status",
  "late-end": ({ subresource, body }) => subresource === "status" && body.includes('"phase":"Succeeded"'),
  "late-release": ({ method, resource }) => method === "PATCH" && resource === "pods",
};

/** Which of these tasks a write is about. */
function taskOf({ kind, resource, name, body }: Call): string | undefined {
  if (kind !== "write" || resource === "events") return undefined;
  return /late-[a-z]+/.exec(name)?.[0] ?? /"late-[a-z]+/.exec(body)?.[0].slice(1);
}
