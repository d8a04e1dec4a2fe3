// dependsOn with states, failures that another task mends, alternatives of an input.
import { task } from "../acts.ts";
import type { Cases } from "../case.ts";

const bad = [{ error: "ValueError" }];
const rows = { outputs: [{ name: "rows", format: "csv" }] };
const on = (of: string, ...states: string[]) => ({ dependsOn: [{ task: of, states }] });

export const branches: Cases = {
  mended: {
    it: "a task that waits for a failure takes care of it: the run succeeds",
    flow: {
      tasks: [
        task("check", bad),
        task("publish", [], { dependsOn: ["check"] }),
        task("mend", [], on("check", "Failed")),
        task("report", [], { dependsOn: [{ task: "publish", states: ["Omitted"] }, "mend"] }),
      ],
    },
    phase: "Succeeded",
    message: "2 of 4 tasks succeeded, 1 failed, 1 omitted",
    tasks: { check: "Failed: ValueError", publish: "Omitted", mend: "Succeeded", report: "Succeeded" },
  },
  unmended: {
    it: "a mend that fails, too, fails the run",
    flow: { tasks: [task("check", bad), task("mend", [{ error: "KeyError" }], on("check", "Failed"))] },
    phase: "Failed",
    message: "mend failed",
    tasks: { check: "Failed: ValueError", mend: "Failed: KeyError" },
  },
  "not-needed": {
    it: "where nothing failed the branch for failures is omitted, and the run succeeds",
    flow: { tasks: [task("check"), task("mend", [], on("check", "Failed")), task("go", [], { dependsOn: ["check"] })] },
    phase: "Succeeded",
    message: "2 of 3 tasks succeeded, 1 omitted",
    tasks: { check: "Succeeded", mend: "Omitted", go: "Succeeded" },
  },
  "either-way": {
    it: "a task that takes both ends runs after each of them",
    flow: {
      tasks: [
        task("good"),
        task("bad", bad),
        task("after-good", [], on("good", "Succeeded", "Failed")),
        task("after-bad", [], on("bad", "Succeeded", "Failed")),
      ],
    },
    phase: "Succeeded",
    message: "3 of 4 tasks succeeded, 1 failed",
    tasks: { good: "Succeeded", bad: "Failed: ValueError", "after-good": "Succeeded", "after-bad": "Succeeded" },
  },
  "of-omitted": {
    it: "a task may wait for another one to be omitted",
    flow: {
      tasks: [
        task("a"),
        task("mend", [], on("a", "Failed")),
        task("all-well", [], on("mend", "Omitted")),
        task("behind", [], { dependsOn: ["mend"] }),
      ],
    },
    phase: "Succeeded",
    message: "2 of 4 tasks succeeded, 2 omitted",
    tasks: { a: "Succeeded", mend: "Omitted", "all-well": "Succeeded", behind: "Omitted" },
  },
  "omitted-mend": {
    it: "a mend that can't run mends nothing",
    flow: {
      failFast: false,
      tasks: [
        task("check", bad),
        task("other", [{ error: "KeyError", until: "check" }]),
        task("mend", [], { dependsOn: [{ task: "check", states: ["Failed"] }, "other"] }),
      ],
    },
    phase: "Failed",
    message: "2 tasks failed: check, other",
    tasks: { check: "Failed: ValueError", other: "Failed: KeyError", mend: "Omitted" },
  },
  "fast-mend": {
    it: "failFast leaves a mended failure's flow alone, and stops it at an unmended one",
    flow: {
      tasks: [
        task("check", bad),
        task("mend", [{ ms: 100 }], on("check", "Failed")),
        task("worse", [{ error: "KeyError" }], { dependsOn: ["mend"] }),
        task("slow", [{ until: "worse" }]),
        task("last", [], { dependsOn: ["slow"] }),
      ],
    },
    phase: "Failed",
    message: "worse failed",
    tasks: {
      check: "Failed: ValueError",
      mend: "Succeeded",
      worse: "Failed: KeyError",
      slow: "Succeeded",
      last: "Omitted",
    },
  },
  alternatives: {
    it: "an input is read from the first of its alternatives whose task has succeeded",
    flow: {
      failFast: false,
      tasks: [
        task("first", bad, rows),
        task("second", [{ until: "third", outputs: { rows: 7 } }], rows),
        task("third", [{ outputs: { rows: 9 } }], rows),
        task("read", [], { inputs: [{ name: "rows", from: ["first.rows", "second.rows", "third.rows"] }] }),
      ],
    },
    phase: "Failed",
    message: "first failed",
    tasks: { first: "Failed: ValueError", second: "Succeeded", third: "Succeeded", read: "Succeeded" },
    details: { read: { inputs: [{ name: "rows", uri: "second/1/rows", format: "csv" }] } },
  },
  "no-alternative": {
    it: "where none of the alternatives has succeeded the reader is omitted",
    flow: {
      failFast: false,
      tasks: [
        task("a", bad, rows),
        task("b", bad, rows),
        task("read", [], { inputs: [{ name: "rows", from: ["a.rows", "b.rows"] }] }),
      ],
    },
    phase: "Failed",
    message: "2 tasks failed: a, b",
    tasks: { a: "Failed: ValueError", b: "Failed: ValueError", read: "Omitted" },
  },
  "optional-input": {
    it: "an optional input is nothing where its task failed, and the output where it succeeded",
    flow: {
      failFast: false,
      tasks: [
        task("a", bad, rows),
        task("b", [{ outputs: { rows: 7 } }], rows),
        task("read", [], {
          inputs: [
            { name: "old", from: "a.rows", optional: true },
            { name: "new", from: ["a.rows", "b.rows"], optional: true },
          ],
        }),
      ],
    },
    phase: "Failed",
    message: "a failed",
    tasks: { a: "Failed: ValueError", b: "Succeeded", read: "Succeeded" },
    details: {
      read: {
        inputs: [
          { name: "old", optional: true },
          { name: "new", optional: true, uri: "b/1/rows", format: "csv" },
        ],
      },
    },
  },
  "mend-and-read": {
    it: "a mend's output stands in for what the failed task would have left",
    flow: {
      tasks: [
        task("load", bad, rows),
        task("mend", [{ outputs: { rows: 1 } }], { ...on("load", "Failed"), ...rows }),
        task("report", [], { inputs: [{ name: "rows", from: ["load.rows", "mend.rows"] }] }),
      ],
    },
    phase: "Succeeded",
    message: "2 of 3 tasks succeeded, 1 failed",
    tasks: { load: "Failed: ValueError", mend: "Succeeded", report: "Succeeded" },
    details: { report: { inputs: [{ name: "rows", uri: "mend/1/rows", format: "csv" }] } },
  },
};
