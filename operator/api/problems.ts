// A problem is one sentence about one place of a manifest. Schema errors become problems here, so that every
// command says the same thing about the same mistake.
import { distance } from "fastest-levenshtein";
import type { z } from "zod";
import { childSchema, knownKeys } from "./navigate.ts";

export type Path = readonly (string | number)[];
export type Severity = "error" | "warning";
/** A place within the text that a value is, both from 1; without a column the whole line is meant. */
export type TextPlace = { line: number; column?: number };
/** `within`: where in the value's text it is; without it the field itself is meant. */
export type Problem = { path: Path; message: string; severity: Severity; within?: TextPlace };

export const problem = (path: Path, message: string, within?: TextPlace): Problem => ({
  path,
  message,
  severity: "error",
  ...(within ? { within } : {}),
});
export const warning = (path: Path, message: string): Problem => ({ path, message, severity: "warning" });

/** `spec.tasks[2].driver.memory`; keys that hold dots are written `spec.sparkConf["spark.ui.port"]`. */
export function pathText(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[\w-]+$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/** The place of a character, given by its number from 0. */
export function placeOf(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

/** A value as a sentence shows it: JSON, cut to 60 characters. */
export function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Edit distance, where two neighbours that changed places are one mistake. */
function mistakes(a: string, b: string): number {
  const first = a.length === b.length ? [...a].findIndex((_, i) => a[i] !== b[i]) : -1;
  const swapped = first >= 0 && a[first] === b[first + 1] && a[first + 1] === b[first];
  return swapped && a.slice(first + 2) === b.slice(first + 2) ? 1 : distance(a, b);
}

/** The nearest of the known words, if it is near enough to be a misspelling: a third of its letters at most. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const scored = known
    .map((candidate) => ({ candidate, d: mistakes(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.d - b.d);
  const best = scored[0];
  if (!best) return undefined;
  const length = Math.max(word.length, best.candidate.length);
  return best.d < length && best.d <= Math.max(1, Math.floor(length / 3)) ? best.candidate : undefined;
}

/** Words of other languages for some of ours. */
const otherWords: Readonly<Record<string, string>> = {
  long: "integer",
  bigint: "integer",
  float: "number",
  double: "number",
  decimal: "number",
  text: "string",
  datetime: "timestamp",
  array: "list",
};

/** The one of a few words that is meant: misspelt, cut short (`int`, `bool`, `str`), or said as elsewhere. */
function meantWord(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const longer = lower.length < 3 ? [] : known.filter((one) => one.toLowerCase().startsWith(lower));
  const other = otherWords[lower];
  return nearest(word, known) ?? (longer.length === 1 ? longer[0] : known.find((one) => one === other));
}

/** `; did you mean "x"?`, or the known words where there are few, or nothing. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  if (near) return `; did you mean "${near}"?`;
  return known.length > 0 && known.length <= 12 ? `; known are ${known.join(", ")}` : "";
}

const typeNames: Record<string, string> = {
  string: "text",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
};

/** Parses a value with a schema and words every mistake as a problem. */
export function parse<T extends z.ZodType>(
  schema: T,
  value: unknown,
): { value: z.output<T> } | { problems: Problem[] } {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { value: result.data };
  return { problems: result.error.issues.flatMap((issue) => fromIssue(schema, issue)) };
}

function fromIssue(schema: z.ZodType, issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schemaAt(schema, path));
    return issue.keys.map((key) => problem([...path, key], `unknown field "${key}"${suggestion(key, known)}`));
  }
  const got = issue.input;
  if (issue.code === "invalid_type" && got === undefined) {
    return [problem(path, "this field is required")];
  }
  if (issue.code === "invalid_type" && !issue.message.startsWith("expected")) {
    const expected = `${typeNames[issue.expected] ?? issue.expected}${issue.expected === "string" ? quoting(got) : ""}`;
    return [problem(path, `${shown(got)} is not valid: expected ${expected}`)];
  }
  if (issue.code === "too_big" || issue.code === "too_small") return [problem(path, sizeMessage(issue, got))];
  if (issue.code === "invalid_key")
    return [problem(path, `${shown(path.at(-1))} is not a valid name here: ${issue.issues[0]?.message}`)];
  const near =
    issue.code === "invalid_value" && typeof got === "string" ? meantWord(got, issue.values.map(String)) : undefined;
  return [problem(path, `${shown(got)} is not valid: ${issue.message}${near ? `; did you mean "${near}"?` : ""}`)];
}

/** A hint for text that YAML takes for something else. */
function quoting(got: unknown): string {
  if (typeof got === "boolean") return " (quote it; YAML reads y, yes and on as true, n, no and off as false)";
  return typeof got === "number" ? " (quote it)" : "";
}

function sizeMessage(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall, got: unknown): string {
  if (issue.message.startsWith("expected"))
    return `${issue.message}, got ${Array.isArray(got) ? got.length : shown(got)}`;
  const bound = issue.code === "too_big" ? `at most ${issue.maximum}` : `at least ${issue.minimum}`;
  const unit = issue.origin === "string" ? " characters" : issue.origin === "array" ? " items" : "";
  if (issue.origin === "string" && issue.code === "too_small") return "expected some text, got nothing";
  return `${shown(got)} is not valid: expected ${bound}${unit}`;
}

function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((at, step) => (at ? childSchema(at, step) : undefined), schema);
}
