// What must hold of when a flow runs.
import type { FlowSpec } from "../api/flow.ts";
import { type Path, type Problem, problem, shown, suggestion } from "../api/problems.ts";
import { durationMs } from "../api/quantity.ts";
import { cronProblem } from "./cron.ts";
import { zoneOf } from "./zone.ts";

/** Shorter ones would miss ticks whenever the operator is busy or starts anew. */
const shortestDeadlineMs = 10_000;

export function checkSchedule({ schedule, runOn, params = {} }: FlowSpec, path: Path): Problem[] {
  if (!schedule) {
    const index = runOn?.indexOf("Schedule") ?? -1;
    return index < 0 ? [] : [problem([...path, "runOn", index], "Schedule needs spec.schedule, which isn't there")];
  }
  const at = [...path, "schedule"];
  const { cron, timeZone, concurrencyPolicy, startingDeadline, catchUp = 0 } = schedule;
  const problems: Problem[] = [];
  const wrong = cronProblem(cron);
  if (wrong) problems.push(problem([...at, "cron"], `${shown(cron)} is not a cron expression with a tick: ${wrong}`));
  if (timeZone !== undefined && !zoneOf(timeZone)) {
    const near = suggestion(timeZone, Intl.supportedValuesOf("timeZone"));
    problems.push(
      problem(
        [...at, "timeZone"],
        `there is no time zone ${shown(timeZone)}${near || "; expected a name such as Europe/Paris, or UTC"}`,
      ),
    );
  }
  if (startingDeadline !== undefined && durationMs(startingDeadline) < shortestDeadlineMs)
    problems.push(
      problem(
        [...at, "startingDeadline"],
        `${startingDeadline} is too short to start anything in: expected at least 10s`,
      ),
    );
  if (concurrencyPolicy === "Replace" && catchUp > 0)
    problems.push(
      problem(
        [...at, "catchUp"],
        "with concurrencyPolicy Replace each run that is made up for would cancel the one before; leave one of the two out",
      ),
    );
  const missing = Object.keys(params).filter((name) => params[name]!.default === undefined);
  if (missing.length > 0 && (runOn === undefined || runOn.includes("Schedule")))
    problems.push(problem(at, `nobody gives a scheduled run its params: ${missing.join(", ")} must have a default`));
  return problems;
}
