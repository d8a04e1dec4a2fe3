// forEach: where items come from, how drivers fan out, what failed items mean, what is passed on.
import { expect } from "vitest";
import { task } from "../acts.ts";
import type { Cases } from "../case.ts";

const part = { outputs: [{ name: "part", format: "csv" }] };
const bad = [{ error: "ValueError" }];
/** A program that may read its own item. */
const reads = { python: { script: "def main(): ...\n", function: "main" } };

export const forEach: Cases = {
  "each-item": {
    it: "a task runs for each item, and passes on lists in the order of items",
    flow: {
      tasks: [
        task(
          "each",
          {
            byParam: "c",
            acts: { FR: [{ ms: 300, values: { n: 1 } }], DE: [{ values: { n: 2 } }], IT: [{ values: { n: 3 } }] },
          },
          { forEach: { items: ["FR", "DE", "IT"] }, params: { c: "$(item)" } },
        ),
        task("sum", [], { params: { all: "$(tasks.each.values.n)" } }),
      ],
    },
    phase: "Succeeded",
    message: "4 of 4 tasks succeeded",
    tasks: { "each[0]": "Succeeded", "each[1]": "Succeeded", "each[2]": "Succeeded", sum: "Succeeded" },
    details: { "each[1]": { params: { c: "DE" }, values: { n: 2 } }, sum: { params: { all: [1, 2, 3] } } },
  },
  "each-of-param": {
    it: "items come from a param, with fields by name",
    flow: {
      params: { countries: { type: "list", items: "string", default: ["FR"] } },
      tasks: [
        task("named", [], { forEach: { param: "countries", as: "country" }, args: ["$(country)"] }),
        task("fields", [], {
          forEach: { items: [{ code: "FR", top: 3 }], as: "one" },
          params: { top: "$(one.top)", text: "of $(one.code)" },
        }),
      ],
    },
    given: { countries: ["DE", "IT"] },
    phase: "Succeeded",
    message: "3 of 3 tasks succeeded",
    tasks: { "named[0]": "Succeeded", "named[1]": "Succeeded", "fields[0]": "Succeeded" },
    details: { "named[1]": { args: ["IT"] }, "fields[0]": { params: { top: 3, text: "of FR" } } },
  },
  "each-of-value": {
    it: "items come from a value that another task published",
    flow: {
      tasks: [
        task("load", [{ values: { days: ["mon", "tue"] } }]),
        task("each", [], { forEach: { value: "load.days", as: "day" }, args: ["$(day)"] }),
      ],
    },
    phase: "Succeeded",
    message: "3 of 3 tasks succeeded",
    tasks: { load: "Succeeded", "each[0]": "Succeeded", "each[1]": "Succeeded" },
    details: { "each[1]": { args: ["tue"] } },
  },
  "each-of-rows": {
    it: "items are the rows of an output: their count is known, each driver reads its own",
    flow: {
      tasks: [
        task("load", [{ outputs: { cities: 3 } }], { outputs: [{ name: "cities" }] }),
        task("each", [], { ...reads, forEach: { rows: "load.cities", as: "city" }, params: { name: "$(city.name)" } }),
      ],
    },
    phase: "Succeeded",
    message: "4 of 4 tasks succeeded",
    tasks: { load: "Succeeded", "each[0]": "Succeeded", "each[1]": "Succeeded", "each[2]": "Succeeded" },
  },
  "each-of-none": {
    it: "without items a task has succeeded, and what follows runs",
    flow: {
      tasks: [
        task("load", [{ values: { days: [] } }]),
        task("each", [], { forEach: { value: "load.days" }, args: ["$(item)"], ...part }),
        task("after", [], { dependsOn: ["each"], inputs: [{ name: "parts", from: "each.part" }] }),
      ],
    },
    phase: "Succeeded",
    message: "3 of 3 tasks succeeded",
    tasks: { load: "Succeeded", each: "Succeeded", after: "Succeeded" },
  },
  "each-of-no-list": {
    it: "items that are no list fail the task, which never begins",
    flow: {
      tasks: [
        task("load", [{ values: { days: 7 } }]),
        task("each", [], { forEach: { value: "load.days" } }),
        task("after", [], { dependsOn: ["each"] }),
      ],
    },
    phase: "Failed",
    message: "each failed",
    tasks: { load: "Succeeded", each: "Failed", after: "Omitted" },
    details: { each: { cause: expect.stringMatching(/^Input NotTold: .*expected a list/) as unknown as string } },
  },
  "each-batch": {
    it: "batches of items have a driver each",
    flow: {
      tasks: [
        task("each", [], { ...reads, forEach: { items: [1, 2, 3, 4, 5], batchSize: 2 }, params: { n: "$(item)" } }),
      ],
    },
    phase: "Succeeded",
    message: "3 of 3 tasks succeeded",
    tasks: { "each[0]": "Succeeded", "each[1]": "Succeeded", "each[2]": "Succeeded" },
  },
  "each-fails": {
    it: "after a failed item no others begin, and the task has failed",
    flow: {
      tasks: [
        task(
          "each",
          { byParam: "n", acts: { "2": bad } },
          {
            forEach: { items: [1, 2, 3, 4], maxParallel: 1 },
            params: { n: "$(item)" },
          },
        ),
        task("after", [], { dependsOn: ["each"] }),
        task("mend", [], { dependsOn: [{ task: "each", states: ["Failed"] }] }),
      ],
    },
    phase: "Succeeded",
    message: "2 of 6 tasks succeeded, 1 failed, 3 omitted",
    tasks: {
      "each[0]": "Succeeded",
      "each[1]": "Failed: ValueError",
      "each[2]": "Omitted",
      "each[3]": "Omitted",
      after: "Omitted",
      mend: "Succeeded",
    },
  },
  "each-limit": {
    it: "as many items may fail as onItemFailure says; they are left out of what is passed on",
    flow: {
      tasks: [
        task(
          "each",
          {
            byParam: "n",
            acts: { "1": [{ values: { x: 10 }, outputs: { part: 1 } }], "2": bad },
            otherwise: [{ values: { x: 30 }, outputs: { part: 1 } }],
          },
          { forEach: { items: [1, 2, 3], onItemFailure: { limit: 1 } }, params: { n: "$(item)" }, ...part },
        ),
        task("after", [], {
          params: { xs: "$(tasks.each.values.x)" },
          inputs: [{ name: "parts", from: "each.part" }],
        }),
      ],
    },
    phase: "Succeeded",
    message: "3 of 4 tasks succeeded, 1 failed",
    tasks: {
      "each[0]": "Succeeded",
      "each[1]": "Failed: ValueError",
      "each[2]": "Succeeded",
      after: "Succeeded",
    },
    details: { after: { params: { xs: [10, 30] } } },
  },
  "each-retried": {
    it: "an item has attempts of its own",
    flow: {
      tasks: [
        task(
          "each",
          { byParam: "n", acts: { "2": [{ killed: true }, { error: "ValueError" }, {}] } },
          {
            forEach: { items: [1, 2] },
            params: { n: "$(item)" },
            retry: { limit: 1, backoff: { initial: "1s" } },
          },
        ),
      ],
    },
    phase: "Succeeded",
    message: "2 of 2 tasks succeeded",
    tasks: { "each[0]": "Succeeded", "each[1]": "Succeeded after Killed, ValueError" },
  },
  "each-cancelled": {
    it: "a cancelled run stops the items that run and begins no others",
    flow: {
      tasks: [
        task("each", [{ hangs: true }], { forEach: { items: [1, 2], maxParallel: 1 }, params: { n: "$(item)" } }),
      ],
    },
    cancel: { task: "each[0]", phase: "Running" },
    phase: "Cancelled",
    message: "the run was cancelled; 0 of 2 tasks had succeeded",
    tasks: { "each[0]": "Failed: Cancelled", "each[1]": "Omitted" },
  },
  "each-skipped": {
    it: "a condition skips all items at once",
    flow: {
      tasks: [task("each", [], { when: "false", forEach: { items: [1, 2] } }), task("a", [], { dependsOn: ["each"] })],
    },
    phase: "Succeeded",
    message: "1 of 2 tasks succeeded, 1 skipped",
    tasks: { each: "Skipped", a: "Succeeded" },
  },
};
