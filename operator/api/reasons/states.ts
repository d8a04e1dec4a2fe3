// Reasons that are no failures by themselves: where a task, run or flow is, and the steps that Events tell of.
import type { Reasons } from "./reason.ts";

export const states: Reasons = {
  Pending: {
    means:
      "The task hasn't begun: the tasks that it depends on haven't ended, `maxParallelTasks` are running, its cores and memory aren't free (on a laptop), or its driver is being made, scheduled or started (on a cluster). Where something keeps it waiting, the message says what.",
    mend: [
      "On a cluster, if it stays so, read the message: `sparkflow get task NAME`, or `kubectl describe sparktask NAME`.",
      "On a laptop `waiting for 4 cores and 5.6 GiB` ends when the tasks beside it have. For more at a time raise `maxCores` and `maxMemory` in sparkflow.local.yaml, or ask for less: `local: {cores: 2}` and `driver: {memory: 2g}` in an engine. docs/local-runs.md#sizes",
    ],
    more: "flows.md#results",
  },
  Running: { means: "The driver runs, or tasks of the run do.", more: "flows.md#results" },
  Retrying: {
    means: "An attempt failed, and the next one comes after the wait of `retry.backoff`.",
    mend: ["The message and `status.attempts` have the cause. `sparkflow cancel` ends the task instead."],
    more: "flows.md#retries-and-time-outs",
  },
  ProgressingWithRetry: {
    means: "The same as Retrying, in the word that kstatus, and so Flux and Argo CD, know.",
    more: "flows.md#retries-and-time-outs",
  },
  Suspended: {
    of: ["Cancelled"],
    means:
      "The task or run was asked to wait (`spec.suspend: true`): its drivers were stopped, log and cause stay, and no retry was used up.",
    mend: ["`spec.suspend: false` goes on with a new attempt."],
    more: "control.md#suspend",
  },
  Retried: {
    means: "Somebody asked for a retry of the run: its failures, and what depends on them, run again.",
    more: "control.md#retry",
  },
  RetryIgnored: {
    means: "A retry was asked for where there is nothing to try again: the message says why.",
    mend: [
      "Ask when the task or run has ended, with a new value of the annotation `sparkflow.dev/retry-requested-at`.",
      "`sparkflow retry RUN --from TASK` runs a task that has succeeded again, with all that depends on it.",
    ],
    more: "control.md#retry",
  },
  Resumed: { means: "What was suspended goes on.", more: "control.md#suspend" },
  Succeeded: {
    means:
      "The program ended well, and every declared output is there and as declared. Of a run: every task has ended, and no failure counts.",
    more: "flows.md#results",
  },
  Failed: {
    means: "The task failed, and no attempt is left. Of a run: a task failed, and no other task took care of that.",
    mend: [
      "`sparkflow get run NAME` (`sparkflow runs NAME` on a laptop) has each failure with its own reason, which `sparkflow explain` knows too.",
      "`sparkflow logs RUN/TASK` (`sparkflow logs RUN TASK`) prints the driver's log.",
    ],
    more: "flows.md#results",
  },
  Skipped: {
    means: "The task's condition was false, or it reads what a skipped task would have left.",
    mend: ["Where a task should run without that data, make the input `optional` or give `from` an alternative."],
    more: "flows.md#branches",
  },
  Omitted: {
    means:
      "The task can't run any more: one that it depends on ended otherwise than it waits for, or the run was halted by failFast or cancelled.",
    mend: [
      "Look at the task that the message names.",
      "`dependsOn: [{task: NAME, states: [Failed]}]` makes a task that runs after a failure; `failFast: false` lets independent tasks go on.",
    ],
    more: "flows.md#branches",
  },
  Interrupted: {
    means: "A run of this machine whose own process was killed before it could write the end.",
    mend: ["Run it again. What its tasks printed is still in `.sparkflow/runs/RUN`."],
    more: "local-runs.md#ctrl-c",
  },
  Waiting: {
    means: "The flow is sound, and has no run yet: nothing has asked for one.",
    more: "cluster.md#what-starts-a-run",
  },
  ParamsMissing: {
    means: "The edit of the flow would have started a run, but a param without a default has no value.",
    mend: [
      "Start a run that gives it: `sparkflow submit … --param NAME=VALUE`, or a SparkFlowRun with `spec.params`.",
      "Or give the param a `default`.",
    ],
    more: "flows.md#params",
  },
  RunStarted: {
    means: "The flow has made a run: for an edit, a tick of its schedule, or somebody who asked for one.",
    more: "cluster.md#what-starts-a-run",
  },
  RunReplaced: {
    means:
      "A scheduled run was cancelled, since the next tick came while it was under way (`concurrencyPolicy: Replace`).",
    more: "schedules.md#when-a-run-is-under-way",
  },
  TicksMissed: {
    means: "Ticks of the schedule have passed without a run.",
    mend: [
      "Run them now: `sparkflow backfill FLOW --from DAY --to DAY`.",
      "To have that done always, set `schedule.catchUp`; to let runs start later, lengthen `schedule.startingDeadline`.",
    ],
    more: "schedules.md#ticks-that-are-missed",
  },
  DriverCreated: { means: "The attempt's driver pod has been created." },
  Unknown: { means: "It failed, and nothing says why.", mend: ["Read the driver's log: `sparkflow logs`."] },
};
