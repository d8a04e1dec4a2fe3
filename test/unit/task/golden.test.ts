// Golden files of render: all that a driver gets.
import { describe, it } from "vitest";
import { attemptDir, attemptNames, ownedSettings } from "../../../operator/engines/kubernetes/objects.ts";
import { localSettings, localSize, locator } from "../../../operator/engines/local/place.ts";
import type { Attempt } from "../../../operator/task/attempt.ts";
import { render } from "../../../operator/task/render.ts";
import { resolveTask } from "../../../operator/task/resolve.ts";
import { place } from "../builders.ts";
import { golden, goldenFlowTask, goldenKubernetesTask, goldenLocalTask } from "../golden.ts";

/** What a golden file holds of an attempt: its settings stand in spark-defaults.conf already. */
const shown = ({ settings: _, ...attempt }: Attempt) => attempt;

describe("golden files", () => {
  it("a local task: conf with sources, program, arguments, environment", async () => {
    const task = resolveTask(goldenLocalTask, undefined);
    const size = localSize(task, { cores: 4, memoryMiB: 16384 });
    const attempt = render(
      task,
      2,
      place({
        owned: { source: "operator", conf: localSettings(size, 4040, "/tmp/spark") },
        locate: locator("/home/me/project", new Map([["s3a://lake", "/data/lake"]])),
      }),
    );
    await golden("local-task", shown(attempt));
  });

  it("a Kubernetes task with secrets", async () => {
    const task = resolveTask(...goldenKubernetesTask);
    const names = attemptNames(task.name, "0123abcd", 1);
    const owned = ownedSettings(task, names);
    await golden(
      "kubernetes-task",
      shown(render(task, 1, place({ attemptDir, outputsUri: "s3a://lake/flows/x", owned }))),
    );
  });

  it("a flow's task: params typed, upstream results put in", async () => {
    const object = goldenFlowTask();
    await golden("flow-task", { object, attempt: shown(render(resolveTask(object, undefined), 1, place())) });
  });
});
