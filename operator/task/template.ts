// Templates: `$(params.top)` in args, params, env values, conf values and URIs; `$$(` writes a literal `$(`.
// Values are data: what a template brings in is never parsed again.
import type { ParamValue } from "../api/common.ts";
import type { Path } from "../api/problems.ts";

/** A reference's dotted words: `tasks.load.values.n` → ["tasks", "load", "values", "n"]. */
export type Reference = readonly string[];
/** Finds a reference's value. Undefined means that nothing of that name exists. */
export type Scope = (reference: Reference) => ParamValue | undefined;

/**
 * Dollars before a `(` count in pairs, each a literal `$`: an even number makes the whole a literal (`$$(` is `$(`), an odd
 * one leaves a template behind it (`$$$(params.price)` is `$` and the price). So every text can be written as a template.
 */
const pattern = /(?<!\$)(?<literal>(?:\$\$)+)\(|(?<!\$)(?<dollars>(?:\$\$)*)(?<template>\$\((?<name>[^()]*)\)?)/g;
const wellFormed = /^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)*$/;

/** A template that can't be resolved: its message says which and what there is. */
export class TemplateError extends Error {}

/** A text taken apart: literal text, decoded, and references as they stand. Throws TemplateError for a malformed one. */
function parts(text: string): (string | { template: string; reference: Reference })[] {
  const found: (string | { template: string; reference: Reference })[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const { literal, dollars = "", template = "", name } = match.groups!;
    found.push(text.slice(end, match.index));
    if (literal) found.push(`${literal.slice(literal.length / 2)}(`);
    else found.push(dollars.slice(dollars.length / 2), { template, reference: parseReference(template, name) });
    end = match.index + match[0].length;
  }
  return [...found, text.slice(end)];
}

/** The references in a text, in order. Throws TemplateError for a malformed one. */
export const references = (text: string): Reference[] =>
  parts(text).flatMap((part) => (typeof part === "string" ? [] : [part.reference]));

/** Whether a text holds a template, well-formed or not. */
export const hasTemplate = (text: string): boolean =>
  [...text.matchAll(pattern)].some(({ groups }) => groups?.template !== undefined);

/** Resolves a text. A template that is the whole text keeps its value's type; inside text, lists become JSON. */
export function resolveTemplate(text: string, scope: Scope): ParamValue {
  const whole = /^\$\(([^()]*)\)$/.exec(text);
  if (whole) return lookUp(parseReference(text, whole[1]), scope);
  return parts(text)
    .map((part) => (typeof part === "string" ? part : asText(lookUp(part.reference, scope))))
    .join("");
}

/** A value as text: a list becomes JSON. */
export const asText = (value: ParamValue): string =>
  typeof value === "object" ? JSON.stringify(value) : String(value);

/**
 * Resolves what `scope` knows and keeps the references that are for later (`later` says which): the result is again a
 * template text, so values that are put in are escaped. A whole template keeps its value's type.
 */
export function resolvePartly(text: string, scope: Scope, later: (reference: Reference) => boolean): ParamValue {
  const whole = /^\$\(([^()]*)\)$/.exec(text);
  if (whole) {
    const reference = parseReference(text, whole[1]);
    return later(reference) ? text : escapeTemplates(lookUp(reference, scope));
  }
  let result = "";
  let literal = "";
  for (const part of parts(text)) {
    if (typeof part === "string") literal += part;
    else if (!later(part.reference)) literal += asText(lookUp(part.reference, scope));
    else {
      // Dollars right before a template that stays would be taken for its own.
      result += escapeText(literal).replace(/\$+$/, "$&$&") + part.template;
      literal = "";
    }
  }
  return result + escapeText(literal);
}

/** Text as a template that resolves to it. */
const escapeText = (text: string): string => text.replace(/\$+(?=\()/g, "$&$&");

/** Data as a template that resolves to it. */
function escapeTemplates(value: ParamValue): ParamValue {
  if (Array.isArray(value)) return value.map((item) => escapeTemplates(item) as Exclude<ParamValue, unknown[]>);
  return typeof value === "string" ? escapeText(value) : value;
}

/** As resolveTemplate, where the place holds text whatever the value's type. */
export const resolveText = (text: string, scope: Scope): string => asText(resolveTemplate(text, scope));

/** Every text in a value of any shape with its path, keys not included. */
export function* texts(value: unknown, path: Path = []): Generator<{ path: Path; text: string }> {
  if (typeof value === "string") yield { path, text: value };
  else if (Array.isArray(value)) for (const [index, child] of value.entries()) yield* texts(child, [...path, index]);
  else if (value && typeof value === "object")
    for (const [key, child] of Object.entries(value)) yield* texts(child, [...path, key]);
}

/** A value of any shape with each of its texts replaced. */
export function mapTexts(value: unknown, replace: (text: string) => unknown): unknown {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return value.map((child) => mapTexts(child, replace));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, mapTexts(child, replace)]));
}

function parseReference(whole: string, name: string | undefined): Reference {
  if (name === undefined || !whole.endsWith(")"))
    throw new TemplateError(`"${whole}" has no closing ")"; write $$( for a literal $(`);
  if (!wellFormed.test(name))
    throw new TemplateError(`"${whole}" is not a reference such as $(params.top); write $$( for a literal $(`);
  return name.split(".");
}

function lookUp(reference: Reference, scope: Scope): ParamValue {
  const value = scope(reference);
  if (value === undefined) throw new TemplateError(`$(${reference.join(".")}) refers to nothing known here`);
  return value;
}
