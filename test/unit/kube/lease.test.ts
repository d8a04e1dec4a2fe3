import { describe, expect, test } from "vitest";
import { ApiError } from "../../../operator/kube/client.ts";
import { anew, candidate, pass, server, spec } from "./leases.ts";

describe("leader election", () => {
  test("the first makes the Lease and leads at once, with times in microseconds", async () => {
    const a = candidate("a");
    await pass(10);
    expect(a.leads).toHaveLength(1);
    expect(spec()).toMatchObject({ holderIdentity: "a", leaseDurationSeconds: 15, leaseTransitions: 0 });
    for (const time of ["acquireTime", "renewTime"])
      expect(spec()[time]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  test("the holder renews every 2 s, with one call each", async () => {
    const a = candidate("a");
    await pass(10);
    const { acquireTime } = spec();
    await pass(60_000);
    expect(server.writes.length).toBe(31);
    expect(server.gets).toBe(1);
    expect(spec().acquireTime).toBe(acquireTime);
    expect(a.leads[0]!.signal.aborted).toBe(false);
  });

  test("another waits while the holder lives, and doesn't write", async () => {
    candidate("a");
    await pass(10);
    const b = candidate("b");
    await pass(300_000);
    expect(b.leads).toHaveLength(0);
    expect(server.writes.every(({ by }) => by === "a")).toBe(true);
  });

  test("a killed holder is followed within 17 s, and not before its lease has run out", async () => {
    for (let i = 0; i < 20; i += 1) {
      anew();
      let killed = false;
      server.fault = (by) => {
        if (by === "a" && killed) throw new ApiError(0, "ConnectionLost", "killed");
      };
      candidate("a");
      await pass(10);
      const b = candidate("b");
      await pass(20_000 + i * 317);
      killed = true;
      const at = Date.now();
      const renewed = server.writes.at(-1)!.at;
      await pass(18_000);
      expect(b.leads).toHaveLength(1);
      expect(b.leads[0]!.at - at).toBeLessThanOrEqual(17_000);
      expect(b.leads[0]!.at - renewed).toBeGreaterThanOrEqual(15_000);
      expect(spec()).toMatchObject({ holderIdentity: "b", leaseTransitions: 1 });
      b.stop.abort();
      await pass(1000);
    }
  });

  test("a holder that ends gives the Lease back after its work has ended, and is followed within 3 s", async () => {
    const a = candidate("a", { drainMs: 500 });
    await pass(10);
    const b = candidate("b");
    await pass(10_000);
    a.stop.abort();
    await pass(400);
    expect(a.leads[0]!.signal.aborted).toBe(true);
    expect(spec().holderIdentity).toBe("a"); // still at work
    await pass(200);
    expect(server.writes.findLast(({ by }) => by === "a")!.spec).toMatchObject({ holderIdentity: "" });
    expect(a.end()).toBe("stopped");
    await pass(2400);
    expect(b.leads).toHaveLength(1);
  });

  test("work that is slow to end keeps the Lease renewed until then", async () => {
    const a = candidate("a", { drainMs: 60_000 });
    await pass(10);
    const b = candidate("b");
    a.stop.abort();
    await pass(59_000);
    expect(b.leads).toHaveLength(0);
    expect(spec().holderIdentity).toBe("a");
    await pass(4000);
    expect(b.leads).toHaveLength(1);
  });

  test("work that comes to its end ends the election; if it failed, with its error", async () => {
    const a = candidate("a");
    await pass(10);
    a.leads[0]!.finish();
    await pass(10);
    expect([a.end(), spec().holderIdentity]).toEqual(["stopped", ""]);
    const b = candidate("b");
    await pass(10);
    b.leads[0]!.finish(new Error("work failed"));
    await pass(10);
    expect(b.end()).toMatchObject({ message: "work failed" });
    expect(spec().holderIdentity).toBe("");
  });

  test("a holder that can't renew for 10 s stops its work before another may lead", async () => {
    const a = candidate("a");
    const b = candidate("b");
    await pass(10_000);
    server.fault = (by) => {
      if (by === "a") throw new ApiError(0, "ConnectionLost", "cut off");
    };
    const renewed = server.writes.at(-1)!.at;
    let lostAt = 0;
    a.leads[0]!.signal.addEventListener("abort", () => {
      lostAt = Date.now();
    });
    await pass(20_000);
    expect(lostAt - renewed).toBeGreaterThanOrEqual(9000);
    expect(lostAt - renewed).toBeLessThanOrEqual(10_500);
    expect(a.end()).toBe("lost");
    expect(b.leads[0]!.at).toBeGreaterThan(lostAt);
  });

  test("calls that hang are cut short, so that there is more than one try", async () => {
    const a = candidate("a");
    await pass(10_000);
    let tries = 0;
    server.fault = () => {
      tries += 1;
      return new Promise(() => {});
    };
    await pass(11_000);
    expect(tries).toBeGreaterThanOrEqual(3);
    expect(a.leads[0]!.signal.aborted).toBe(true);
  });

  test("a holder gets over errors for less than 10 s", async () => {
    const a = candidate("a");
    await pass(10_000);
    server.fault = () => {
      throw new ApiError(500, "InternalError", "no");
    };
    await pass(7000);
    server.fault = () => {};
    await pass(60_000);
    expect(a.leads[0]!.signal.aborted).toBe(false);
    expect(Date.now() - server.writes.at(-1)!.at).toBeLessThan(2500);
  });

  test("an answer that is lost doesn't lose the Lease", async () => {
    let n = 0;
    server.lost = () => {
      n += 1;
      if (n % 3 === 0) throw new ApiError(0, "ConnectionLost", "answer lost");
    };
    const a = candidate("a");
    await pass(120_000);
    expect(a.leads).toHaveLength(1);
    expect(a.leads[0]!.signal.aborted).toBe(false);
    expect(spec().leaseTransitions).toBe(0);
  });

  test("the answer to the very first write lost: it leads all the same", async () => {
    let lost = false;
    server.lost = () => {
      if (lost) return;
      lost = true;
      throw new ApiError(0, "ConnectionLost", "answer lost");
    };
    const a = candidate("a");
    await pass(5000);
    expect(a.leads).toHaveLength(1);
  });

  test("a Lease that another took is lost at once", async () => {
    const a = candidate("a");
    await pass(10);
    server.lease = { ...server.lease!, spec: { ...spec(), holderIdentity: "thief" } };
    server.lease.metadata.resourceVersion = "999";
    await pass(3000);
    expect(a.leads[0]!.signal.aborted).toBe(true);
    expect(a.end()).toBe("lost");
    expect(spec().holderIdentity).toBe("thief"); // and it isn't given back by us
  });

  test("a Lease that was deleted is made again", async () => {
    const a = candidate("a");
    await pass(10);
    server.lease = undefined;
    await pass(5000);
    expect(spec().holderIdentity).toBe("a");
    expect(a.leads[0]!.signal.aborted).toBe(false);
  });

  test.each([-3600_000, 3600_000])("another's clock that is %d ms off changes nothing", async (off) => {
    candidate("a");
    await pass(10_000);
    for (const time of ["renewTime", "acquireTime"])
      server.lease!.spec[time] = new Date(Date.now() + off).toISOString().replace("Z", "000Z");
    server.lost = (by) => {
      if (by === "a") server.lease!.spec.renewTime = new Date(Date.now() + off).toISOString().replace("Z", "000Z");
    };
    const b = candidate("b");
    await pass(120_000);
    expect(b.leads).toHaveLength(0);
  });

  test("of many that begin at once exactly one leads", async () => {
    const all = Array.from({ length: 10 }, (_, i) => candidate(`c${i}`));
    await pass(60_000);
    expect(all.filter(({ leads }) => leads.length > 0)).toHaveLength(1);
    all.find(({ leads }) => leads.length > 0)!.stop.abort();
    await pass(5000);
    expect(all.filter(({ leads }) => leads.length > 0)).toHaveLength(2);
  });

  test("a process that was stopped for long knows that it may no longer lead before it is told", async () => {
    let now = 0;
    const clock = () => now + performance.now();
    const a = candidate("a", { clock });
    await pass(10);
    expect(a.leads[0]!.valid()).toBe(true);
    now += 16_000; // the process slept, and no timer has fired yet
    expect(a.leads[0]!.valid()).toBe(false);
    expect(a.leads[0]!.signal.aborted).toBe(false);
  });

  test("one that is ended while it waits ends at once and writes nothing", async () => {
    candidate("a");
    await pass(10);
    const b = candidate("b");
    await pass(10_000);
    b.stop.abort();
    await pass(1);
    expect(b.end()).toBe("stopped");
    expect(server.writes.every(({ by }) => by === "a")).toBe(true);
  });

  test("the same identity in a new process takes over at once", async () => {
    server.fault = () => {};
    const old = candidate("pod");
    await pass(10);
    server.fault = () => {
      throw new ApiError(0, "ConnectionLost", "gone");
    };
    await pass(1000);
    server.fault = () => {};
    expect(old.leads).toHaveLength(1);
    const again = candidate("pod");
    await pass(10);
    expect(again.leads).toHaveLength(1);
  });
});
