// when: conditions on params, values, states; what a skipped task means for others.
import { expect } from "vitest";
import { task } from "../acts.ts";
import type { Cases } from "../case.ts";

const rows = { outputs: [{ name: "rows", format: "csv" }] };
const load = task("load", [{ values: { n: 3 }, outputs: { rows: 3 } }], rows);

export const conditions: Cases = {
  "when-value": {
    it: "a condition on a value lets a task run, or skips it and what reads its data; what only comes after it runs",
    flow: {
      tasks: [
        load,
        task("some", [{ outputs: { rows: 2 } }], { when: "tasks['load'].values.n > 0", ...rows }),
        task("many", [], { when: "tasks['load'].values.n > 5", ...rows }),
        task("reads-many", [], { inputs: [{ name: "rows", from: "many.rows" }] }),
        task("after-many", [], { dependsOn: ["many"] }),
      ],
    },
    phase: "Succeeded",
    message: "3 of 5 tasks succeeded, 2 skipped",
    tasks: {
      load: "Succeeded",
      some: "Succeeded",
      many: "Skipped",
      "reads-many": "Skipped",
      "after-many": "Succeeded",
    },
  },
  "when-param": {
    it: "a condition on params is asked before anything has run",
    flow: {
      params: { top: { type: "integer", default: 10 }, mode: { type: "string", default: "full" } },
      tasks: [
        task("full", [], { when: "params.mode == 'full' && params.top >= 10" }),
        task("quick", [], { when: "params.mode == 'quick'" }),
      ],
    },
    given: { mode: "quick" },
    phase: "Succeeded",
    message: "1 of 2 tasks succeeded, 1 skipped",
    tasks: { full: "Skipped", quick: "Succeeded" },
  },
  "when-state": {
    it: "a condition on a state alone waits for any end, and mends nothing",
    flow: {
      failFast: false,
      tasks: [
        task("a", [{ error: "ValueError" }]),
        task("if-failed", [], { when: "tasks['a'].state == 'Failed'" }),
        task("if-well", [], { when: "tasks['a'].state == 'Succeeded'" }),
      ],
    },
    phase: "Failed",
    message: "a failed",
    tasks: { a: "Failed: ValueError", "if-failed": "Succeeded", "if-well": "Skipped" },
  },
  "when-wrong": {
    it: "a condition that can't be told fails its task, which never begins",
    flow: {
      tasks: [load, task("a", [], { when: "tasks['load'].values.m > 0" }), task("b", [], { dependsOn: ["a"] })],
    },
    phase: "Failed",
    message: "a failed",
    tasks: { load: "Succeeded", a: "Failed", b: "Omitted" },
    details: {
      a: { cause: expect.stringContaining("Input NotTold: the condition of when can't be told") as unknown as string },
    },
  },
  "when-skipped": {
    it: "a task may wait for another one to be skipped, and is omitted where that ran",
    flow: {
      tasks: [
        load,
        task("off", [], { when: "false" }),
        task("instead", [], { dependsOn: [{ task: "off", states: ["Skipped"] }] }),
        task("not-needed", [], { dependsOn: [{ task: "load", states: ["Skipped"] }] }),
      ],
    },
    phase: "Succeeded",
    message: "2 of 4 tasks succeeded, 1 skipped, 1 omitted",
    tasks: { load: "Succeeded", off: "Skipped", instead: "Succeeded", "not-needed": "Omitted" },
  },
  "skipped-alternative": {
    it: "an input falls back on the next of its alternatives where a task is skipped",
    flow: {
      tasks: [
        load,
        task("enrich", [], { when: "tasks['load'].values.n > 5", ...rows }),
        task("report", [], { inputs: [{ name: "rows", from: ["enrich.rows", "load.rows"] }] }),
      ],
    },
    phase: "Succeeded",
    message: "2 of 3 tasks succeeded, 1 skipped",
    tasks: { load: "Succeeded", enrich: "Skipped", report: "Succeeded" },
    details: { report: { inputs: [{ name: "rows", uri: "load/1/rows", format: "csv" }] } },
  },
  "skipped-alternatives": {
    it: "where all alternatives were skipped their reader is, too",
    flow: {
      tasks: [
        task("a", [], { when: "false", ...rows }),
        task("b", [], { when: "1 > 2", ...rows }),
        task("read", [], { inputs: [{ name: "rows", from: ["a.rows", "b.rows"] }] }),
      ],
    },
    phase: "Succeeded",
    message: "0 of 3 tasks succeeded, 3 skipped",
    tasks: { a: "Skipped", b: "Skipped", read: "Skipped" },
  },
  optional: {
    it: "an optional input is left out where its task was skipped, and there where it ran",
    flow: {
      tasks: [
        load,
        task("off", [], { when: "false", ...rows }),
        task("read", [], {
          inputs: [
            { name: "rows", from: "load.rows", optional: true },
            { name: "more", from: "off.rows", optional: true },
          ],
        }),
      ],
    },
    phase: "Succeeded",
    message: "2 of 3 tasks succeeded, 1 skipped",
    tasks: { load: "Succeeded", off: "Skipped", read: "Succeeded" },
  },
  "skipped-then-cancelled": {
    it: "what was skipped stays so when the run is cancelled",
    flow: {
      tasks: [
        task("off", [], { when: "false" }),
        task("instead", [{ hangs: true }], { dependsOn: [{ task: "off", states: ["Skipped"] }] }),
        task("after", [], { dependsOn: ["instead"] }),
      ],
    },
    cancel: { task: "instead", phase: "Running" },
    phase: "Cancelled",
    message: "the run was cancelled; 0 of 3 tasks had succeeded",
    tasks: { off: "Skipped", instead: "Failed: Cancelled", after: "Omitted" },
  },
};
