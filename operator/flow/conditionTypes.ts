// Types in a condition. The CEL library has no checker, but it knows its overloads: where the types of all operands are known, by
// literals and by what params are declared as, an operation is tried out on samples of these types. What a task's values are, and
// what macros bind, is known at run time only.
import { type CelValue, celList, celType, isCelError, isCelList } from "@bufbuild/cel";
import type { ParamDeclaration } from "../api/flow.ts";
import { placeOf, type TextPlace } from "../api/problems.ts";
import { type Condition, chainOf, type Expression, evaluated, typeNames } from "./condition.ts";

export type TypeProblem = { message: string; place: TextPlace };
/** A value of the type that an expression has; undefined where that isn't known, or where something was told of it. */
type Sample = { value: CelValue } | undefined;
type Declared = Readonly<Record<string, Pick<ParamDeclaration, "type" | "items">>>;

const samples = {
  string: "text",
  integer: 1n,
  number: 1.5,
  boolean: true,
  date: "2026-01-01",
  timestamp: "2026-01-01T00:00:00Z",
} as const;
const holds = { value: true };

/** What is wrong with a condition's types: sentences that follow the condition. `text` is the condition as it was written. */
export function typeProblems(text: string, { expression, positions }: Condition, params: Declared): TypeProblem[] {
  const found: TypeProblem[] = [];
  const tell = (message: string, { id }: Expression) => {
    const at = positions[String(id)] ?? 0; // of an operator it may be the blank before it
    found.push({ message, place: placeOf(text, at + /^\s*/.exec(text.slice(at))![0].length) });
    return undefined;
  };
  const whole = sampleOf(expression);
  if (whole && typeof whole.value !== "boolean") tell(`gives ${typeOf(whole)}, expected true or false`, expression);
  return found;

  function sampleOf(one: Expression): Sample {
    const { case: kind, value } = one.exprKind;
    const chain = chainOf(one);
    const named = chain && ofName(chain);
    if (named) return named;
    if (chain?.length === 1 && !typeNames.has(chain[0]!)) return undefined; // one that isn't known is told by its name
    if (kind === "constExpr" || kind === "identExpr") return tried(one, []);
    if (kind === "selectExpr") return value.testOnly ? holds : tried(one, [value.operand && sampleOf(value.operand)]);
    if (kind === "listExpr") return ofList(value.elements.map(sampleOf));
    if (kind !== "callExpr") return undefined;
    const operands = value.target ? [value.target, ...value.args] : value.args;
    return called(one, value.function, operands, operands.map(sampleOf));
  }

  /** What is named by a name that conditions know. */
  function ofName([root, name, ...more]: readonly string[]): Sample {
    if (name === undefined) return undefined;
    if (root === "tasks") return ofTask(more);
    if (more.length > 0) return undefined;
    if (root === "run") return { value: name === "failedTasks" ? celList(["text"]) : "text" };
    return root === "params" && Object.hasOwn(params, name) ? ofParam(params[name]!) : undefined;
  }

  function called(one: Expression, name: string, operands: readonly Expression[], found: readonly Sample[]): Sample {
    const [first, second, third] = found;
    if (["_&&_", "_||_", "_?_:_"].includes(name)) {
      const conditions = name === "_?_:_" ? found.slice(0, 1) : found;
      for (const [index, sample] of conditions.entries())
        if (sample && typeof sample.value !== "boolean")
          tell(`has ${typeOf(sample)} where true or false is expected`, operands[index]!);
      if (name !== "_?_:_") return holds;
      return second && third && comparable(second, third) ? second : undefined;
    }
    if (["_==_", "_!=_"].includes(name) && first && second && !comparable(first, second))
      return tell(`compares ${typeOf(first)} with ${typeOf(second)}, which are never equal`, one);
    if (name === "@in" && first && second && isCelList(second.value)) {
      const item = [...second.value].map((value) => ({ value: value as CelValue }))[0];
      if (item && !comparable(first, item)) return tell(`looks for ${typeOf(first)} in a list of ${typeOf(item)}`, one);
    }
    return tried(one, found);
  }

  /** What comes of an operation on its operands' samples; what goes wrong by their values alone says nothing. */
  function tried(one: Expression, operands: readonly Sample[]): Sample {
    if (operands.some((sample) => sample === undefined)) return undefined;
    const result = evaluated(
      withOperands(one),
      Object.fromEntries(operands.map((sample, n) => [`a${n}`, sample!.value])),
    );
    if (!isCelError(result)) return { value: result };
    const said = mistake(result.message);
    return said === undefined ? undefined : tell(said, one);
  }
}

const ofParam = ({ type, items = "string" }: Declared[string]): Sample => ({
  value: type === "list" ? celList([samples[items]]) : samples[type],
});

/** Of a task that has ended only its state and its outputs' fields have known types. */
function ofTask([field, output, end, ...more]: readonly string[]): Sample {
  if (field === "state" && output === undefined) return { value: "text" };
  if (field !== "outputs" || end === undefined || more.length > 0) return undefined;
  return { value: end === "rows" ? 1n : "text" };
}

/** A list's sample, where its elements are of one type. */
function ofList(elements: readonly Sample[]): Sample {
  const [first] = elements;
  const alike = first && elements.every((one) => one && comparable(first, one));
  return alike ? { value: celList([first.value]) } : undefined;
}

/** The expression with the variables a0, a1 … for its operands. */
function withOperands(one: Expression): Expression {
  const { exprKind } = one;
  const variable = (n: number): Expression => ({ ...one, exprKind: { case: "identExpr", value: { name: `a${n}` } } });
  if (exprKind.case === "selectExpr")
    return { ...one, exprKind: { ...exprKind, value: { ...exprKind.value, operand: variable(0) } } };
  if (exprKind.case !== "callExpr") return one;
  const { target, args } = exprKind.value;
  const rest = args.map((_, n) => variable(target ? n + 1 : n));
  const value = { ...exprKind.value, args: rest, ...(target ? { target: variable(0) } : {}) };
  return { ...one, exprKind: { ...exprKind, value } };
}

/** The library's words for a mistake of types; undefined for others. */
function mistake(message: string): string | undefined {
  const [, operation, types] = /^found no matching overload for '(.*)' applied to '(.*)'$/.exec(message) ?? [];
  if (operation) return `has no ${operation.replace(/^[_@]+|_+$/g, "")} for ${types}`;
  const [, unbound] = /^unbound function: (.*)$/.exec(message) ?? [];
  if (unbound) return `has no function ${unbound}`;
  const [, field] = /^field not found: (.*)$/.exec(message) ?? [];
  return field && `has no field "${field}" there`;
}

const typeOf = (sample: { value: CelValue }): string => celType(sample.value).name;
const numbers = ["int", "uint", "double"];
const comparable = (a: { value: CelValue }, b: { value: CelValue }): boolean =>
  typeOf(a) === typeOf(b) ||
  [a, b].every((one) => numbers.includes(typeOf(one))) ||
  [a, b].some((one) => typeOf(one) === "null_type");
