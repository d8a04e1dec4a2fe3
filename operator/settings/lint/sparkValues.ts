// How Spark reads values of typed settings. Source: ConfigHelpers and JavaUtils of Spark 3.5.
import type { CatalogueEntry, Unit } from "../catalogue/catalogue.ts";

const kib = 1024;
const byteSuffixes: Record<string, number> = {
  ...{ b: 1, k: kib, kb: kib, m: kib ** 2, mb: kib ** 2, g: kib ** 3, gb: kib ** 3 },
  ...{ t: kib ** 4, tb: kib ** 4, p: kib ** 5, pb: kib ** 5 },
};
const timeSuffixes: Record<string, number> = {
  ...{ us: 0.001, ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 },
};
const units: Record<Unit, number> = {
  ...{ B: 1, KiB: kib, MiB: kib ** 2, GiB: kib ** 3 },
  ...{ ns: 0.000_001, us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 },
};

/** Bytes of a size such as `4g`, `128MB` or a bare number of `unit`; undefined if Spark can't read it. */
export const bytesOf = (text: string, unit: Unit = "B"): number | undefined => amount(text, byteSuffixes, unit);

/** Milliseconds of a time such as `90s`, `2min` or a bare number of `unit`; undefined if Spark can't read it. */
export const millisOf = (text: string, unit: Unit = "ms"): number | undefined => amount(text, timeSuffixes, unit);

function amount(text: string, suffixes: Record<string, number>, unit: Unit): number | undefined {
  const [, number, suffix] = /^(-?\d+)([a-z]*)$/.exec(text.trim().toLowerCase()) ?? [];
  if (number === undefined) return undefined;
  const factor = suffix ? suffixes[suffix] : units[unit];
  return factor === undefined ? undefined : Number(number) * factor;
}

/** What a value should be, if the entry's type is known and the value isn't of it; undefined if all is well. */
export function expected(entry: CatalogueEntry, value: string): string | undefined {
  const text = value.trim();
  // A template's or a variable's value isn't known here.
  if (entry.list || /\$[({]/.test(text)) return undefined;
  switch (entry.type) {
    case "boolean":
      return /^(true|false)$/i.test(text) ? undefined : "true or false";
    case "int":
    case "long":
      return wholeNumber(text, entry);
    case "double":
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[fd]?$/i.test(text) ? undefined : "a number such as 0.5";
    case "bytes":
      return measure(bytesOf(text, entry.unit), entry, `a whole number with k, m, g or t${like(text, "kmgt")}`);
    case "time":
      return measure(millisOf(text, entry.unit), entry, `a whole number with ms, s, min, h or d${like(text, "smhd")}`);
    case "choice":
      return isChoice(text, entry) ? undefined : `one of ${entry.choices?.join(", ")}`;
    default:
      return undefined;
  }
}

/** `form` says how to write an amount. Spark cuts off what is less than the entry's unit. */
function measure(found: number | undefined, { min, unit }: CatalogueEntry, form: string): string | undefined {
  if (found === undefined) return form;
  return min !== undefined && unit && found < min * units[unit] ? `${min} ${unit} or more` : undefined;
}

/** An example of the form: the amount itself where its number and the letter of its unit can be told (`4Gi`: `4g`). */
function like(text: string, letters: string): string {
  const [, number, letter] = new RegExp(`^(\\d+)\\s*([${letters}])[a-z]*$`, "i").exec(text) ?? [];
  return `, such as ${number && letter ? number + letter.toLowerCase() : `90${letters[0] === "k" ? "m" : "s"}`}`;
}

const isChoice = (text: string, { choices = [], anyCase }: CatalogueEntry): boolean =>
  choices.some((choice) => choice === text || (anyCase && choice.toLowerCase() === text.toLowerCase()));

function wholeNumber(text: string, entry: CatalogueEntry): string | undefined {
  const number = Number(text);
  const least = entry.min === undefined ? "a whole number" : `a whole number, ${entry.min} or more`;
  const most = entry.type === "int" ? 2 ** 31 - 1 : Number(2n ** 63n);
  const fits = /^[+-]?\d+$/.test(text) && Math.abs(number) <= most;
  return fits && (entry.min === undefined || number >= entry.min) ? undefined : least;
}
