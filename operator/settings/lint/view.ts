// What lint rules see of settings: what is set, and what counts where nothing is.
import { defaultOf, findKey } from "../catalogue/catalogue.ts";
import { bytesOf, millisOf } from "./sparkValues.ts";

export type LintSetting = { key: string; value: string; source: string };
/** What a rule found: the keys that it is about, the most to blame first, and a sentence that says what to do. */
export type Finding = { keys: readonly string[]; message: string };
export type Rule = (conf: ConfView) => Finding[];

/** Settings by key. What `value` and the getters below it return is what Spark would use: the setting or the default. */
export type ConfView = {
  settings: readonly LintSetting[];
  /** Whether anybody sets the key. */
  has: (key: string) => boolean;
  value: (key: string) => string | undefined;
  on: (key: string) => boolean;
  number: (key: string) => number | undefined;
  bytes: (key: string) => number | undefined;
  millis: (key: string) => number | undefined;
};

/** The view of settings; of two with one key the later counts. A getter is undefined where the value isn't of its type. */
export function confView(settings: readonly LintSetting[]): ConfView {
  const byKey = new Map(settings.map((setting) => [setting.key, setting]));
  const value = (key: string): string | undefined => byKey.get(key)?.value.trim() ?? inherited(key);
  const inherited = (key: string): string | undefined => {
    const fallback = findKey(key)?.fallback;
    return fallback === undefined ? defaultOf(key) : value(fallback);
  };
  return {
    settings: [...byKey.values()],
    has: (key) => byKey.has(key),
    value,
    on: (key) => value(key)?.toLowerCase() === "true",
    number: (key) => finite(Number(value(key) || "none")),
    bytes: (key) => bytesOf(value(key) ?? "", findKey(key)?.unit),
    millis: (key) => millisOf(value(key) ?? "", findKey(key)?.unit),
  };
}

const finite = (number: number): number | undefined => (Number.isFinite(number) ? number : undefined);

/** `key=value` as a sentence shows it. */
export const assignment = (conf: ConfView, key: string): string => `${key}=${conf.value(key) ?? ""}`;
