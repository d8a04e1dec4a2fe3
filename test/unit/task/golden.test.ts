// Golden files of render: all that a driver gets.
import { describe, it } from "vitest";
import { clusterPlace } from "../../../operator/engines/kubernetes/place.ts";
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
    const identity = { objectName: task.name, uid: "0123abcd-4567-89ab-cdef-0123456789ab", number: 1 };
    await golden("kubernetes-task", shown(render(task, 1, clusterPlace(task, identity))));
  });

  it("a flow's task: params typed, upstream results put in", async () => {
    const object = goldenFlowTask();
    await golden("flow-task", { object, attempt: shown(render(resolveTask(object, undefined), 1, place())) });
  });
});
