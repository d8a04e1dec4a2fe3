// forEach: a task for each item of a list, or for each row of an output.
import { z } from "zod";
import { field, identifier, scalar } from "./common.ts";

/** Most items of a forEach. */
export const mostItems = 5000;
const itemFields = z.record(identifier, scalar);

/** The item of a forEach: a scalar, or some named ones. */
export const forEachItem = z.union([scalar, itemFields], {
  error: "expected text, a number, a boolean, or a map of these",
});
export type ForEachItem = z.infer<typeof forEachItem>;

export const forEach = z.strictObject({
  items: field(
    z.array(forEachItem).max(mostItems, { error: `expected at most ${mostItems} items` }),
    "The items, written out: scalars, or maps of them. Example: [FR, DE].",
  ),
  param: field(identifier, "Param of the flow that holds the list. Example: countries."),
  value: field(
    z.string().max(130),
    "Value of another task that is a list, as TASK.VALUE; the task then depends on it. Example: load.countries.",
  ),
  rows: field(
    z.string().max(130),
    "Output of another task, as TASK.OUTPUT: each of its rows is an item, which its driver reads. Example: load.cities.",
  ),
  as: field(
    identifier,
    "Name of the item in templates: $(country), and $(country.code) for one with fields. Default: item. Example: country.",
  ),
  maxParallel: field(
    z.int().min(1).max(mostItems),
    "Most drivers of this task at once. Default: no limit. Example: 20.",
  ),
  batchSize: field(
    z.int().min(1).max(mostItems),
    "Items that one driver takes, one after the other; they succeed or fail together. Default: 1. Example: 50.",
  ),
  onItemFailure: field(
    z.strictObject({
      limit: field(z.int().min(0).max(mostItems), "Items that may fail before the task has failed. Default: 0."),
    }),
    "What a failed item means for the task.",
  ),
});
export type ForEach = z.infer<typeof forEach>;
