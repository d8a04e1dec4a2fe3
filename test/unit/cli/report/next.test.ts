// The last line of a report: what may be done about a run that ended badly.
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { nextHere, nextThere } from "../../../../operator/cli/report/next.ts";
import { type RunRecord, saveRecord } from "../../../../operator/engines/local/store.ts";
import { folderOf } from "../../folder.ts";
import { ended, run } from "../cluster/objects.ts";

const record = (name: string, startedAt: string, more: object = {}) =>
  ({
    name,
    phase: "Failed",
    startedAt,
    finishedAt: startedAt,
    targets: ["/x"],
    tasks: [],
    ...more,
  }) as unknown as RunRecord;

describe("a run of this machine", () => {
  it.each([
    [{}, "mended? sparkflow retry last"],
    [{ phase: "Cancelled" }, "to go on: sparkflow retry last"],
    [{ phase: "Succeeded" }, undefined],
    [{ targets: undefined }, undefined],
  ])("that is %j", (more, line) => {
    vi.stubEnv("SPARKFLOW_STATE", folderOf({}));
    vi.stubEnv("npm_command", "");
    onTestFinished(() => void vi.unstubAllEnvs());
    const older = record("a-1", "2026-11-21T01:00:00Z");
    const latest = record("a-2", "2026-11-21T02:00:00Z", more);
    for (const one of [older, latest]) saveRecord(one);
    expect(nextHere(latest)).toBe(line);
    expect(nextHere(older)).toBe("mended? sparkflow retry a-1");
  });
});

it("a run of a cluster keeps its flow, so that one which was mended is submitted anew", () => {
  vi.stubEnv("npm_command", "");
  onTestFinished(() => void vi.unstubAllEnvs());
  const failed = run("nightly-g2", "nightly", { phase: "Failed", conditions: ended(false) });
  expect(nextThere(failed)).toBe("again as it is: sparkflow retry nightly-g2 -n spark; mended? submit it anew");
  expect(nextThere(run("nightly-g2", "nightly", { phase: "Succeeded", conditions: ended(true) }))).toBe(undefined);
  expect(nextThere(run("nightly-g2", "nightly", { phase: "Running" }))).toBe(undefined);
});
