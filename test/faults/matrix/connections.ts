// Rows 10, 11 and 18: connections that are silent or break all the time, and leaders that go.
import { expect, it } from "vitest";
import { executorsLife, localLife, makeEngines } from "../lives.ts";
import { doubleAttempts, quiet } from "../oracles.ts";
import { Trial } from "../trial.ts";
import { randomOf } from "./random.ts";
import type { Stage } from "./stage.ts";

export function connectionRows(stage: () => Stage): void {
  it.concurrent("row 10: watches that say nothing any more, on open connections, are noticed within 45 s", async () => {
    const place = await stage().place("row-10");
    const { proxy, operator } = place.lane;
    for (const stream of proxy.streams) stream.silence();
    const silent = Date.now();
    const trial = await Trial.begin(place, "unheard", { runMs: 100 });
    await trial.driver();
    expect(Date.now() - silent).toBeLessThan(55_000); // 45 s, and what a busy machine needs
    await trial.reaches("Succeeded");
    expect(await operator.readyz()).toBe(200);
    expect(await trial.settled()).toEqual([]);
    await trial.remove();
  });

  it.concurrent("row 11: watches that break every second for a minute", async () => {
    const place = await stage().place("row-11");
    const { proxy } = place.lane;
    const end = Date.now() + 60_000;
    let opened = 0;
    const timer = setInterval(() => {
      opened += proxy.streams.size;
      for (const stream of [...proxy.streams]) stream.reset();
    }, 1000);
    try {
      do expect(await stage().disturbed(place, executorsLife)).toEqual([]);
      while (Date.now() < end);
    } finally {
      clearInterval(timer);
    }
    expect(opened).toBeGreaterThan(100);
  });

  it.concurrent("row 11: a storm of connections that are reset, before and after the work was done", async () => {
    const place = await stage().place("row-11-storm");
    const random = randomOf(11);
    const end = Date.now() + 20_000;
    let resets = 0;
    const storm = ({ proxy }: typeof place.lane) => {
      proxy.onCall = ({ kind }) => {
        if (Date.now() > end || random() >= 0.3) return undefined;
        resets++;
        return async (exchange) => {
          if (kind !== "watch" && random() < 0.5) await exchange.forward();
          exchange.reset();
        };
      };
      return { hit: undefined, events: new Map<string, number>() };
    };
    do expect(await stage().disturbed(place, localLife, storm)).toEqual([]);
    while (Date.now() < end);
    expect(resets).toBeGreaterThan(5);
  });

  it.concurrent("row 18: another takes over within 17 s of the leader's SIGKILL, and within 3 s of its SIGTERM", async () => {
    const { rig, view } = stage();
    const namespace = await rig.namespace("row-18");
    await makeEngines(rig.client, namespace);
    const args = ["--namespace", namespace];
    const lanes = await Promise.all(["a", "b", "c"].map((end) => rig.lane(`row-18-${end}`, [namespace], args)));
    const [first, second, third] = lanes as [(typeof lanes)[0], (typeof lanes)[0], (typeof lanes)[0]];
    const writes = () => lanes.flatMap(({ proxy }) => proxy.objectWrites());
    await first.operator.start();
    await first.operator.ready(90_000);
    const running = await Trial.begin({ rig, view, lane: first, namespace }, "long", { runMs: "never" });
    await running.reaches("Running");
    await second.operator.start();
    await second.operator.ready(90_000);
    expect(await quiet(writes, 2000, 10_000)).toEqual([]);

    await first.operator.kill();
    const killed = Date.now();
    const next = await Trial.begin({ rig, view, lane: second, namespace }, "after-kill", { runMs: 100 });
    await next.driver();
    expect(Date.now() - killed).toBeLessThan(17_000 + 2000);
    await next.reaches("Succeeded");
    expect(await next.settled()).toEqual([]);

    await third.operator.start();
    await third.operator.ready(90_000);
    const terminated = Date.now();
    expect(await second.operator.end("SIGTERM")).toBe(0);
    const last = await Trial.begin({ rig, view, lane: third, namespace }, "after-term", { runMs: 100 });
    await last.driver();
    expect(Date.now() - terminated).toBeLessThan(3000 + 2000);
    await last.reaches("Succeeded");
    expect(await last.settled()).toEqual([]);

    expect(doubleAttempts(lanes.flatMap(({ proxy }) => proxy.writes))).toEqual([]);
    expect(running.status.attempt).toBe(1);
    expect(running.drivers.length).toBe(1);
    for (const trial of [running, next, last]) await trial.remove();
  });
}
