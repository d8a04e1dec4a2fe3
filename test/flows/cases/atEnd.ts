// finally: what runs at the end, whatever happened.
import { task } from "../acts.ts";
import type { Cases } from "../case.ts";

const bad = [{ error: "ValueError" }];
const notify = task("notify", [], { params: { state: "$(run.state)", failed: "$(run.failedTasks)" } });

export const atEnd: Cases = {
  "finally-well": {
    it: "the end's tasks run after all others have succeeded, and are told so",
    flow: { tasks: [task("a"), task("b", [], { dependsOn: ["a"] })], finally: [notify] },
    phase: "Succeeded",
    message: "3 of 3 tasks succeeded",
    tasks: { a: "Succeeded", b: "Succeeded", notify: "Succeeded" },
    details: { notify: { params: { state: "Succeeded", failed: [] } } },
  },
  "finally-badly": {
    it: "the end's tasks run after a failure, failFast or not, with the names of what failed",
    flow: {
      tasks: [task("a", bad), task("b", [], { dependsOn: ["a"] })],
      finally: [notify, task("clean")],
    },
    phase: "Failed",
    message: "a failed",
    tasks: { a: "Failed: ValueError", b: "Omitted", notify: "Succeeded", clean: "Succeeded" },
    details: { notify: { params: { state: "Failed", failed: ["a"] } } },
  },
  "finally-cancelled": {
    it: "the end's tasks run after a cancel",
    flow: { tasks: [task("a", [{ hangs: true }])], finally: [notify] },
    cancel: { task: "a", phase: "Running" },
    phase: "Cancelled",
    message: "the run was cancelled; 1 of 2 tasks had succeeded",
    tasks: { a: "Failed: Cancelled", notify: "Succeeded" },
    details: { notify: { params: { state: "Cancelled", failed: ["a"] } } },
  },
  "finally-fails": {
    it: "a failure at the end is the run's",
    flow: { tasks: [task("a")], finally: [task("clean", bad), notify] },
    phase: "Failed",
    message: "clean failed",
    tasks: { a: "Succeeded", clean: "Failed: ValueError", notify: "Succeeded" },
    details: { notify: { params: { state: "Succeeded", failed: [] } } },
  },
  "finally-when": {
    it: "a task at the end may have a condition on how the run did",
    flow: {
      tasks: [task("a", bad)],
      finally: [
        task("praise", [], { when: "run.state == 'Succeeded'" }),
        task("alarm", [], { when: "'a' in run.failedTasks" }),
      ],
    },
    phase: "Failed",
    message: "a failed",
    tasks: { a: "Failed: ValueError", praise: "Skipped", alarm: "Succeeded" },
  },
  "finally-reads": {
    it: "a task at the end that reads what wasn't left is omitted, others run",
    flow: {
      failFast: false,
      tasks: [task("a", bad), task("b", [{ values: { n: 2 } }])],
      finally: [
        task("of-a", [], { args: ["$(tasks.a.values.n)"] }),
        task("of-b", [], { args: ["$(tasks.b.values.n)"] }),
      ],
    },
    phase: "Failed",
    message: "a failed",
    tasks: { a: "Failed: ValueError", b: "Succeeded", "of-a": "Omitted", "of-b": "Succeeded" },
    details: { "of-b": { args: ["2"] } },
  },
};
