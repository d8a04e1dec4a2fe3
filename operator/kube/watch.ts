// A watch's stream: one JSON object to a line, as chunks that may end anywhere.
import type { Readable } from "node:stream";
import { ApiError, connectionError, eventError } from "./errors.ts";
import type { KubeObject } from "./objects.ts";

export type WatchEvent = { type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK"; object: KubeObject };

/** A line is refused beyond this many bytes; the API server itself takes objects of 3 MiB at most. */
const largestLine = 32 * 2 ** 20;
const types = new Set(["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]);

/**
 * The events of a stream until it ends. Throws an ApiError on an ERROR event, a line that is cut off or no event, a
 * broken connection, and `Silent` when no byte came for `silenceMs` milliseconds; returns when the signal aborts.
 */
export async function* readEvents(
  what: string,
  stream: Readable,
  options: { silenceMs?: number | undefined; signal?: AbortSignal | undefined },
): AsyncGenerator<WatchEvent, void, undefined> {
  const { silenceMs, signal } = options;
  const watchdog =
    silenceMs === undefined
      ? undefined
      : setTimeout(() => stream.destroy(new ApiError(0, "Silent", `${what}: no byte for ${silenceMs} ms`)), silenceMs);
  const abort = () => stream.destroy();
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    for await (const line of lines(what, stream, () => watchdog?.refresh())) yield eventOf(what, line);
  } catch (error) {
    if (signal?.aborted) return;
    throw error instanceof ApiError ? error : connectionError(what, error as Error);
  } finally {
    clearTimeout(watchdog);
    signal?.removeEventListener("abort", abort);
    stream.destroy();
  }
}

async function* lines(what: string, stream: Readable, heard: () => void): AsyncGenerator<string, void, undefined> {
  let begun: Buffer[] = []; // of a line whose end hasn't come yet
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    heard();
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      // Decoded only when whole, so that a character split between chunks stays whole.
      const line = Buffer.concat([...begun, chunk.subarray(from, end)]).toString("utf8");
      begun = [];
      size = 0;
      from = end + 1;
      if (line.trim() !== "") yield line;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > largestLine) throw new ApiError(200, "UnreadableAnswer", `${what}: an event is beyond ${largestLine} B`);
  }
  if (size > 0) throw new ApiError(0, "ConnectionLost", `${what}: the stream ended in the middle of an event`);
}

function eventOf(what: string, line: string): WatchEvent {
  let event: Partial<WatchEvent> | null;
  try {
    event = JSON.parse(line);
  } catch {
    throw new ApiError(200, "UnreadableAnswer", `${what}: not an event: ${line.slice(0, 200)}`);
  }
  if ((event?.type as string) === "ERROR") throw eventError(event?.object);
  if (!event?.type || !types.has(event.type) || typeof event.object?.metadata?.resourceVersion !== "string") {
    throw new ApiError(200, "UnreadableAnswer", `${what}: not an event: ${line.slice(0, 200)}`);
  }
  return event as WatchEvent;
}
