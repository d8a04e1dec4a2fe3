// How the allow-list is written: a rule looks at one place of a finished pod. What equals the pod before the user's template
// is ours and never asked about; whatever differs has to be on the list.
import { isDeepStrictEqual } from "node:util";
import { type Path, type Problem, problem, shown, suggestion } from "../../../api/problems.ts";

/** `id` is the place without indexes (`spec.volumes.hostPath`): what the operator's settings may allow by name. */
export type Refusal = Problem & { id?: string };
/** `base` is what the pod has at this place before the template. */
export type Rule = (value: unknown, path: Path, base: unknown) => Refusal[];
type Json = Record<string, unknown>;

/** A refusal that the operator's settings may lift. The path begins below the template: metadata… or spec… */
export const refuse = (path: Path, value: unknown, why: string): Refusal[] => [
  {
    ...problem(path, `${shown(value)} isn't allowed here: ${why}`),
    id: path.filter((step) => typeof step === "string").join("."),
  },
];
/** A refusal for good: what a pod needs so that the operator or Spark finds, starts and ends it. */
export const refuseOwned = (path: Path, value: unknown, why: string): Refusal[] => [
  problem(path, `${shown(value)} isn't allowed here: ${why}`),
];

export const free: Rule = () => [];
export const refused =
  (why: string): Rule =>
  (value, path) =>
    refuse(path, value, why);
export const owned =
  (why: string): Rule =>
  (value, path) =>
    refuseOwned(path, value, why);
export const oneOf =
  (allowed: readonly unknown[], why: string): Rule =>
  (value, path) =>
    allowed.includes(value) ? [] : refuse(path, value, `${why}; expected ${allowed.map(shown).join(" or ")}`);
export const integer =
  (least: number, most: number, why: string): Rule =>
  (value, path) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most ? [] : refuse(path, value, why);

const isMap = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const own = (map: unknown, key: string): unknown => (isMap(map) && Object.hasOwn(map, key) ? map[key] : undefined);

/** A map of which these fields may be set; all others are refused by name. */
export const map =
  (fields: Readonly<Record<string, Rule>>): Rule =>
  (value, path, base) => {
    if (!isMap(value)) return refuseOwned(path, value, "expected a map");
    const lost = Object.keys(isMap(base) ? base : {}).find((key) => !Object.hasOwn(value, key));
    if (lost !== undefined) return refuseOwned(path, value, `it would take ${lost} away, which every pod has`);
    return Object.entries(value).flatMap(([key, child]) => {
      const at = [...path, key];
      if (isDeepStrictEqual(child, own(base, key))) return [];
      if (Object.hasOwn(fields, key)) return fields[key]!(child, at, own(base, key));
      return refuse(
        at,
        child,
        `"${key}" isn't among the fields that a template may set${suggestion(key, Object.keys(fields))}`,
      );
    });
  };

/** A map with keys of the user's: each pair is looked at. */
export const pairs =
  (rule: (key: string, value: unknown, path: Path) => Refusal[]): Rule =>
  (value, path, base) => {
    if (!isMap(value)) return refuseOwned(path, value, "expected a map");
    return Object.entries(value).flatMap(([key, child]) =>
      isDeepStrictEqual(child, own(base, key)) ? [] : rule(key, child, [...path, key]),
    );
  };

/** A list of maps that are told apart by a key, each compared with its like in the base. */
export const items =
  (key: string, rule: Rule): Rule =>
  (value, path, base) => {
    if (!Array.isArray(value)) return refuseOwned(path, value, "expected a list");
    const odd = value.findIndex((item) => !isMap(item) || typeof item[key] !== "string");
    if (odd >= 0) return refuseOwned([...path, odd], value[odd], `expected a map with a ${key}`);
    const lower = Array.isArray(base) ? base : [];
    const lost = lower.find((one) => !value.some((item) => own(item, key) === own(one, key)));
    if (lost) return refuseOwned(path, value, `it would take ${shown(own(lost, key))} away, which every pod has`);
    return value.flatMap((item, index) => {
      const like = lower.find((one) => own(one, key) === item[key]);
      return isDeepStrictEqual(item, like) ? [] : rule(item, [...path, index], like);
    });
  };

/** A list of which each item is looked at by itself. */
export const each =
  (rule: Rule): Rule =>
  (value, path) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => rule(item, [...path, index], undefined))
      : refuseOwned(path, value, "expected a list");
