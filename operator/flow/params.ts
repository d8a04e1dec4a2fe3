// Params of a run: declared with type, default and limits; what is given is checked and typed.
import type { ParamValue, Scalar } from "../api/common.ts";
import type { ParamDeclaration } from "../api/flow.ts";
import { type Path, type Problem, problem, shown, suggestion } from "../api/problems.ts";
import { mapTexts, resolveTemplate, type Scope, TemplateError } from "../task/template.ts";

export type Declarations = Readonly<Record<string, ParamDeclaration>>;
export type ParamValues = Readonly<Record<string, ParamValue>>;

/**
 * Values of all declared params: what is given, else the default (whose templates may refer to the run). `path` leads to
 * the given values. Text is read as the declared type, so that `--param top=20` works.
 */
export function paramValues(
  declared: Declarations,
  given: ParamValues,
  run: Scope,
  path: Path,
): { values: ParamValues; problems: Problem[] } {
  const problems: Problem[] = [];
  const values: Record<string, ParamValue> = {};
  const names = Object.keys(declared);
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(declared, name))
      problems.push(problem([...path, name], `the flow has no param "${name}"${suggestion(name, names)}`));
  }
  for (const [name, declaration] of Object.entries(declared)) {
    const raw = Object.hasOwn(given, name) ? given[name] : defaultValue(declaration, run);
    if (raw === undefined) {
      problems.push(
        problem(
          [...path, name],
          `the param "${name}" (${typeText(declaration)}) has no default: give it, such as --param ${name}=${sample(declaration)}`,
        ),
      );
      continue;
    }
    const checked = checkValue(declaration, raw);
    if ("wrong" in checked)
      problems.push(problem([...path, name], `${shown(raw)} is not valid for the param "${name}": ${checked.wrong}`));
    else values[name] = checked.value;
  }
  return { values, problems };
}

/** Problems of the declarations themselves: defaults and enums that break their own limits. */
export function checkDeclarations(declared: Declarations, run: Scope, path: Path): Problem[] {
  return Object.entries(declared).flatMap(([name, declaration]) => {
    const at = [...path, name];
    const problems: Problem[] = [];
    if (declaration.items && declaration.type !== "list")
      problems.push(problem([...at, "items"], "only a list has items"));
    if (declaration.min !== undefined && declaration.max !== undefined && declaration.min > declaration.max) {
      problems.push(problem([...at, "max"], `${declaration.max} is less than min, which is ${declaration.min}`));
    }
    try {
      new RegExp(`^(?:${declaration.pattern ?? ""})$`, "u");
    } catch (error) {
      return [
        problem(
          [...at, "pattern"],
          `${shown(declaration.pattern)} is not a regular expression: ${(error as Error).message}`,
        ),
      ];
    }
    try {
      const value = defaultValue(declaration, run);
      const checked = value === undefined ? undefined : checkValue(declaration, value);
      if (checked && "wrong" in checked)
        problems.push(problem([...at, "default"], `${shown(value)} is not valid: ${checked.wrong}`));
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      problems.push(
        problem(
          [...at, "default"],
          `${error.message}; a default may refer to run.date, run.scheduledAt, run.name and run.id`,
        ),
      );
    }
    return problems;
  });
}

function defaultValue(declaration: ParamDeclaration, run: Scope): ParamValue | undefined {
  return mapTexts(declaration.default, (text) => resolveTemplate(text, run)) as ParamValue | undefined;
}

type Checked = { value: ParamValue } | { wrong: string };

function checkValue(declaration: ParamDeclaration, raw: ParamValue): Checked {
  const typed =
    declaration.type === "list" ? listValue(declaration, raw) : scalarValue(declaration.type, raw as Scalar);
  if ("wrong" in typed) return typed;
  const { value } = typed;
  const wrong = limitProblem(declaration, value);
  return wrong ? { wrong } : { value };
}

function limitProblem(
  { min, max, pattern, enum: allowed, type }: ParamDeclaration,
  value: ParamValue,
): string | undefined {
  const size = Array.isArray(value) ? value.length : typeof value === "number" ? value : undefined;
  const what = Array.isArray(value) ? "a list of " : "";
  if (min !== undefined && size !== undefined && size < min) return `expected ${what}at least ${min}`;
  if (max !== undefined && size !== undefined && size > max) return `expected ${what}at most ${max}`;
  const items = Array.isArray(value) ? value : [value];
  if (pattern !== undefined) {
    const matcher = new RegExp(`^(?:${pattern})$`, "u");
    const odd = items.find((item) => !matcher.test(String(item)));
    if (odd !== undefined) return `expected text that matches ${pattern}`;
  }
  const outside = allowed && items.find((item) => !allowed.some((one) => String(one) === String(item)));
  return outside === undefined
    ? undefined
    : `expected one of ${allowed!.map(String).join(", ")}${type === "list" ? " for each item" : ""}`;
}

/** A list as a list, as JSON, or as `FR,DE`. */
function listValue({ items = "string" }: ParamDeclaration, raw: ParamValue): Checked {
  const list = Array.isArray(raw) ? raw : typeof raw === "string" ? splitList(raw) : undefined;
  if (!list) return { wrong: "expected a list, such as [FR, DE]" };
  const values: Scalar[] = [];
  for (const item of list) {
    const typed = scalarValue(items, item);
    if ("wrong" in typed) return { wrong: `${typed.wrong} for each item` };
    values.push(typed.value as Scalar);
  }
  return { value: values };
}

function splitList(text: string): Scalar[] | undefined {
  if (!text.trim().startsWith("[")) return text === "" ? [] : text.split(",").map((item) => item.trim());
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every((item) => ["string", "number", "boolean"].includes(typeof item))
      ? parsed
      : undefined;
  } catch {
    return undefined;
  }
}

function scalarValue(type: string, raw: ParamValue): Checked {
  if (Array.isArray(raw)) return { wrong: `expected ${articles[type] ?? type}, not a list` };
  const text = String(raw);
  switch (type) {
    case "integer":
      return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text))
        ? { value: Number(text) }
        : { wrong: "expected a whole number" };
    case "number":
      return text.trim() !== "" && Number.isFinite(Number(text))
        ? { value: Number(text) }
        : { wrong: "expected a number" };
    case "boolean":
      return text === "true" || text === "false" ? { value: text === "true" } : { wrong: "expected true or false" };
    case "date":
      return isDate(text) ? { value: text } : { wrong: "expected a date such as 2026-10-01" };
    case "timestamp":
      return isTimestamp(text) ? { value: text } : { wrong: "expected a timestamp such as 2026-10-01T03:00:00Z" };
    default:
      return typeof raw === "string" ? { value: raw } : { wrong: `expected text; quote it: "${text}"` };
  }
}

function isDate(text: string): boolean {
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  return date !== undefined && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

const isTimestamp = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$/.test(text) &&
  isDate(text.slice(0, 10)) &&
  !Number.isNaN(Date.parse(text));

const articles: Record<string, string> = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  date: "a date",
  timestamp: "a timestamp",
};
const typeText = ({ type, items }: ParamDeclaration) => (type === "list" ? `list of ${items ?? "string"}` : type);
const samples: Record<string, string> = {
  string: "TEXT",
  integer: "10",
  number: "1.5",
  boolean: "true",
  date: "2026-10-01",
  timestamp: "2026-10-01T03:00:00Z",
  list: "A,B",
};
const sample = ({ type }: ParamDeclaration) => samples[type] ?? "VALUE";
