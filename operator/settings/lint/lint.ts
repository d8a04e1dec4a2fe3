// Warnings about settings that Spark would take without a word, or would refuse only once the driver runs.

import { jvmRules } from "./jvm.ts";
import { keyRules } from "./keys.ts";
import { pairRules } from "./pairs.ts";
import { queryRules } from "./queries.ts";
import { confView, type LintSetting, type Rule } from "./view.ts";

export type { LintSetting } from "./view.ts";
export type Warning = { key: string; source: string; message: string };

const rules: readonly Rule[] = [...keyRules, ...pairRules, ...queryRules, ...jvmRules];

/**
 * Warnings about settings: unknown, misspelt, deprecated, removed, ineffective and contradictory ones, and values of a
 * wrong type, in the order of the settings. A rule may be about what isn't set, so it must see all that a task will run
 * with: `below` are settings of lower layers (profiles, engine), which count where `settings` doesn't say otherwise and
 * get no warnings themselves. A finding about several keys is told at the first of them that `settings` holds.
 */
export function lintConf(settings: readonly LintSetting[], below: readonly LintSetting[] = []): Warning[] {
  const order = new Map(settings.map(({ key, source }, index) => [key, { source, index }]));
  const conf = confView([...below, ...settings]);
  return rules
    .flatMap((rule) => rule(conf))
    .flatMap(({ keys, message }) => {
      const key = keys.find((one) => order.has(one));
      const place = key === undefined ? undefined : order.get(key);
      return key !== undefined && place ? [{ key, message, ...place }] : [];
    })
    .sort((a, b) => a.index - b.index)
    .map(({ key, source, message }) => ({ key, source, message }));
}
