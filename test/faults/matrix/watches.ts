// Rows 6 to 9 and 12: what a watch may bring: too little, too late, twice, out of order, or torn.
import { expect, it } from "vitest";
import { sparkEngines, sparkTasks } from "../../../operator/kube/resources.ts";
import type { Answer } from "../exchange.ts";
import { refused } from "../faults.ts";
import type { Arms, Disturbance } from "../live.ts";
import { executorsLife, flowLife, localLife } from "../lives.ts";
import { quiet } from "../oracles.ts";
import type { ApiProxy } from "../proxy.ts";
import { Trial } from "../trial.ts";
import type { OnLine } from "../watchStream.ts";
import type { Stage } from "./stage.ts";

const disturbance =
  (set: (proxy: ApiProxy, arms: Arms) => void): Disturbance =>
  ({ proxy }) => {
    const arms: Arms = { hit: undefined, events: new Map() };
    set(proxy, arms);
    return arms;
  };
const lines = (onLine: OnLine): Disturbance =>
  disturbance((proxy) => {
    proxy.onLine = onLine;
  });
const later = (ms: number, act: () => void) => void setTimeout(act, ms).unref();

export function watchRows(stage: () => Stage): void {
  it.concurrent("row 6: a driver that is never seen running has succeeded all the same", async () => {
    const result = { outcome: "Succeeded", values: { distinct: 7 }, outputs: {} };
    const trial = await Trial.begin(stage().shared, "at-once", { skipRunning: true, result });
    await trial.reaches("Succeeded");
    expect(trial.status.values).toEqual({ distinct: 7 });
    expect(await trial.settled()).toEqual([]);
    await trial.remove();
  });

  it.concurrent("row 6: a task deleted and made again under its name between two events is another task", async () => {
    const place = await stage().place("row-6");
    place.lane.proxy.onLine = ({ type, call, line }, stream) => {
      if (type !== "DELETED" || call.resource !== "sparktasks") stream.send(line);
    };
    const trial = await Trial.begin(place, "again", { runMs: "never" });
    const first = await trial.driver(1, "Running");
    await stage().rig.client.delete(sparkTasks, place.namespace, "again", { propagationPolicy: "Background" });
    await trial.until("its deletion", () => trial.object === undefined);
    await trial.apply({ runMs: 100 });
    await trial.reaches("Succeeded");
    await trial.until("the first driver's end", () => trial.drivers.length === 1);
    expect(trial.drivers[0]!.metadata.uid).not.toBe(first.metadata.uid);
    expect(trial.status.attempt).toBe(1);
    expect(await trial.settled()).toEqual([]);
    await trial.remove();
  });

  it.concurrent("row 7: events that come 5 s late only make it slower", async () => {
    const place = await stage().place("row-7");
    const slow = lines(({ line }, stream) => later(5000, () => stream.send(line)));
    expect(await stage().disturbed(place, localLife, slow)).toEqual([]);
  });

  it.concurrent("row 7: an operator that starts with lists from before everything repeats nothing", async () => {
    const recorded = new Map<string, Answer>();
    const place = await stage().place("row-7-past", [], ({ proxy }) => {
      proxy.onCall = ({ kind, resource }) => {
        if (kind !== "list" || recorded.has(resource)) return undefined;
        return async (exchange) => {
          const answer = await exchange.forward();
          recorded.set(resource, answer);
          exchange.reply(answer);
        };
      };
    });
    const trials = await Promise.all([
      Trial.begin(place, "ended", { runMs: 100 }),
      Trial.begin(place, "under-way", { runMs: "never" }),
    ]);
    const [over, running] = trials as [Trial, Trial];
    await over.reaches("Succeeded");
    await running.reaches("Running");
    expect(await over.settled()).toEqual([]);
    const before = [over.state(), running.state()];
    await place.lane.operator.kill();
    const since = place.lane.proxy.writes.length;
    const past = new Map(recorded);
    place.lane.proxy.onCall = ({ kind, resource }) => {
      const answer = kind === "list" ? past.get(resource) : undefined;
      past.delete(resource);
      return answer && (async (exchange) => exchange.reply(answer));
    };
    await place.lane.operator.start();
    await place.lane.operator.ready();
    expect(past.size, "lists that weren't asked for").toBe(0);
    expect(await quiet(() => place.lane.proxy.objectWrites(since), 3000, 20_000)).toEqual([]);
    expect([over.state(), running.state()]).toEqual(before);
    expect([over.drivers.length, running.drivers.length]).toEqual([1, 1]);
    for (const trial of trials) await trial.remove();
  });

  it.concurrent("row 8: events that come twice, and kinds that overtake each other", async () => {
    const place = await stage().place("row-8");
    const twice = lines(({ line }, stream) => {
      stream.send(line);
      stream.send(line);
    });
    expect(await stage().disturbed(place, executorsLife, twice), "twice").toEqual([]);
    for (const slow of ["sparktasks", "pods"]) {
      const overtaken = lines(({ call, line }, stream) => {
        if (call.resource === slow) later(400, () => stream.send(line));
        else stream.send(line);
      });
      expect(await stage().disturbed(place, flowLife, overtaken), `${slow} last`).toEqual([]);
    }
  });

  it.concurrent("row 9: 410 in the stream, and as the answer to a watch", async () => {
    const place = await stage().place("row-9");
    const status = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "Expired", code: 410 };
    const expired = JSON.stringify({ type: "ERROR", object: { ...status, message: "too old resource version" } });
    const seen = new Set<string>();
    const inStream = lines(({ call, line }, stream) => {
      if (seen.has(call.resource)) return stream.send(line);
      seen.add(call.resource);
      stream.send(expired);
      stream.end();
    });
    expect(await stage().disturbed(place, flowLife, inStream), "in the stream").toEqual([]);
    const refusedOnce = new Set<string>();
    const answered = disturbance((proxy) => {
      const open = proxy.streams.size;
      for (const stream of [...proxy.streams]) stream.reset();
      expect(open).toBeGreaterThan(0);
      proxy.onCall = ({ kind, resource }) => {
        if (kind !== "watch" || refusedOnce.has(resource)) return undefined;
        refusedOnce.add(resource);
        return refused(410, "Expired");
      };
    });
    expect(await stage().disturbed(place, flowLife, answered), "as an answer").toEqual([]);
    expect(refusedOnce.size).toBe(5);
  });

  it.concurrent("row 9: 410 on a list's second page is got over by a list in one piece", async () => {
    const { rig, view } = stage();
    const namespace = await rig.namespace("row-9-pages");
    const engine = (name: string) => ({
      apiVersion: "sparkflow.dev/v1alpha1",
      kind: "SparkEngine",
      metadata: { name },
      spec: { local: { cores: 1 } },
    });
    const names = Array.from({ length: 510 }, (_, i) => `engine-${String(i).padStart(3, "0")}`);
    for (let i = 0; i < names.length; i += 30)
      await Promise.all(names.slice(i, i + 30).map((name) => rig.client.create(sparkEngines, namespace, engine(name))));
    let pages = 0;
    const lane = await rig.lane(namespace, [namespace]);
    lane.proxy.onCall = ({ query }) => (query.has("continue") && ++pages === 1 ? refused(410, "Expired") : undefined);
    await lane.operator.start();
    await lane.operator.ready(90_000);
    const place = { rig, view, lane, namespace };
    const trial = await Trial.begin(place, "last-engine", { runMs: 100 }, { engine: names.at(-1) });
    await trial.reaches("Succeeded");
    expect(pages).toBe(1);
    expect(await trial.settled()).toEqual([]);
    await trial.remove();
  });

  it.concurrent("row 12: lines that are cut off, no JSON, of 5 MB, or split within a character", async () => {
    const place = await stage().place("row-12");
    const once = (damage: OnLine): Disturbance => {
      const done = new Set<string>();
      return lines((event, stream) => {
        const { call, line } = event;
        if (done.has(call.resource) || event.type !== "MODIFIED") return stream.send(line);
        done.add(call.resource);
        damage(event, stream);
      });
    };
    const cutOff = once(({ line }, stream) => {
      stream.write(line.slice(0, line.length / 2));
      later(20, () => stream.reset());
    });
    expect(await stage().disturbed(place, executorsLife, cutOff), "cut off").toEqual([]);
    const ended = once(({ line }, stream) => {
      stream.write(line.slice(0, line.length / 2));
      later(20, () => stream.end());
    });
    expect(await stage().disturbed(place, executorsLife, ended), "cut off, ended in order").toEqual([]);
    const noJson = once((_event, stream) => stream.send("<html>502 Bad Gateway</html>"));
    expect(await stage().disturbed(place, executorsLife, noJson), "no JSON").toEqual([]);
    const large = once(({ line }, stream) => {
      const event = JSON.parse(line) as { object: { metadata: { annotations?: Record<string, string> } } };
      event.object.metadata.annotations = { ...event.object.metadata.annotations, large: "ä".repeat(2_500_000) };
      const bytes = Buffer.from(`${JSON.stringify(event)}\n`);
      const odd = bytes.indexOf("ä") + 1;
      stream.write(bytes.subarray(0, odd));
      later(30, () => stream.write(bytes.subarray(odd)));
    });
    expect(await stage().disturbed(place, executorsLife, large), "5 MB, split within a character").toEqual([]);
  });
}
