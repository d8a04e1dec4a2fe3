// spark-defaults.conf: Java properties, read by Spark as UTF-8 and trimmed.
import type { Setting } from "./layers.ts";

/** Why a key or value can't be written at all, or undefined if it can. */
export function refusal(key: string, value: string): string | undefined {
  if (!key.startsWith("spark.")) {
    return `Spark ignores keys that don't begin with "spark."; for a Hadoop setting use hadoopConf or "spark.hadoop.${key}"`;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\s\u0000-\u001f\u007f-\u009f=]/u.test(key)) return "a key can't hold white space, control characters or '='";
  if (!key.isWellFormed() || !value.isWellFormed())
    return `the ${key.isWellFormed() ? "value" : "key"} isn't valid Unicode (it holds half of a surrogate pair)`;
  if (!fitsFile(value) && value.includes("\0")) return "a value with outer white space can't hold a NUL character";
  return undefined;
}

/**
 * Whether the file can carry the value as it is: Spark trims values with Java's String.trim, which takes every
 * character up to U+0020 off both ends. What doesn't fit goes by `--conf`.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: String.trim's own definition
export const fitsFile = (value: string): boolean => !/^[\u0000-\u0020]|[\u0000-\u0020]$/.test(value);

const escapes: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f" };

/** A value escaped for java.util.Properties. Control characters become \uXXXX, the rest stays UTF-8. */
export function escapeValue(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
  return value.replace(/[\\\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (char) => escapes[char] ?? unicode(char));
}

/** A key escaped for java.util.Properties: also what would end or comment it out. */
export const escapeKey = (key: string): string => escapeValue(key).replace(/[:=#!]/g, "\\$&");

const unicode = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A comment can't hold a line break: what stands in it may be a user's name for something. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
const comment = (text: string) => `# ${text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ")}`;

/** The file: each setting below a comment that says where its value is from. */
export function writeProperties(settings: readonly Setting[]): string {
  const lines = ["# Written by Sparkflow. The line above each setting says where it is from."];
  for (const setting of settings.filter(({ value }) => fitsFile(value))) {
    lines.push("", comment(`from ${sourceText(setting)}`), `${escapeKey(setting.key)}=${escapeValue(setting.value)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Settings for `--conf`, since the file can't carry their outer white space. */
export const commandLineConf = (settings: readonly Setting[]): [string, string][] =>
  settings.filter(({ value }) => !fitsFile(value)).map(({ key, value }) => [key, value]);

/** `task count`, or for a joined key `profile sedona (a.b.C), task count (d.e.F)`. */
export function sourceText({ source, parts }: Setting): string {
  return parts && parts.length > 1 ? parts.map((part) => `${part.source} (${part.value})`).join(", ") : source;
}
