// Layers of Spark settings: later wins, some keys add up, and every value keeps where it came from.

/** One layer: settings as text, and keys of lower layers that it takes away. */
export type Layer = { source: string; conf: ReadonlyMap<string, string>; unset?: readonly string[] };
/** A setting of the result. `parts` are there when several layers were joined. */
export type Setting = { key: string; value: string; source: string; parts?: { value: string; source: string }[] };

/** Keys whose values are lists: joined across layers, without duplicates, in the layers' order. */
export const additiveKeys: ReadonlySet<string> = new Set([
  "spark.sql.extensions",
  "spark.kryo.registrator",
  "spark.jars",
  "spark.jars.packages",
  "spark.jars.repositories",
  "spark.submit.pyFiles",
  "spark.files",
  "spark.archives",
  "spark.extraListeners",
  "spark.plugins",
]);
/** Joined too, but as alternatives of a regular expression. */
const redaction = "spark.redaction.regex";

/** Merges layers, lowest first. The result is sorted by key. */
export function mergeLayers(layers: readonly Layer[]): Setting[] {
  const merged = new Map<string, Setting>();
  for (const layer of layers) {
    for (const key of layer.unset ?? []) merged.delete(key);
    for (const [key, value] of layer.conf) {
      const below = merged.get(key);
      merged.set(
        key,
        below && isAdditive(key) ? join(key, below, value, layer.source) : { key, value, source: layer.source },
      );
    }
  }
  return [...merged.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

const isAdditive = (key: string) => additiveKeys.has(key) || key === redaction;

function join(key: string, below: Setting, value: string, source: string): Setting {
  const earlier = below.parts ?? [{ value: below.value, source: below.source }];
  const known = new Set(earlier.flatMap((part) => items(key, part.value)));
  const added = items(key, value).filter((item) => !known.has(item));
  if (added.length === 0) return below;
  const parts = [...earlier, { value: added.join(key === redaction ? "|" : ","), source }];
  const text =
    key === redaction ? parts.map((part) => `(?:${part.value})`).join("|") : parts.map((part) => part.value).join(",");
  return { key, value: text, source: parts.map((part) => part.source).join(", "), parts };
}

/** Items of an additive value; a regular expression is one item. */
function items(key: string, value: string): string[] {
  if (key === redaction) return [value];
  return [...new Set(value.split(",").map((item) => item.trim()))].filter((item) => item !== "");
}
