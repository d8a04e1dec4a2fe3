// What is wrong with when a flow runs is said before anything runs, and docs/schedules.md shows one that is right.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { FlowSpec } from "../../../operator/api/flow.ts";
import { checkObject } from "../../../operator/flow/checkObject.ts";
import { checkSchedule } from "../../../operator/flow/checkSchedule.ts";
import { flowRunHash } from "../../../operator/task/runHash.ts";
import { flowTask, said, sparkFlow } from "../builders.ts";

const problems = (spec: Partial<FlowSpec>) => said(checkSchedule(sparkFlow([flowTask("a")], spec).spec, ["spec"]));
const cron = "0 3 * * *";

describe("a schedule", () => {
  it.each<[string, Partial<FlowSpec>, string[]]>([
    [
      "is right",
      { schedule: { cron, timeZone: "Europe/Paris", concurrencyPolicy: "Forbid", startingDeadline: "1h", catchUp: 0 } },
      [],
    ],
    ["may be there without being used", { schedule: { cron }, runOn: ["Edit"], params: { day: { type: "date" } } }, []],
    [
      "is needed by runOn",
      { runOn: ["Edit", "Schedule"] },
      ["spec.runOn[1]: Schedule needs spec.schedule, which isn't there"],
    ],
    [
      "has a cron expression",
      { schedule: { cron: "0 24 * * *" } },
      [
        'spec.schedule.cron: "0 24 * * *" is not a cron expression with a tick: "24" is no hour: expected 0-23, as * or a list (1,5), range (1-5) or step (*/5)',
      ],
    ],
    [
      "has a zone of the world",
      { schedule: { cron, timeZone: "Mars/Olympus" } },
      ['spec.schedule.timeZone: there is no time zone "Mars/Olympus"; expected a name such as Europe/Paris, or UTC'],
    ],
    [
      "has time to start",
      { schedule: { cron, startingDeadline: "9s" } },
      ["spec.schedule.startingDeadline: 9s is too short to start anything in: expected at least 10s"],
    ],
    [
      "doesn't replace what it makes up for",
      { schedule: { cron, concurrencyPolicy: "Replace", catchUp: 1 } },
      [
        "spec.schedule.catchUp: with concurrencyPolicy Replace each run that is made up for would cancel the one before; leave one of the two out",
      ],
    ],
    [
      "gives no params",
      { schedule: { cron }, params: { day: { type: "date" }, n: { type: "integer", default: 1 } } },
      ["spec.schedule: nobody gives a scheduled run its params: day must have a default"],
    ],
  ])("%s", (_, spec, expected) => {
    expect(problems(spec)).toEqual(expected);
  });

  it("isn't part of what an edit runs again for", () => {
    const { spec } = sparkFlow([flowTask("a")]);
    expect(flowRunHash({ ...spec, schedule: { cron }, runOn: ["Schedule"], history: { failed: 1 } })).toBe(
      flowRunHash(spec),
    );
  });

  it("is shown by docs/schedules.md in a flow that is right", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/schedules.md"), "utf8");
    const text = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
    expect(text).toContain("schedule:");
    const flow = parse(text);
    expect(said(checkObject("SparkFlow", flow).problems)).toEqual([]);
  });
});
