// A flow of the cluster by its name, and params for a run of it, checked before the run is made.
import { problem } from "../../api/problems.ts";
import { type ParamValues, paramValues } from "../../flow/params.ts";
import { runScope } from "../../flow/runContext.ts";
import { runTime } from "../../flow/schedule.ts";
import { TemplateError } from "../../task/template.ts";
import { problemsError } from "../project.ts";
import type { FlowObject } from "./views.ts";

/** The given params as the flow declares them. Throws UserError if a run with them would be refused. */
export function paramsFor({ metadata, spec }: FlowObject, given: Readonly<Record<string, string>>): ParamValues {
  const { name } = metadata;
  const scope = runScope({ name, id: name, ...runTime(spec.schedule, undefined, new Date().toISOString()) });
  const checked = () => {
    try {
      return paramValues(spec.params ?? {}, given, scope, []);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return { values: {}, problems: [problem([], error.message)] };
    }
  };
  const { values, problems } = checked();
  if (problems.length > 0) throw problemsError(problems.map((one) => ({ ...one, path: [], file: "--param" })));
  return Object.fromEntries(Object.keys(given).map((param) => [param, values[param]!]));
}
