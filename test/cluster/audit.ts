// The API server's audit log: what was asked of it, by whom, and how it answered.
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";

/** One finished request (a watch has two: it began, it ended). The fields that tests look at. */
export type AuditEvent = {
  auditID: string;
  stage: "ResponseStarted" | "ResponseComplete" | "Panic";
  verb: string;
  requestURI: string;
  userAgent?: string;
  user: { username: string };
  objectRef?: {
    resource: string;
    namespace?: string;
    name?: string;
    apiGroup?: string;
    subresource?: string;
  };
  responseStatus?: { code: number };
  /** Times in RFC 3339 with microseconds. */
  requestReceivedTimestamp: string;
  stageTimestamp: string;
};

/**
 * Every event so far, in the order of their ends; `from` leaves out the log's first bytes. The last one may be missing for a
 * moment after its answer.
 */
export function auditEvents(file: string, from = 0): AuditEvent[] {
  if (!existsSync(file)) return [];
  const lines = textFrom(file, from).split("\n");
  lines.pop(); // empty, or not yet whole
  return lines.map((line) => JSON.parse(line) as AuditEvent);
}

function textFrom(file: string, from: number): string {
  const open = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(fstatSync(open).size - from);
    return buffer.toString("utf8", 0, readSync(open, buffer, 0, buffer.length, from));
  } finally {
    closeSync(open);
  }
}

/** Requests that were answered, watches left out, as `verb resource` (or `verb resource/subresource`) with their counts. */
export function countCalls(events: readonly AuditEvent[], only: (event: AuditEvent) => boolean): Map<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) {
    if (event.stage !== "ResponseComplete" || event.verb === "watch" || !only(event)) continue;
    const { resource, subresource } = event.objectRef ?? { resource: event.requestURI };
    const call = `${event.verb} ${resource}${subresource ? `/${subresource}` : ""}`;
    counts.set(call, (counts.get(call) ?? 0) + 1);
  }
  return counts;
}
