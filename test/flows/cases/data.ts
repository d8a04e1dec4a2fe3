// What goes from task to task and from a run to its tasks: values, outputs, params, templates.
import { expect } from "vitest";
import { task } from "../acts.ts";
import type { Cases } from "../case.ts";

export const data: Cases = {
  values: {
    it: "values are passed on with their types, whole or within text",
    flow: {
      tasks: [
        task("load", [{ values: { n: 3, share: 0.5, ok: true, name: 'a "b" $(c)', list: [1, 2] } }]),
        task("count", [], {
          params: {
            n: "$(tasks.load.values.n)",
            share: "$(tasks.load.values.share)",
            ok: "$(tasks.load.values.ok)",
            name: "$(tasks.load.values.name)",
          },
          args: ["--n=$(tasks.load.values.n)", "$(tasks.load.values.name)", "$$(params.x)"],
        }),
      ],
    },
    phase: "Succeeded",
    message: "2 of 2 tasks succeeded",
    tasks: { load: "Succeeded", count: "Succeeded" },
    details: {
      load: { values: { n: 3, share: 0.5, ok: true, name: 'a "b" $(c)', list: [1, 2] } },
      count: { params: { n: 3, share: 0.5, ok: true, name: 'a "b" $$(c)' } },
    },
  },
  "no-value": {
    it: "a value that upstream didn't publish fails the task that reads it, which never begins",
    flow: {
      tasks: [
        task("a", [{ values: { m: 1 } }]),
        task("b", [], { args: ["$(tasks.a.values.n)"] }),
        task("c", [], { dependsOn: ["b"] }),
      ],
    },
    phase: "Failed",
    message: "b failed",
    tasks: { a: "Succeeded", b: "Failed", c: "Omitted" },
    details: {
      b: { cause: expect.stringMatching(/^Input TemplateError: .*published no such value/) as unknown as string },
    },
  },
  outputs: {
    it: "outputs are passed on by name, format and location, with rows and schema in the status",
    flow: {
      tasks: [
        task("load", [{ outputs: { words: 12 } }], { outputs: [{ name: "words", format: "parquet" }] }),
        task("count", [{ outputs: { counts: 5 } }], {
          inputs: [{ name: "w", from: "load.words" }],
          outputs: [{ name: "counts", format: "csv" }],
        }),
        task("report", [], {
          inputs: [
            { name: "counts", from: "count.counts" },
            { name: "words", from: "load.words" },
          ],
        }),
      ],
    },
    phase: "Succeeded",
    message: "3 of 3 tasks succeeded",
    tasks: { load: "Succeeded", count: "Succeeded", report: "Succeeded" },
    details: {
      load: {
        outputs: [{ name: "words", uri: "load/1/words", format: "parquet", rows: 12, schemaHash: "0a1b2c3d" }],
      },
      report: {
        inputs: [
          { name: "counts", uri: "count/1/counts", format: "csv" },
          { name: "words", uri: "load/1/words", format: "parquet" },
        ],
      },
    },
  },
  "second-attempt": {
    it: "what is passed on is the output of the attempt that succeeded",
    flow: {
      tasks: [
        task("load", [{ error: "ValueError" }, { outputs: { rows: 2 } }], {
          outputs: [{ name: "rows", format: "csv" }],
          retry: { limit: 1, backoff: { initial: "1s" } },
        }),
        task("read", [], { inputs: [{ name: "rows", from: "load.rows" }] }),
      ],
    },
    phase: "Succeeded",
    message: "2 of 2 tasks succeeded",
    tasks: { load: "Succeeded after ValueError", read: "Succeeded" },
    details: { read: { inputs: [{ name: "rows", uri: "load/2/rows", format: "csv" }] } },
  },
  params: {
    it: "params have defaults and types, in args, params, conf, environment and URIs",
    flow: {
      params: {
        top: { type: "integer", default: 10 },
        countries: { type: "list", items: "string", default: ["FR", "DE"] },
        name: { type: "string", default: 'it\'s "x"; rm -rf /' },
      },
      tasks: [
        task("a", [], {
          args: ["--top", "$(params.top)", "$(params.name)"],
          params: { most: "$(params.top)", countries: "$(params.countries)", text: "top $(params.top)" },
          inputs: [{ name: "raw", uri: "s3a://raw/$(params.top)/", format: "parquet" }],
        }),
      ],
    },
    phase: "Succeeded",
    message: "1 of 1 tasks succeeded",
    tasks: { a: "Succeeded" },
    details: {
      a: {
        args: ["--top", "10", 'it\'s "x"; rm -rf /'],
        params: { most: 10, countries: ["FR", "DE"], text: "top 10" },
        inputs: [{ name: "raw", uri: "s3a://raw/10/", format: "parquet" }],
      },
    },
  },
  given: {
    it: "a run's own params win over defaults and fill what has none",
    flow: {
      params: { day: { type: "date" }, top: { type: "integer", default: 10, max: 100 } },
      tasks: [task("a", [], { params: { day: "$(params.day)", top: "$(params.top)" } })],
    },
    given: { day: "2026-10-01", top: 20 },
    phase: "Succeeded",
    message: "1 of 1 tasks succeeded",
    tasks: { a: "Succeeded" },
    details: { a: { params: { day: "2026-10-01", top: 20 } } },
  },
  defaults: {
    it: "taskDefaults stand below each task's own fields",
    flow: {
      taskDefaults: { args: ["default"], params: { x: 1, y: 1 } },
      tasks: [task("a"), task("b", [], { args: ["own"], params: { y: 2 } })],
    },
    phase: "Succeeded",
    message: "2 of 2 tasks succeeded",
    tasks: { a: "Succeeded", b: "Succeeded" },
    details: { a: { args: ["default"], params: { x: 1, y: 1 } }, b: { args: ["own"], params: { x: 1, y: 2 } } },
  },
  "of-the-run": {
    it: "a task may name its run",
    flow: { tasks: [task("a", [], { args: ["$(run.name)", "$(run.id)"] })] },
    phase: "Succeeded",
    message: "1 of 1 tasks succeeded",
    tasks: { a: "Succeeded" },
    details: { a: { args: ["RUN", "RUN"] } },
  },
};
