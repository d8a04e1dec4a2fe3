// Attempts: budgets by cause, time-outs, exit codes.
import { task } from "../acts.ts";
import type { Cases } from "../case.ts";

const soon = { initial: "1s", factor: 1 };
const bad = { error: "ValueError" };
const lost = { killed: true } as const;

export const attempts: Cases = {
  retried: {
    it: "a program's failure is tried again, as often as retry.limit says",
    flow: { tasks: [task("a", [bad, bad, {}], { retry: { limit: 2, backoff: soon } })] },
    phase: "Succeeded",
    message: "1 of 1 tasks succeeded",
    tasks: { a: "Succeeded after ValueError, ValueError" },
  },
  "used-up": {
    it: "once the budget is used up the last failure is the task's",
    flow: {
      tasks: [
        task("a", [bad, { error: "KeyError" }, {}], { retry: { limit: 1, backoff: soon } }),
        task("b", [], { dependsOn: ["a"] }),
      ],
    },
    phase: "Failed",
    message: "a failed",
    tasks: { a: "Failed: ValueError, KeyError", b: "Omitted" },
    details: { a: { cause: "Program KeyError" } },
  },
  unretried: {
    it: "without retry the first failure is final",
    flow: { tasks: [task("a", [bad, {}])] },
    phase: "Failed",
    message: "a failed",
    tasks: { a: "Failed: ValueError" },
  },
  infrastructure: {
    it: "a killed driver has a budget of its own, which leaves the program's alone",
    flow: {
      tasks: [task("a", [lost, bad, lost, {}], { retry: { limit: 1, infrastructureLimit: 2, backoff: soon } })],
    },
    phase: "Succeeded",
    message: "1 of 1 tasks succeeded",
    tasks: { a: "Succeeded after Killed, ValueError, Killed" },
  },
  "infrastructure-alone": {
    it: "a killed driver is tried again without any retry in the manifest",
    flow: { tasks: [task("a", [lost, { values: { n: 1 } }], { retry: { backoff: soon } })] },
    phase: "Succeeded",
    message: "1 of 1 tasks succeeded",
    tasks: { a: "Succeeded after Killed" },
    details: { a: { values: { n: 1 } } },
  },
  "infrastructure-used-up": {
    it: "the infrastructure's budget ends, too",
    flow: { tasks: [task("a", [lost], { retry: { limit: 9, infrastructureLimit: 1, backoff: soon } })] },
    phase: "Failed",
    message: "a failed",
    tasks: { a: "Failed: Killed, Killed" },
    details: { a: { cause: "Infrastructure Killed" } },
  },
  declaration: {
    it: "a wrong declaration isn't tried again, whatever the budget",
    flow: { tasks: [task("a", [{ error: "SparkflowError" }, {}], { retry: { limit: 5, backoff: soon } })] },
    phase: "Failed",
    message: "a failed",
    tasks: { a: "Failed: SparkflowError" },
    details: { a: { cause: "Input SparkflowError" } },
  },
  "exit-code": {
    it: "a program that leaves no result is told by its exit code",
    flow: { failFast: false, tasks: [task("a", [{ exit: 3 }]), task("b", [{ exit: 0 }])] },
    phase: "Failed",
    message: "a failed",
    tasks: { a: "Failed: ExitCode3", b: "Succeeded" },
  },
  "no-output": {
    it: "a program that ends without a result has failed if outputs are declared",
    flow: { tasks: [task("a", [{ exit: 0 }], { outputs: [{ name: "rows", format: "csv" }] })] },
    phase: "Failed",
    message: "a failed",
    tasks: { a: "Failed: OutputMissing" },
  },
  "run-time-out": {
    it: "an attempt that runs too long is stopped, and tried again from the program's budget",
    flow: {
      tasks: [task("a", [{ hangs: true }, {}], { timeouts: { run: "1s" }, retry: { limit: 1, backoff: soon } })],
    },
    phase: "Succeeded",
    message: "1 of 1 tasks succeeded",
    tasks: { a: "Succeeded after RunTimeout" },
  },
  "timed-out": {
    it: "a time-out without a budget fails the task and the run",
    flow: {
      tasks: [task("a", [{ hangs: true }], { timeouts: { run: "1s" } }), task("b", [], { dependsOn: ["a"] })],
    },
    phase: "Failed",
    message: "a failed",
    tasks: { a: "Failed: RunTimeout", b: "Omitted" },
    details: { a: { cause: "Timeout RunTimeout" } },
  },
};
