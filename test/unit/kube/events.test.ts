import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError, type Client } from "../../../operator/kube/client.ts";
import { EventRecorder, type Happening, type RecorderOptions } from "../../../operator/kube/events.ts";
import { silent } from "../../../operator/kube/log.ts";

type Call = { what: "create" | "patch"; namespace: string; name?: string; body: Record<string, unknown> };
let calls: Call[];
let answer: (call: Call) => Promise<unknown> | unknown;
const client = {
  create: async (_r: unknown, namespace: string, body: Call["body"]) => told({ what: "create", namespace, body }),
  patch: async (_r: unknown, namespace: string, name: string, body: Call["body"]) =>
    told({ what: "patch", namespace, name, body }),
} as unknown as Client;
const told = (call: Call) => {
  calls.push(structuredClone(call));
  return answer(call);
};

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  answer = () => ({});
});
afterEach(() => void vi.useRealTimers());

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const recorder = (options: Partial<RecorderOptions> = {}) =>
  new EventRecorder({ client, controller: "sparkflow.dev/operator", instance: "op-1", log: silent, ...options });
const happening = (more: Partial<Happening> & { uid?: string } = {}): Happening => ({
  regarding: {
    apiVersion: "sparkflow.dev/v1alpha1",
    kind: "SparkTask",
    metadata: { name: "t", namespace: "ns", uid: more.uid ?? "u1", resourceVersion: "7" },
  },
  ...{ type: "Normal", reason: "DriverCreated", note: "created driver pod p", action: "Start" },
  ...more,
});

describe("events", () => {
  test("have what events.k8s.io/v1 wants", async () => {
    recorder().record(happening());
    await pass();
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      namespace: "ns",
      body: {
        ...{ apiVersion: "events.k8s.io/v1", kind: "Event", type: "Normal", reason: "DriverCreated", action: "Start" },
        ...{ note: "created driver pod p", reportingController: "sparkflow.dev/operator", reportingInstance: "op-1" },
        eventTime: expect.stringMatching(/\.\d{6}Z$/),
        metadata: { name: expect.stringMatching(/^t\.[0-9a-f]+$/), namespace: "ns" },
        regarding: {
          ...{ apiVersion: "sparkflow.dev/v1alpha1", kind: "SparkTask", name: "t", namespace: "ns", uid: "u1" },
          resourceVersion: "7",
        },
      },
    });
    expect(calls[0]!.body.series).toBeUndefined();
  });

  test("of the same kind are one, whose count follows a minute later", async () => {
    const events = recorder();
    for (let i = 0; i < 50; i += 1) events.record(happening());
    await pass(59_000);
    expect(calls).toHaveLength(1);
    await pass(2000);
    expect(calls).toHaveLength(2);
    expect(calls[1]).toMatchObject({ what: "patch", name: (calls[0]!.body.metadata as { name: string }).name });
    expect(calls[1]!.body).toEqual({ series: { count: 50, lastObservedTime: expect.stringMatching(/\.\d{6}Z$/) } });
    await pass(600_000);
    expect(calls).toHaveLength(2);
  });

  test("that differ in object, reason or note are different", async () => {
    const events = recorder();
    for (const more of [{}, { uid: "u2" }, { reason: "Other" }, { note: "other" }, { type: "Warning" as const }])
      events.record(happening(more));
    await pass();
    expect(calls).toHaveLength(5);
    expect(new Set(calls.map(({ body }) => (body.metadata as { name: string }).name)).size).toBe(5);
  });

  test("that come again after a long while are new", async () => {
    const events = recorder();
    events.record(happening());
    await pass(361_000);
    events.record(happening());
    await pass();
    expect(calls.map(({ what }) => what)).toEqual(["create", "create"]);
  });

  test("of one object are at most 25 at once, then one in five minutes", async () => {
    const dropped = vi.fn();
    const events = recorder({ onDropped: dropped });
    for (let i = 0; i < 100; i += 1) events.record(happening({ note: `n${i}` }));
    events.record(happening({ uid: "other" }));
    await pass();
    expect(calls).toHaveLength(26);
    expect(dropped).toHaveBeenCalledTimes(75);
    await pass(300_000);
    events.record(happening({ note: "later" }));
    await pass();
    expect(calls).toHaveLength(27);
  });

  test("that wait are bounded, and recording never waits", async () => {
    const dropped = vi.fn();
    answer = () => new Promise(() => {});
    const events = recorder({ capacity: 10, onDropped: dropped });
    for (let i = 0; i < 100; i += 1) events.record(happening({ uid: `u${i}` }));
    await pass();
    expect(calls).toHaveLength(2); // two at once
    expect(dropped).toHaveBeenCalledTimes(88);
  });

  test("are tried three times, and what the server doesn't want isn't", async () => {
    const events = recorder();
    answer = () => Promise.reject(new ApiError(503, "ServiceUnavailable", "later", { retryAfterMs: 1000 }));
    events.record(happening());
    await pass(60_000);
    expect(calls).toHaveLength(3);
    answer = () => Promise.reject(new ApiError(403, "Forbidden", "the namespace is being terminated"));
    events.record(happening({ uid: "u2" }));
    await pass(60_000);
    expect(calls).toHaveLength(4);
  });

  test("whose answer was lost are not made twice", async () => {
    const names: unknown[] = [];
    answer = ({ body }) => {
      names.push((body.metadata as { name: string }).name);
      if (names.length === 1) throw new ApiError(0, "ConnectionLost", "lost");
      throw new ApiError(409, "AlreadyExists", "there is one");
    };
    recorder().record(happening());
    await pass(60_000);
    expect(names).toHaveLength(2);
    expect(names[0]).toBe(names[1]);
  });

  test("whose hour is over on the server are made anew", async () => {
    const events = recorder();
    events.record(happening());
    await pass();
    answer = ({ what }) => {
      if (what === "patch") throw new ApiError(404, "NotFound", "gone");
      return {};
    };
    events.record(happening());
    await pass(61_000);
    events.record(happening());
    await pass();
    expect(calls.map(({ what }) => what)).toEqual(["create", "patch", "create"]);
  });

  test("have notes of at most 1,024 bytes, cut between characters, and names that fit", async () => {
    const long = happening({ note: "€".repeat(2000), reason: "R".repeat(200), action: "A".repeat(200) });
    long.regarding.metadata.name = "n".repeat(253);
    recorder({ instance: "i".repeat(300) }).record(long);
    await pass();
    const { note, reason, action, reportingInstance, metadata } = calls[0]!.body as Record<string, string>;
    expect(Buffer.byteLength(note!)).toBeLessThanOrEqual(1024);
    expect(note).toMatch(/^€+…$/);
    expect([reason!.length, action!.length, reportingInstance!.length]).toEqual([128, 128, 128]);
    expect((metadata as unknown as { name: string }).name.length).toBeLessThanOrEqual(253);
  });

  test("are sent before the end, counts too, but the end doesn't wait for long", async () => {
    const events = recorder();
    events.record(happening());
    await pass();
    events.record(happening());
    await events.drain(1000);
    expect(calls.map(({ what }) => what)).toEqual(["create", "patch"]);
    events.record(happening({ uid: "after" }));
    await pass(100_000);
    expect(calls).toHaveLength(2);
    answer = () => new Promise(() => {});
    const stuck = recorder();
    stuck.record(happening());
    const draining = stuck.drain(1000);
    await pass(1000);
    await draining;
  });

  test("ask for nothing while nothing happens", async () => {
    recorder().record(happening());
    await pass(3600_000);
    expect(calls).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
