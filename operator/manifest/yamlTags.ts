// Which plain words are numbers, as kubectl's YAML library (go.yaml.in/yaml/v2, resolve.go) decides it. The library here takes
// `.` and `e3` for numbers (NaN), and `0o755` for text.
import type { ScalarTag } from "yaml";

const wholeNumber = /^[-+]?(?:0[bB][01]+|0[oO]?[0-7]*|0[xX][0-9a-fA-F]+|[1-9][0-9]*)$/;
const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/** The number that a plain word is, or undefined for text. `_` may stand between digits. */
export function plainNumber(word: string): number | undefined {
  if (!/^[-+.\d]/.test(word) || /^\.(?:.*_)?(?:_|$)/.test(word)) return undefined;
  const text = word.replaceAll("_", "");
  if (wholeNumber.test(text) && !/^[-+]?0[oO]$/.test(text)) {
    const digits = text.replace(/^[-+]/, "");
    // `0755` is octal, as `0o755` is.
    const value = Number(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
    return text.startsWith("-") ? 0 - value : value;
  }
  const value = decimal.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
  return Number.isFinite(value) ? value : undefined;
}

const number = (tag: string): ScalarTag => ({
  tag,
  default: true,
  // A tag that is found by its test must match all that it resolves, so the test is the resolver itself.
  test: { test: (word: string) => plainNumber(word) !== undefined } as RegExp,
  resolve: (word) => plainNumber(word) ?? word,
});

/** Tags in the place of those that are `isForeign`. */
export const kubectlTags: readonly ScalarTag[] = [
  number("tag:yaml.org,2002:int"),
  number("tag:yaml.org,2002:float"),
  { tag: "tag:yaml.org,2002:binary", resolve: (text) => Buffer.from(text, "base64").toString("utf8") },
];

const replaced = new Set(["int", "float", "binary", "timestamp", "omap", "pairs", "set"]);
const infinite = /\.inf|\.nan/;

/** Whether a tag of the YAML library reads something otherwise than kubectl does. `.inf` stays: it is refused by name. */
export function isForeign(tag: unknown): boolean {
  if (typeof tag === "string") return false;
  const { tag: name, test } = tag as ScalarTag;
  return replaced.has(name.replace("tag:yaml.org,2002:", "")) && !(test && infinite.test(test.source));
}
