// The items of a forEach: what they are, how they fan out over drivers, and what one driver gets of them.
import type { ParamValue, Scalar } from "../api/common.ts";
import { type ForEach, type ForEachItem, mostItems } from "../api/forEach.ts";
import type { TaskItems } from "../api/task.ts";
import { type Scope, TemplateError } from "../task/template.ts";
import { driverItems, type FanOut } from "./fanOut.ts";
import { splitFrom } from "./graph.ts";
import type { ResultOutput, RunContext } from "./runContext.ts";

/** The number of a forEach task's driver, from 0. */
export const itemLabel = "sparkflow.dev/item";
export const defaultItemName = "item";

type Items = { values: readonly ForEachItem[] } | { rows: ResultOutput; count: number };
type Known = Pick<RunContext, "params" | "results">;

/** Items that the driver itself puts in: the operator knows only how many rows there are, and a batch has many. */
export const readByDriver = ({ rows, batchSize = 1 }: ForEach): boolean => rows !== undefined || batchSize > 1;

/** How a forEach fans out, once all that it depends on has succeeded; or why that can't be told. */
export function fanOutOf(forEach: ForEach, known: Known): FanOut | { wrong: string } {
  try {
    const items = itemsOf(forEach, known);
    const count = "rows" in items ? items.count : items.values.length;
    if (count > mostItems) return { wrong: `forEach has ${count} items, and ${mostItems} is the most` };
    return {
      items: count,
      batchSize: forEach.batchSize ?? 1,
      maxParallel: forEach.maxParallel ?? Number.POSITIVE_INFINITY,
      failureLimit: forEach.onItemFailure?.limit ?? 0,
    };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { wrong: error.message };
  }
}

/** Throws a TemplateError if they aren't there, or aren't a list. */
function itemsOf({ items, param, value, rows }: ForEach, { params, results }: Known): Items {
  if (rows !== undefined) {
    const { task, output } = splitFrom(rows);
    const found = results.get(task)?.outputs.find(({ name }) => name === output);
    if (!found) throw new TemplateError(`forEach: the task "${task}" published no output "${output}"`);
    if (found.rows === undefined)
      throw new TemplateError(
        `forEach: the rows of ${rows} were not counted: its format ${found.format} has none, or the program wrote it without the library`,
      );
    return { rows: found, count: found.rows };
  }
  if (value !== undefined) {
    const { task, output: name } = splitFrom(value);
    const values = results.get(task)?.values ?? {};
    if (!Object.hasOwn(values, name)) {
      const others = Object.keys(values).join(", ") || "none at all";
      throw new TemplateError(`forEach: the task "${task}" published no value "${name}", only ${others}`);
    }
    return { values: asItems(values[name], value) };
  }
  if (param !== undefined) return { values: asItems(params[param], `the param ${param}`) };
  return { values: items ?? [] };
}

const isScalar = (value: unknown): value is Scalar => ["string", "number", "boolean"].includes(typeof value);
const isItem = (value: unknown): value is ForEachItem =>
  isScalar(value) ||
  (value !== null && typeof value === "object" && !Array.isArray(value) && Object.values(value).every(isScalar));

function asItems(value: unknown, what: string): ForEachItem[] {
  if (!Array.isArray(value)) throw new TemplateError(`forEach: ${what} is ${JSON.stringify(value)}, expected a list`);
  const odd = value.find((item) => !isItem(item));
  if (odd !== undefined)
    throw new TemplateError(
      `forEach: ${what} holds ${JSON.stringify(odd)}, expected text, numbers, booleans, or maps of these`,
    );
  return value;
}

/** What one driver of a forEach gets: an item for its templates, or the items that it takes one after the other. */
export function itemsPart(
  forEach: ForEach,
  known: Known,
  driver: number,
): { scope?: Scope; later?: string; items?: TaskItems } {
  const name = forEach.as ?? defaultItemName;
  const items = itemsOf(forEach, known);
  const fan = fanOutOf(forEach, known);
  if ("wrong" in fan) throw new TemplateError(fan.wrong);
  const part = driverItems(fan, driver);
  if ("rows" in items) {
    const { uri, format, schema, items: union } = items.rows;
    const input = {
      uri,
      format,
      ...(schema ? { schema } : {}),
      ...(union ? { items: union } : {}),
    } as TaskItems["rows"];
    return { later: name, items: { as: name, ...part, ...batched(forEach), rows: input } };
  }
  if (readByDriver(forEach)) {
    const values = items.values.slice(part.first, part.first + part.count);
    return { later: name, items: { as: name, ...part, ...batched(forEach), values } };
  }
  return { scope: itemScope(name, items.values[driver]!) };
}

const batched = ({ batchSize = 1 }: ForEach) => (batchSize > 1 ? { batch: true } : {});

function itemScope(name: string, item: ForEachItem): Scope {
  return ([head, field, ...more]) => {
    if (head !== name || more.length > 0) return undefined;
    if (typeof item !== "object") return field === undefined ? item : undefined;
    const fields = Object.keys(item).join(", ");
    if (field === undefined) throw new TemplateError(`$(${name}) has fields: write $(${name}.…) with one of ${fields}`);
    if (!Object.hasOwn(item, field)) throw new TemplateError(`$(${name}.${field}): this item has only ${fields}`);
    return item[field] as ParamValue;
  };
}
