// Everything that one attempt puts on a cluster. Pure and deterministic: the same input gives the same bytes.
import { type Problem, pathText } from "../../api/problems.ts";
import type { Cause } from "../../api/status.ts";
import type { Attempt } from "../../task/attempt.ts";
import { render } from "../../task/render.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import { TemplateError } from "../../task/template.ts";
import { checkPlaces, checkSize } from "./check.ts";
import { configMap } from "./configMap.ts";
import { driverPod } from "./driverPod.ts";
import type { AttemptIdentity } from "./names.ts";
import { clusterPlace } from "./place.ts";
import { type PolicyOptions, podProblems } from "./policy/policy.ts";

export type AttemptObjects = { configMap: object; driverPod: object; attempt: Attempt };

/**
 * ConfigMap and driver pod of an attempt, or why there can be none: a template, key or place that isn't allowed, no
 * storage for outputs, too much text. The ConfigMap has to be there before the pod.
 */
export function attemptObjects(
  task: ResolvedTask,
  identity: AttemptIdentity,
  options: PolicyOptions = {},
): AttemptObjects | { problems: Problem[] } {
  const places = checkPlaces(task);
  if (places.length > 0) return { problems: places };
  const rendered = tryRender(task, identity);
  if ("problems" in rendered) return rendered;
  const { attempt } = rendered;
  const files = configMap(task, attempt, identity);
  const problems = [...podProblems(task, attempt, identity, options), ...checkSize(files.data)];
  return problems.length > 0
    ? { problems }
    : { configMap: files, driverPod: driverPod(task, attempt, identity), attempt };
}

/** A reference to nothing, or a value that no program could get, is the user's mistake; `validate` finds it, but not everybody validates. */
function tryRender(task: ResolvedTask, identity: AttemptIdentity): { attempt: Attempt } | { problems: Problem[] } {
  try {
    return { attempt: render(task, identity.number, clusterPlace(task, identity)) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { problems: [{ path: [], message: error.message, severity: "error" }] };
  }
}

/** Characters of a cause's message, as the CRD has it. */
const longestMessage = 4096;

/** The cause of an attempt that can't be made: the user's own words are at fault, so trying again is of no use. */
export function inputCause(problems: readonly Problem[]): Cause {
  const sentences = problems.map(({ path, message }) => (path.length > 0 ? `${pathText(path)}: ${message}` : message));
  return { class: "Input", reason: "InvalidSpec", message: sentences.join("; ").slice(0, longestMessage) };
}
