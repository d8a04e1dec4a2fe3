// The conf catalogue: every key that the Spark and Sedona in use know. catalogue.json is made by generate_catalogue.py.
import { distance } from "fastest-levenshtein";
import json from "./catalogue.json" with { type: "json" };

export type Unit = "B" | "KiB" | "MiB" | "GiB" | "ns" | "us" | "ms" | "s" | "min" | "h" | "d";
type Change = { since?: string; advice: string };

/** What is known of a key. Fields that don't apply are left out; the doc is its first sentence. */
export type CatalogueEntry = {
  /** The module that reads it: core, sql, hive, kubernetes, sedona …, or `library` for a family of other software. */
  of: string;
  /** The spelling that works in spark-defaults.conf, for one that works only in a session. */
  alias?: string;
  type?: "boolean" | "int" | "long" | "double" | "bytes" | "time" | "choice" | "regex" | "string";
  /** Unit of a bare number, for bytes and time. */
  unit?: Unit;
  /** Whether the value is a comma-separated list of such values. */
  list?: boolean;
  choices?: readonly string[];
  /** Whether the choices may be written in any case. */
  anyCase?: boolean;
  /** The least number allowed. */
  min?: number;
  default?: string;
  /** The key whose value counts while this one isn't set. */
  fallback?: string;
  /** Whether a session may change it while it runs. */
  dynamic?: boolean;
  /** Whether Spark keeps it out of its documentation. */
  internal?: boolean;
  deprecated?: Change;
  removed?: Change;
  doc?: string;
};

const { keys, spark, sedona } = json as unknown as {
  spark: string;
  sedona: string;
  keys: Readonly<Record<string, CatalogueEntry>>;
};

/** The versions that the catalogue is of. */
export const catalogueVersions = { spark, sedona };

const byKey = new Map(Object.entries(keys));
type Family = { name: string; start: string; pattern: RegExp };
// `*` stands for one or more characters: the part of a key that is the user's.
const families: readonly Family[] = [...byKey.keys()]
  .filter((name) => name.includes("*"))
  .map((name) => ({
    name,
    start: name.slice(0, name.indexOf("*")),
    pattern: new RegExp(`^${name.replaceAll(".", "\\.").replaceAll("*", ".+")}$`),
  }));

/** What is known of a key, itself or as one of a family such as `spark.hadoop.*`; undefined if nothing is. */
export function findKey(key: string): CatalogueEntry | undefined {
  return byKey.get(key) ?? byKey.get(families.find(({ pattern }) => pattern.test(key))?.name ?? "");
}

/** A key's default as text, following fallbacks; undefined if it has none. */
export function defaultOf(key: string): string | undefined {
  const entry = byKey.get(key);
  return entry?.default ?? (entry?.fallback === undefined ? undefined : defaultOf(entry.fallback));
}

/** `start` is the fixed part of a family's key. */
type Suggestion = { key: string; lower: string; start?: string };
/** Keys worth suggesting (in use, and no family), and what keys begin with: `spark`, `spark.sql` … Made when first needed. */
let vocabulary: { keys: readonly Suggestion[]; namespaces: ReadonlySet<string> } | undefined;

function knownWords() {
  if (vocabulary) return vocabulary;
  const keys = [...byKey]
    .filter(([key, entry]) => !key.includes("*") && !entry.alias && !entry.deprecated && !entry.removed)
    .map(([key]) => ({ key, lower: key.toLowerCase() }));
  const namespaces = keys.flatMap(({ key }) => key.split(".").map((_, at, words) => words.slice(0, at).join(".")));
  vocabulary = { keys, namespaces: new Set(namespaces) };
  return vocabulary;
}

/** How many letters may differ from a key in what is still taken for it: one in five, from one to four. */
const allowance = (key: string) => Math.max(1, Math.min(4, Math.floor((key.length - "spark.".length) / 5)));

/** The known key that a user most likely meant, or undefined if none is close. A difference in case counts as none. */
export function nearestKey(key: string): string | undefined {
  const lower = key.toLowerCase();
  const allowed = allowance(key);
  let best: { key: string; far: number } | undefined;
  for (const candidate of [...knownWords().keys, ...inFamilies(key)]) {
    const most = candidate.start ? Math.min(allowed, allowance(candidate.start)) : allowed;
    if (candidate.key === key || Math.abs(candidate.lower.length - lower.length) > most) continue;
    const far = distance(lower, candidate.lower);
    if (far > most) continue;
    if (!best || far < best.far || (far === best.far && wins(candidate.key, best.key)))
      best = { key: candidate.key, far };
  }
  return best?.key;
}

/** The key with its first words replaced by those of each family: `spark.hadop.fs.x` becomes `spark.hadoop.fs.x`. */
function inFamilies(key: string): Suggestion[] {
  const words = key.split(".");
  return families.flatMap(({ name, start, pattern }) => {
    const length = start.split(".").length - 1;
    const meant = start + words.slice(length).join(".");
    if (start === "spark." || byKey.get(name)?.of === "library" || !pattern.test(meant)) return [];
    // Words that begin other keys are meant as they stand: spark.sql.x isn't spark.ssl.x.
    const own = words.slice(0, length).join(".");
    return knownWords().namespaces.has(own) ? [] : [{ key: meant, lower: meant.toLowerCase(), start }];
  });
}

/** Of two equally near keys, the documented one, then the one that comes first in the alphabet. */
function wins(key: string, other: string): boolean {
  const [a, b] = [byKey.get(key)?.internal === true, byKey.get(other)?.internal === true];
  return a === b ? key < other : b;
}
