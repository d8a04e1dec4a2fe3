// maxRunningDrivers: the oldest tasks of an engine come first, and nobody else is looked at when a driver has ended.
import { describe, expect, test } from "vitest";
import type { Context, StoredTask } from "../../../operator/controllers/context.ts";
import { Groups } from "../../../operator/controllers/groups.ts";
import { queuedIn, room, unfinishedIn, waitingFor } from "../../../operator/controllers/task/room.ts";
import { driverPod, running } from "../engines/kubernetes/driverPods.ts";

const task = (name: string, minute: number, status: object = {}, spec: object = {}): StoredTask =>
  ({
    metadata: {
      name,
      namespace: "geo",
      uid: name,
      resourceVersion: "1",
      creationTimestamp: `2026-11-21T07:0${minute}:00Z`,
    },
    spec,
    status,
  }) as unknown as StoredTask;
const queued = { phase: "Pending", conditions: [{ type: "Ready", status: "False", reason: "Queued" }] };

/** A context of these tasks, of which some have a driver that runs. */
function contextOf(tasks: readonly StoredTask[], withDriver: readonly string[] = [], limit = 2): Context {
  const unfinished = new Groups(unfinishedIn);
  const waiting = new Groups(queuedIn);
  for (const one of tasks)
    for (const groups of [unfinished, waiting]) groups.follow(`geo/${one.metadata.name}`, undefined, one);
  return {
    now: () => Date.parse("2026-11-21T08:00:00Z"),
    settings: { defaultEngine: "default" },
    engines: { get: () => ({ spec: { maxRunningDrivers: limit } }) },
    podsOfTask: { of: (key: string) => (withDriver.includes(key) ? [driverPod(running)] : []) },
    unfinished,
    queued: waiting,
  } as unknown as Context;
}

describe("room", () => {
  const [a, b, c] = [task("a", 1), task("b", 2), task("c", 3)];
  test("is for the oldest", () => {
    const ctx = contextOf([c, b, a]);
    expect([a, b, c].map((one) => room(ctx, one, "default", 2) === undefined)).toEqual([true, true, false]);
  });
  test("is taken by drivers that run, whatever their age", () => {
    const ctx = contextOf([a, b, c], ["geo/b", "geo/c"]);
    expect(room(ctx, a, "default", 2)).toMatch(/at most 2 drivers of engine default/);
  });
  test("isn't taken by tasks that have ended, nor by those of other engines", () => {
    const ctx = contextOf([task("a", 1, { phase: "Succeeded" }), task("b", 2, {}, { engine: "other" }), c]);
    expect(room(ctx, c, "default", 1)).toBeUndefined();
  });
  test("is without end where there is no limit", () =>
    expect(room(contextOf([a, b, c]), c, "default", undefined)).toBeUndefined());
  test("is refused in the same words whoever else waits, so that nothing is written anew", () => {
    const said = [contextOf([a, b, c]), contextOf([b, c])].map((ctx) => room(ctx, c, "default", 1));
    expect(said[0]).toBe(said[1]);
  });
});

describe("when a driver has ended", () => {
  test("as many of the oldest that wait are looked at as may run", () => {
    const tasks = [3, 1, 4, 2].map((minute) => task(`t${minute}`, minute, queued));
    expect(waitingFor(contextOf([...tasks, task("new", 0)]), "geo")).toEqual(["geo/t1", "geo/t2"]);
  });
  test("each engine has its own", () => {
    const tasks = [task("a", 1, queued), task("b", 2, queued, { engine: "other" })];
    expect(waitingFor(contextOf(tasks, [], 1), "geo")).toEqual(["geo/a", "geo/b"]);
  });
  test("other namespaces are left alone", () =>
    expect(waitingFor(contextOf([task("a", 1, queued)]), "else")).toEqual([]));
});
