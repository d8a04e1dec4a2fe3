// Lint rules about one setting at a time: a key that has no effect, an old one, a misspelt one, a value of the wrong type.
import { shown } from "../../api/problems.ts";
import { type CatalogueEntry, catalogueVersions, defaultOf, findKey, nearestKey } from "../catalogue/catalogue.ts";
import { elsewhere, ineffectiveSettings, switches } from "./ineffective.ts";
import { expected } from "./sparkValues.ts";
import type { ConfView, Finding, LintSetting, Rule } from "./view.ts";

/** What is wrong with a setting, as a sentence, or undefined. `entry` is what the catalogue knows of its key. */
type KeyRule = (setting: LintSetting, entry: CatalogueEntry | undefined) => string | undefined;

const begins = (key: string, pattern: string): boolean =>
  pattern.endsWith("*") ? key.startsWith(pattern.slice(0, -1)) : key === pattern;

/** A key of our own table of settings that do nothing. */
const ineffective: KeyRule = ({ key }) => {
  const found = ineffectiveSettings.find(({ keys }) => keys.some((pattern) => begins(key, pattern)));
  return found && `${key} ${found.why}; ${found.fix}`;
};

/** spark-submit drops keys that don't begin with "spark."; Sedona's short spelling works only in a session. */
const withoutPrefix: KeyRule = ({ key }, entry) => {
  if (key.startsWith("spark.")) return undefined;
  const meant = entry?.alias ?? nearestKey(key);
  const fix = meant ? `write ${meant}` : `write spark.hadoop.${key} if it is a Hadoop setting`;
  return `Spark drops ${key}, since it doesn't begin with "spark."; ${fix}`;
};

const removed: KeyRule = ({ key, value }, entry) => {
  if (!entry?.removed) return undefined;
  const { since, advice } = entry.removed;
  // SQLConf.requireDefaultValueOfRemovedConf.
  if (entry.of === "sql" && value.trim() !== entry.default)
    return `${key} was removed in Spark ${since}, and no session starts with another value than ${shown(entry.default)}: remove it. ${advice}`;
  return `${key} has had no effect since Spark ${since}: remove it. ${advice}`;
};

const deprecated: KeyRule = ({ key }, entry) => {
  if (!entry?.deprecated) return undefined;
  const { since, advice } = entry.deprecated;
  return `${key} is deprecated${since ? ` since Spark ${since}` : ""}. ${advice}`;
};

const forElsewhere: KeyRule = ({ key }) => {
  const found = elsewhere.find(({ prefix }) => key.startsWith(prefix));
  return found && `${key} has no effect here, since ${found.where}; remove it`;
};

const unknown: KeyRule = ({ key }, entry) => {
  if (entry) return undefined;
  const nearest = nearestKey(key);
  if (nearest && nearest.toLowerCase() === key.toLowerCase())
    return `Spark doesn't know ${key}, since keys are case-sensitive; write ${nearest}`;
  const { spark, sedona } = catalogueVersions;
  const fix = nearest ? `did you mean ${nearest}?` : "remove it, unless a library or your own code reads it";
  return `Spark ${spark} and Sedona ${sedona} don't know ${key}; ${fix}`;
};

const wrongValue: KeyRule = ({ key, value }, entry) => {
  const form = entry && !entry.removed ? expected(entry, value) : undefined;
  return form && `${key} can't be ${shown(value)}; write ${form}`;
};

/** The first that has something to say about a key does; what a value should be is said besides. */
const aboutKeys = [ineffective, withoutPrefix, removed, deprecated, forElsewhere, unknown];

const judgeKey: Rule = ({ settings }) =>
  settings.flatMap((setting) => {
    const entry = findKey(setting.key);
    const said = aboutKeys.map((rule) => rule(setting, entry)).find((message) => message !== undefined);
    return findings(setting.key, said);
  });

const judgeValue: Rule = ({ settings }) =>
  settings.flatMap((setting) => findings(setting.key, wrongValue(setting, findKey(setting.key))));

/** A setting whose group is switched off. One that says what is so anyway is let be. */
const switchedOff: Rule = (conf) =>
  conf.settings.flatMap(({ key, value }) => {
    const off = switches.find(({ group, needs }) => key.startsWith(group) && key !== needs && isOff(conf, needs));
    if (!off || value.trim() === defaultOf(key) || value.trim().toLowerCase() === "false") return [];
    const message = `${key} has no effect while ${off.needs} is false; set ${off.needs}=true, or remove it`;
    return [{ keys: [key, off.needs], message }];
  });

const isOff = (conf: ConfView, key: string): boolean => conf.value(key)?.toLowerCase() === "false";

const findings = (key: string, message: string | undefined): Finding[] => (message ? [{ keys: [key], message }] : []);

export const keyRules: readonly Rule[] = [judgeKey, judgeValue, switchedOff];
