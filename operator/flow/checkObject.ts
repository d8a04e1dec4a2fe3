// The one check of an object of ours: what a command refuses, the operator refuses in the same words.
import { unavailable } from "../api/availability.ts";
import { kinds, objectSchema, type SparkResource } from "../api/kinds.ts";
import { type Path, type Problem, parse, problem } from "../api/problems.ts";
import { checkEngine, checkSettings, checkTask } from "../task/check.ts";
import { checkReferences } from "../task/references.ts";
import { checkFlow } from "./check.ts";

/** The object as its kind's type, if its form is right, and all problems of it. */
export function checkObject(
  kind: SparkResource["kind"],
  value: unknown,
): { object?: SparkResource; problems: Problem[] } {
  const schema = objectSchema(kinds[kind]);
  const later = unavailable(schema, value);
  const parsed = parse(schema, value);
  if ("problems" in parsed) return { problems: [...later, ...parsed.problems] };
  const object = parsed.value as SparkResource;
  return { object, problems: [...later, ...checkSpec(object)] };
}

function checkSpec(object: SparkResource): Problem[] {
  const path: Path = ["spec"];
  switch (object.kind) {
    case "SparkEngine":
      return checkEngine(object.spec, path);
    case "SparkFlow":
      return checkFlow(object.spec, path);
    case "SparkTask": {
      const { spec } = object;
      const { flowDefaults } = spec;
      return [
        ...checkSettings(spec, path),
        ...(flowDefaults ? checkSettings(flowDefaults, [...path, "flowDefaults"]) : []),
        ...checkTask(spec, path),
        ...(spec.inputs ?? []).flatMap((input, index) =>
          input.from === undefined
            ? []
            : [
                problem(
                  [...path, "inputs", index, "from"],
                  "only a task of a flow can take another task's output; give uri or configMap",
                ),
              ],
        ),
        ...checkReferences(
          spec,
          { params: [], ...(spec.items ? { item: { name: spec.items.as, ofDriver: true } } : {}) },
          path,
        ),
      ];
    }
    case "SparkFlowRun":
      return [];
    default:
      return object satisfies never;
  }
}
