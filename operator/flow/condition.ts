// `when`: a condition in CEL, the language of Kubernetes' own rules. Its names are found in the parsed tree, so that the
// graph knows what it reads, and a mistake is named before anything runs.
import { type CelInput, type CelResult, celEnv, isCelError, parse, plan } from "@bufbuild/cel";
import type { ParamValue } from "../api/common.ts";
import type { TaskResultWord } from "../api/flow.ts";
import { suggestion, type TextPlace } from "../api/problems.ts";

/** What a condition reads, as dotted words: `tasks['load'].values.n` is ["tasks", "load", "values", "n"]. */
export type ConditionReference = readonly string[];
export type Condition = {
  references: readonly ConditionReference[];
  expression: Expression;
  /** Where an expression stands in the text, as the number of a character, by its id. */
  positions: Readonly<Record<string, number>>;
  /** Whether it holds; or why that can't be told. */
  holds: (variables: ConditionVariables) => boolean | { wrong: string };
};
/** What a condition may read of a task that has ended. */
export type EndedTask = {
  state: TaskResultWord;
  values?: Readonly<Record<string, ParamValue>>;
  outputs?: Readonly<Record<string, { uri: string; rows?: number }>>;
};
export type ConditionVariables = {
  params: Readonly<Record<string, ParamValue>>;
  /** Params of type number: CEL doesn't mix whole and other numbers in sums. */
  numbers: ReadonlySet<string>;
  run: Readonly<Record<string, ParamValue>>;
  tasks: Readonly<Record<string, EndedTask>>;
};

export const conditionRoots = ["params", "tasks", "run"] as const;
export const typeNames: ReadonlySet<string> = new Set([
  "bool",
  "bytes",
  "double",
  "duration",
  "int",
  "list",
  "map",
  "null_type",
  "string",
  "type",
  "uint",
]);
const environment = celEnv();

/** Takes a condition's text apart. Throws a ConditionError with one sentence if it is none. */
export function parseCondition(text: string): Condition {
  let expression: Expression;
  let positions: Condition["positions"];
  let evaluate: ReturnType<typeof plan>;
  try {
    const parsed = parse(text);
    expression = parsed.expr as unknown as Expression;
    positions = parsed.sourceInfo?.positions ?? {};
    evaluate = plan(environment, parsed);
  } catch (error) {
    const { message, location } = error as { message: string; location?: { start: TextPlace } };
    throw new ConditionError(`is not a CEL condition: ${message.replace(/^<input>:/, "line ")}`, location?.start);
  }
  const references = [...referencesIn(expression, new Set())];
  return {
    references,
    expression,
    positions,
    holds: (variables) => {
      const result = evaluate(bindings(variables));
      if (isCelError(result)) return { wrong: result.message };
      return typeof result === "boolean" ? result : { wrong: `it gives ${typeName(result)}, expected true or false` };
    },
  };
}

export class ConditionError extends Error {
  /** Where in the condition. */
  readonly place: TextPlace | undefined;

  constructor(message: string, place?: TextPlace) {
    super(message);
    this.place = place;
  }
}

const typeName = (value: unknown): string =>
  typeof value === "bigint" || typeof value === "number" ? `the number ${value}` : `a ${typeof value}`;

function bindings({ params, numbers, run, tasks }: ConditionVariables): Record<string, CelInput> {
  const typed = Object.entries(params).map(([name, value]) => [name, numbers.has(name) ? value : cel(value)]);
  return { params: Object.fromEntries(typed), run: cel(run), tasks: cel(tasks) };
}

/** JSON as CEL has it: whole numbers are of its type int. */
function cel(value: unknown): CelInput {
  if (Array.isArray(value)) return value.map(cel);
  if (value !== null && typeof value === "object")
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, child]) => (child === undefined ? [] : [[key, cel(child)]])),
    );
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : (value as CelInput);
}

/** What a piece of a condition comes to. */
export const evaluated = (expression: Expression, variables: Record<string, CelInput>): CelResult =>
  plan(environment, expression as unknown as Parameters<typeof plan>[1])(variables);

/** The parts of CEL's syntax tree that names are in (cel.expr.Expr). */
export type Expression = {
  id: bigint;
  exprKind:
    | { case: "identExpr"; value: { name: string } }
    | { case: "selectExpr"; value: { operand?: Expression; field: string; testOnly: boolean } }
    | { case: "callExpr"; value: { target?: Expression; function: string; args: Expression[] } }
    | { case: "constExpr"; value: { constantKind: { case?: string; value?: unknown } } }
    | { case: "listExpr"; value: { elements: Expression[] } }
    | { case: "structExpr"; value: { entries: { keyKind: { case?: string; value?: unknown }; value?: Expression }[] } }
    | {
        case: "comprehensionExpr";
        value: {
          iterVar: string;
          iterVar2?: string;
          accuVar: string;
          iterRange?: Expression;
          accuInit?: Expression;
          loopCondition?: Expression;
          loopStep?: Expression;
          result?: Expression;
        };
      }
    | { case: undefined; value?: undefined };
};

/** Every longest chain of names, `bound` ones of macros left out. */
function* referencesIn(expression: Expression | undefined, bound: ReadonlySet<string>): Generator<ConditionReference> {
  if (!expression) return;
  const chain = chainOf(expression);
  if (chain) {
    if (!bound.has(chain[0]!)) yield chain;
    return;
  }
  const { case: kind, value } = expression.exprKind;
  if (kind === "selectExpr") yield* referencesIn(value.operand, bound);
  else if (kind === "callExpr") for (const one of [value.target, ...value.args]) yield* referencesIn(one, bound);
  else if (kind === "listExpr") for (const one of value.elements) yield* referencesIn(one, bound);
  else if (kind === "structExpr")
    for (const { keyKind, value: child } of value.entries) {
      if (keyKind.case === "mapKey") yield* referencesIn(keyKind.value as Expression, bound);
      yield* referencesIn(child, bound);
    }
  else if (kind === "comprehensionExpr") {
    const inner = new Set([...bound, value.iterVar, value.iterVar2 ?? "", value.accuVar]);
    yield* referencesIn(value.iterRange, bound);
    for (const one of [value.accuInit, value.loopCondition, value.loopStep, value.result])
      yield* referencesIn(one, inner);
  }
}

/** `tasks.load.values` or `tasks['load'].values` as words; an index that is no text ends in `[]`. */
export function chainOf({ exprKind: { case: kind, value } }: Expression): string[] | undefined {
  if (kind === "identExpr") return [value.name.replace(/^\./, "")];
  if (kind === "selectExpr") {
    const before = value.operand && chainOf(value.operand);
    return before && [...before, value.field];
  }
  if (kind !== "callExpr" || value.function !== "_[_]") return undefined;
  const [of, index] = value.args;
  const constant = index?.exprKind.case === "constExpr" ? index.exprKind.value.constantKind : undefined;
  if (constant?.case !== "stringValue") return undefined;
  const before = of && chainOf(of);
  return before && [...before, String(constant.value)];
}

/** What a condition may name. */
export type ConditionNames = {
  params: readonly string[];
  /** Tasks of the flow with their outputs. */
  tasks: ReadonlyMap<string, readonly string[]>;
  run: readonly string[];
};

/** What is wrong with a condition's names: sentences that follow the condition. `text` is the condition as it was written. */
export function nameProblems(text: string, { references }: Condition, known: ConditionNames): string[] {
  const dashed = dashProblems(text, known);
  if (dashed.length > 0) return dashed; // the names that a dash splits are no mistakes of their own
  return references.flatMap((reference) => referenceProblem(reference, known) ?? []);
}

function referenceProblem(
  [root = "", name, field, part, end]: ConditionReference,
  { params, tasks, run }: ConditionNames,
): string | undefined {
  const no = (what: string, word: string, list: readonly string[]) =>
    list.includes(word) ? undefined : `refers to no ${what} "${word}"${suggestion(word, list)}`;
  if (root === "params") return name === undefined ? undefined : no("param of the flow", name, params);
  if (root === "run") return name === undefined ? undefined : no("field of the run", name, run);
  if (root !== "tasks")
    return typeNames.has(root) ? undefined : `refers to "${root}"; expected one of ${conditionRoots.join(", ")}`;
  if (name === undefined)
    return "names no task: write the task in quotes, such as tasks['load'], so that it is known what to wait for";
  const wrong = no("task of the flow", name, [...tasks.keys()]);
  if (wrong || field === undefined) return wrong;
  const missing = no(`field of a task`, field, ["state", "values", "outputs"]);
  if (missing) return missing;
  if (field !== "outputs" || part === undefined) return undefined;
  return no(`output of ${name}`, part, tasks.get(name)!) ?? (end && no("field of an output", end, ["rows", "uri"]));
}

/** `tasks.load-cities` is a subtraction in CEL. */
function dashProblems(text: string, { params, tasks }: ConditionNames): string[] {
  const lists: Record<string, readonly string[]> = { tasks: [...tasks.keys()], params };
  const unquoted = text.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, (quoted) => " ".repeat(quoted.length));
  return [...unquoted.matchAll(/\b(tasks|params)\.([A-Za-z][\w]*(?:-[A-Za-z0-9_]+)+)/g)].flatMap(([, root, name]) => {
    const meant = lists[root!]!.filter((one) => name === one || name!.startsWith(`${one}-`) || one.startsWith(name!))
      .filter((one) => one.includes("-"))
      .sort((a, b) => b.length - a.length)[0];
    return meant && name!.startsWith(meant)
      ? [`takes ${root}.${name} for a subtraction: write ${root}['${meant}']`]
      : [];
  });
}
