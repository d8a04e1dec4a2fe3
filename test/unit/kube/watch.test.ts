import { PassThrough, Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEvents, type WatchEvent } from "../../../operator/kube/watch.ts";

const event = (version: number, more: object = {}) => ({
  type: "MODIFIED",
  object: { metadata: { name: "p", uid: "u", resourceVersion: String(version) }, ...more },
});
const line = (one: object) => `${JSON.stringify(one)}\n`;

async function read(chunks: Iterable<Buffer>, signal?: AbortSignal): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const one of readEvents("WATCH", Readable.from(chunks, { objectMode: false }), { signal }))
    events.push(one);
  return events;
}

describe("a watch's stream", () => {
  test("is cut anywhere, in the middle of characters too", async () => {
    const events = [event(1, { note: "ü€😀 é" }), event(2), event(3, { note: "日本" })];
    const bytes = Buffer.from(events.map(line).join(""));
    const cuts = fc.uniqueArray(fc.nat(bytes.length), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const ends = [...at.sort((a, b) => a - b), bytes.length];
        expect(await read(ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end)))).toEqual(events);
      }),
    );
  });

  test("may have events of 5 MB, in small chunks, in little time", async () => {
    const big = event(1, { data: "€".repeat(5 * 2 ** 20) });
    const bytes = Buffer.from(line(big));
    const chunks = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, i) =>
      bytes.subarray(i * 1000, i * 1000 + 1000),
    );
    const began = performance.now();
    expect(await read(chunks)).toEqual([big]);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test("may have empty lines", async () => {
    expect(await read([Buffer.from(`\n${line(event(1))}\r\n\n`)])).toEqual([event(1)]);
  });

  test.each([
    ["is not JSON", "<html>\n"],
    ["is no object", "7\n"],
    ["is null", "null\n"],
    ["has an unknown type", line({ ...event(1), type: "EXPLODED" })],
    ["has no object", line({ type: "ADDED" })],
    ["has no revision", line({ type: "ADDED", object: { metadata: { name: "p" } } })],
  ])("with a line that %s is an error", async (_what, text) => {
    const error = await read([Buffer.from(line(event(1)) + text)]).catch((thrown) => thrown);
    expect(error).toMatchObject({ reason: "UnreadableAnswer" });
  });

  test("that ends in the middle of a line is a lost connection, and its part is not taken for an event", async () => {
    const error = await read([Buffer.from(line(event(1)) + line(event(2)).slice(0, -1))]).catch((thrown) => thrown);
    expect(error).toMatchObject({ status: 0, reason: "ConnectionLost" });
  });

  test("with an ERROR event is the Status in it", async () => {
    const status = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version: 1 (5)" };
    const error = await read([Buffer.from(line({ type: "ERROR", object: status }))]).catch((thrown) => thrown);
    expect(error).toMatchObject({ status: 410, reason: "Expired", message: "too old resource version: 1 (5)" });
    const empty = await read([Buffer.from(line({ type: "ERROR" }))]).catch((thrown) => thrown);
    expect(empty).toMatchObject({ status: 500, reason: "InternalError" });
  });

  test("without an end is given up before it takes the process with it", async () => {
    function* endless() {
      for (;;) yield Buffer.alloc(2 ** 20, 0x20);
    }
    expect(await read(endless()).catch((thrown) => thrown)).toMatchObject({ reason: "UnreadableAnswer" });
  });

  test("that is silent is noticed, counted from its last byte", async () => {
    const stream = new PassThrough();
    const began = performance.now();
    const reading = (async () => {
      for await (const _ of readEvents("WATCH", stream, { silenceMs: 150 }));
    })();
    reading.catch(() => {});
    for (let i = 0; i < 4; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 80));
      stream.write(i % 2 ? line(event(i)) : " "); // bytes count, whole events or not
    }
    const error = await reading.catch((thrown) => thrown);
    expect(error).toMatchObject({ status: 0, reason: "Silent" });
    expect(performance.now() - began).toBeGreaterThan(400);
    expect(stream.destroyed).toBe(true);
  });

  test("that is aborted ends quietly and is closed", async () => {
    const stream = new PassThrough();
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    for await (const _ of readEvents("WATCH", stream, { signal: stop.signal }));
    expect(stream.destroyed).toBe(true);
    const late = new PassThrough();
    for await (const _ of readEvents("WATCH", late, { signal: stop.signal }));
    expect(late.destroyed).toBe(true);
  });

  test("that nobody reads any more is closed", async () => {
    const stream = new PassThrough();
    stream.write(line(event(1)));
    for await (const _ of readEvents("WATCH", stream, {})) break;
    expect(stream.destroyed).toBe(true);
  });
});
