// How an attempt on this machine ended: its result stands in result.json of its folder.
import { existsSync, readFileSync } from "node:fs";
import type { Attempt } from "../../task/attempt.ts";
import { type Outcome, outcomeOf as outcomeOfResult, parseResult } from "../../task/outcome.ts";

/** What to say of an attempt whose driver exited with this code. `located` names a place of the driver's as the user knows it. */
export function outcomeOf(
  code: number,
  resultFile: string,
  attempt: Pick<Attempt, "outputs">,
  located: (at: string) => string,
): Outcome {
  const result = existsSync(resultFile) ? parseResult(readFileSync(resultFile, "utf8")) : undefined;
  const outcome = outcomeOfResult(code, result, attempt.outputs, "laptop");
  if (outcome.state === "Succeeded" || outcome.cause.at === undefined) return outcome;
  return { ...outcome, cause: { ...outcome.cause, at: located(outcome.cause.at) } };
}
