// Parity: each example runs on the laptop and on the cluster from the same folder, with the same states, values and outputs.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { OutputStatus } from "../../operator/api/status.ts";
import { project, readOutput, root, run } from "../spark/cli.ts";
import { finished, get, kubectl, list, runStatus, taskStatus } from "./cluster.ts";
import { fetched } from "./storage.ts";

type Result = { phase: string; values: unknown; outputs: Record<string, unknown> };

/** Rows of an output in an order of their own, or a picture's size. */
function content(output: OutputStatus, path: string): unknown {
  if (output.format === "file") return readFileSync(path).subarray(16, 24).toString("hex");
  return readOutput(path, output.format)
    .map((row) => JSON.stringify(row))
    .sort();
}

const result = (
  task: { phase?: string | undefined; values?: unknown; outputs?: readonly OutputStatus[] | undefined },
  locate: (uri: string) => string,
): Result => ({
  phase: task.phase ?? "",
  values: task.values ?? {},
  outputs: Object.fromEntries(
    (task.outputs ?? []).map((output) => [
      output.name,
      {
        format: output.format,
        rows: output.rows,
        schema: output.schemaHash,
        content: content(output, locate(output.uri)),
      },
    ]),
  ),
});

function locally(example: string): Record<string, Result> {
  const record = run(project({}), { target: join(root, "examples", example) });
  return Object.fromEntries(record.tasks.map((task) => [task.name, result(task, (uri) => uri.replace("file://", ""))]));
}

describe("word-count", () => {
  beforeAll(() => {
    kubectl(["apply", "-k", join(root, "examples/word-count")]);
    finished("sparktask/word-count");
  });

  it("ends on the cluster as on the laptop", () => {
    expect({ "word-count": result(taskStatus("word-count"), fetched) }).toEqual(locally("word-count"));
  });

  it("starts nothing when the same folder is applied again", () => {
    const before = get("sparktask", "word-count");
    kubectl(["apply", "-k", join(root, "examples/word-count")]);
    expect(get("sparktask", "word-count").status).toEqual(before.status);
    expect(list("pods", "-l", "sparkflow.dev/task=word-count")).toHaveLength(1);
  });

  it("lets go of its pod, which stays", () => {
    const { driver = "" } = taskStatus("word-count");
    expect(get("pod", driver).metadata.finalizers).toBeUndefined();
  });
});

describe("geo-cities", () => {
  beforeAll(() => {
    kubectl(["apply", "-k", join(root, "examples/geo-cities")]);
    finished("sparkflowrun/geo-cities-g1", 300);
  });

  it("ends on the cluster as on the laptop", () => {
    const tasks = list("sparktasks", "-l", "sparkflow.dev/run=geo-cities-g1");
    const ended = Object.fromEntries(
      tasks.map(({ metadata }) => [
        metadata.labels!["sparkflow.dev/task"]!,
        result(taskStatus(metadata.name), fetched),
      ]),
    );
    expect(ended).toEqual(locally("geo-cities"));
  });

  it("is summed up in the run and in the flow", () => {
    expect(runStatus("geo-cities-g1")).toMatchObject({
      phase: "Succeeded",
      progress: "4/4",
      tasks: { total: 4, succeeded: 4, running: 0, failed: 0, skipped: 0, omitted: 0 },
    });
    expect(get<{ status: object }>("sparkflow", "geo-cities").status).toMatchObject({
      latestRun: "geo-cities-g1",
      phase: "Succeeded",
      progress: "4/4",
    });
    expect(kubectl(["get", "spflow", "geo-cities"])).toMatch(/geo-cities-g1\s+Succeeded\s+4\/4/);
  });
});
