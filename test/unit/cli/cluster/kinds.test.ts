// Kinds in the words of a command line.
import { expect, it } from "vitest";
import { kindOf, splitName } from "../../../../operator/cli/cluster/kinds.ts";

it.each(["task", "tasks", "Task", "sparktask", "sparktasks", "sptask", "sparktasks.sparkflow.dev"])(
  "%s is a task",
  (word) => expect(kindOf(word)).toEqual({ kind: "SparkTask" }),
);

it("an unknown kind gets a sentence, with the nearest word where there is one", () => {
  expect(kindOf("tsak")).toEqual({ problem: 'there is no kind "tsak"; did you mean "task"?' });
  expect(kindOf("pod")).toEqual({ problem: 'there is no kind "pod": expected task, run, flow or engine' });
});

it("a name may say its kind; another slash belongs to a run", () => {
  expect(splitName("task/count")).toEqual({ kind: "SparkTask", name: "count" });
  expect(splitName("nightly-g2/count")).toEqual({ name: "nightly-g2/count" });
  expect(splitName("count")).toEqual({ name: "count" });
});
