// Which references a task's templates may make: checked before anything starts.
import { defined } from "../api/defined.ts";
import { type Path, type Problem, problem, suggestion } from "../api/problems.ts";
import type { TaskSpec } from "../api/task.ts";
import { type Reference, references, TemplateError, texts } from "./template.ts";

/** What a task's templates may refer to. A stand-alone task has params, inputs and outputs alone. */
export type Known = {
  params: readonly string[];
  /** Tasks of the flow with their outputs; undefined outside a flow. */
  tasks?: ReadonlyMap<string, readonly string[]>;
  /** Fields of the run. */
  run?: readonly string[];
  /** The item of a forEach. */
  item?: ItemReference;
};
/** How templates name the item of a forEach; `ofDriver`: its driver puts it in, so that only whole params can hold it. */
export type ItemReference = { name: string; ofDriver: boolean };
export const runFields: readonly string[] = ["date", "scheduledAt", "name", "id"];
/** What only tasks of `finally` see. */
export const endFields: readonly string[] = ["state", "failedTasks"];
/** First words of references. */
export const templateRoots: readonly string[] = ["params", "inputs", "outputs", "run", "tasks"];

/** The fields of a spec that may hold templates: program text never does. */
export function templated(spec: TaskSpec): Partial<TaskSpec> {
  const { args, params, env, sparkConf, hadoopConf, deps, inputs, outputs } = spec;
  return defined({ args, params, env, sparkConf, hadoopConf, deps, inputs, outputs });
}

/** Problems of every reference in a spec's templates. A task's own params shadow the flow's, but not in params themselves. */
export function checkReferences(spec: TaskSpec, known: Known, path: Path): Problem[] {
  const own = {
    inputs: (spec.inputs ?? []).map(({ name }) => name),
    outputs: (spec.outputs ?? []).map(({ name }) => name),
  };
  return [...texts(templated(spec))].flatMap(({ path: at, text }) => {
    const params = at[0] === "params" ? known.params : [...known.params, ...Object.keys(spec.params ?? {})];
    const here = [...path, ...at];
    try {
      return references(text).flatMap((reference) => {
        const { item } = known;
        if (item && reference[0] === item.name) {
          const whole = at[0] === "params" && text === `$(${reference.join(".")})`;
          return itemProblem(reference, item, whole).map((wrong) => problem(here, wrong));
        }
        const wrong = referenceProblem(reference, { ...known, params }, own);
        return wrong ? [problem(here, `$(${reference.join(".")}) ${wrong}`)] : [];
      });
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return [problem(here, error.message)];
    }
  });
}

function itemProblem(reference: Reference, { name, ofDriver }: ItemReference, whole: boolean): string[] {
  const text = `$(${reference.join(".")})`;
  if (reference.length > 2) return [`${text} goes too far: expected $(${name}) or $(${name}.FIELD)`];
  if (!ofDriver || whole) return [];
  const param = reference[1] ?? name;
  return [
    `${text} is put in by the driver, so it can only be a whole param: write params: {${param}: ${text}}, and take the param in the program`,
  ];
}

function referenceProblem(
  [head, name, ...more]: Reference,
  known: Known,
  own: { inputs: string[]; outputs: string[] },
): string | undefined {
  const missing = (what: string, list: readonly string[]) =>
    name !== undefined && list.includes(name) ? undefined : `refers to no ${what}${suggestion(name ?? "", list)}`;
  switch (head) {
    case "params":
      return (
        missing("param of the flow or task", known.params) ??
        (more.length > 0 ? "goes too far: a param has no fields" : undefined)
      );
    case "inputs":
    case "outputs":
      return (
        missing(head.slice(0, -1), own[head]) ??
        (more.join(".") === "uri" ? undefined : `is not complete: expected $(${head}.${name}.uri)`)
      );
    case "run":
      return (
        missing("field of the run that this task sees", known.run ?? runFields) ??
        (known.tasks ? undefined : "works only in a flow")
      );
    case "tasks":
      return known.tasks
        ? (missing("task of the flow", [...known.tasks.keys()]) ?? taskField(name!, more, known.tasks))
        : "works only in a flow";
    default:
      return `refers to nothing known${suggestion(head ?? "", [...templateRoots, ...(known.item ? [known.item.name] : [])])}`;
  }
}

function taskField(
  task: string,
  [kind, name, field, ...more]: string[],
  tasks: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  if (kind === "values" && name !== undefined && field === undefined) return undefined;
  if (kind === "outputs" && field === "uri" && more.length === 0) {
    const outputs = tasks.get(task) ?? [];
    return outputs.includes(name!) ? undefined : `refers to no output of ${task}${suggestion(name!, outputs)}`;
  }
  return `is not complete: expected $(tasks.${task}.values.NAME) or $(tasks.${task}.outputs.NAME.uri)`;
}
