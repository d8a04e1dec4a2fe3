// Order, width and the end of a run without branches.
import { task } from "../acts.ts";
import type { Cases } from "../case.ts";

const slow = [{ ms: 400 }];
const bad = [{ error: "ValueError" }];

export const order: Cases = {
  one: {
    it: "a flow of one task ends with it",
    flow: { tasks: [task("a")] },
    phase: "Succeeded",
    message: "1 of 1 tasks succeeded",
    tasks: { a: "Succeeded" },
  },
  chain: {
    it: "tasks run one after the other, in the graph's order and not the manifest's",
    flow: { tasks: [task("c", [], { dependsOn: ["b"] }), task("b", [], { dependsOn: ["a"] }), task("a")] },
    phase: "Succeeded",
    message: "3 of 3 tasks succeeded",
    tasks: { a: "Succeeded", b: "Succeeded", c: "Succeeded" },
  },
  diamond: {
    it: "a task waits for both of its branches",
    flow: {
      tasks: [
        task("top"),
        task("left", slow, { dependsOn: ["top"] }),
        task("right", [], { dependsOn: ["top"] }),
        task("bottom", [], { dependsOn: ["left", "right"] }),
      ],
    },
    phase: "Succeeded",
    message: "4 of 4 tasks succeeded",
    tasks: { top: "Succeeded", left: "Succeeded", right: "Succeeded", bottom: "Succeeded" },
  },
  "at-once": {
    it: "a flow that is wider than its maxParallelTasks runs all of its tasks",
    flow: { maxParallelTasks: 2, tasks: ["a", "b", "c", "d", "e"].map((name) => task(name, [{ ms: 100 }])) },
    phase: "Succeeded",
    message: "5 of 5 tasks succeeded",
    tasks: { a: "Succeeded", b: "Succeeded", c: "Succeeded", d: "Succeeded", e: "Succeeded" },
  },
  "in-turn": {
    it: "with maxParallelTasks 1 a failure keeps all others from starting",
    flow: { maxParallelTasks: 1, tasks: [task("a", bad), task("b"), task("c")] },
    phase: "Failed",
    message: "a failed",
    tasks: { a: "Failed: ValueError", b: "Omitted", c: "Omitted" },
  },
  "fail-fast": {
    it: "after a failure running tasks end, and no others begin",
    flow: { tasks: [task("bad", bad), task("good", [{ until: "bad" }]), task("after", [], { dependsOn: ["good"] })] },
    phase: "Failed",
    message: "bad failed",
    tasks: { bad: "Failed: ValueError", good: "Succeeded", after: "Omitted" },
  },
  "fail-slow": {
    it: "without failFast what doesn't depend on the failure goes on",
    flow: {
      failFast: false,
      tasks: [
        task("bad", bad),
        task("behind", [], { dependsOn: ["bad"] }),
        task("far-behind", [], { dependsOn: ["behind"] }),
        task("good", [{ until: "bad" }]),
        task("after", [], { dependsOn: ["good"] }),
      ],
    },
    phase: "Failed",
    message: "bad failed",
    tasks: {
      bad: "Failed: ValueError",
      behind: "Omitted",
      "far-behind": "Omitted",
      good: "Succeeded",
      after: "Succeeded",
    },
  },
  "two-failures": {
    it: "a run names all that failed",
    flow: { failFast: false, tasks: [task("a", bad), task("b", [{ error: "KeyError" }]), task("c")] },
    phase: "Failed",
    message: "2 tasks failed: a, b",
    tasks: { a: "Failed: ValueError", b: "Failed: KeyError", c: "Succeeded" },
  },
  "many-failures": {
    it: "of many failures the run names the first ten",
    flow: { failFast: false, tasks: Array.from({ length: 12 }, (_, index) => task(`t${index}`, bad)) },
    phase: "Failed",
    message: "12 tasks failed: t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 …",
    tasks: Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`t${index}`, "Failed: ValueError"])),
  },
  cancelled: {
    it: "a cancelled run stops what runs and begins nothing else",
    flow: {
      tasks: [
        task("done"),
        task("hangs", [{ hangs: true }], { dependsOn: ["done"] }),
        task("after", [], { dependsOn: ["hangs"] }),
      ],
    },
    cancel: { task: "hangs", phase: "Running" },
    phase: "Cancelled",
    message: "the run was cancelled; 1 of 3 tasks had succeeded",
    tasks: { done: "Succeeded", hangs: "Failed: Cancelled", after: "Omitted" },
  },
  "cancelled-retry": {
    it: "a task of a cancelled run isn't tried again",
    flow: { tasks: [task("a", [{ error: "ValueError" }], { retry: { limit: 5, backoff: { initial: "1h" } } })] },
    cancel: { task: "a", phase: "Retrying" },
    phase: "Cancelled",
    message: "the run was cancelled; 0 of 1 tasks had succeeded",
    tasks: { a: "Failed: ValueError" },
  },
};
