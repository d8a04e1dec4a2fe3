// The examples on the cluster, from the folders that run on a laptop: what must hold of them there must hold here.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { OutputStatus } from "../../operator/api/status.ts";
import { keyOfTask } from "../../operator/flow/names.ts";
import { examples } from "../examples/all.ts";
import { type Example, manifestsOf, type Outcome } from "../examples/example.ts";
import { project, readOutput, root, run } from "../spark/cli.ts";
import { cluster, finished, get, kubectl, list, runStatus, sparkflow, taskStatus } from "./cluster.ts";
import { fetched } from "./storage.ts";

/** As users apply it, and to its end. */
function runOnCluster(example: Example): void {
  if ("folder" in example.source) kubectl(["apply", "-k", example.source.folder]);
  else kubectl(["apply", "-f", "-"], manifestsOf(example));
  if (example.night) backfill(example.object, example.night);
  finished(example.kind === "SparkTask" ? `sparktask/${example.object}` : `sparkflowrun/${runName(example)}`, 600);
}

function backfill(flow: string, { day, params }: NonNullable<Example["night"]>): void {
  const days = ["--from", day, "--to", day, ...params.flatMap((one) => ["--param", one])];
  const { code, stdout, stderr } = sparkflow(["backfill", flow, ...days, "-n", cluster.namespace]);
  if (code !== 0) throw new Error(`backfill: ${stdout}${stderr}`);
}

/** The run of its first generation, or that of its night. */
const runName = ({ object, night }: Example): string =>
  night ? list("sparkflowruns", "-l", `sparkflow.dev/flow=${object}`)[0]!.metadata.name : `${object}-g1`;

/** SparkTask objects by the flow's names of them. */
function tasksOf(example: Example): Map<string, string> {
  if (example.kind === "SparkTask") return new Map([[example.object, example.object]]);
  const tasks = list("sparktasks", "-l", `sparkflow.dev/run=${runName(example)}`);
  return new Map(tasks.map(({ metadata }) => [keyOfTask({ metadata }), metadata.name]));
}

/** Tasks that the run never made. */
const notRun = (example: Example) => (example.kind === "SparkFlow" ? (runStatus(runName(example)).notRun ?? []) : []);

function outcomeOf(example: Example): Outcome {
  const statuses = new Map([...tasksOf(example)].map(([task, name]) => [task, taskStatus(name)]));
  const output = (task: string, name: string): OutputStatus =>
    statuses.get(task)!.outputs!.find((one) => one.name === name)!;
  return {
    phases: Object.fromEntries([
      ...[...statuses].map(([task, { phase = "" }]) => [task, phase] as const),
      ...notRun(example).map(({ task, result: word }) => [task, word] as const),
    ]),
    values: (task) => statuses.get(task)!.values ?? {},
    rows: (task, name) => {
      const { uri, format } = output(task, name);
      return readOutput(fetched(uri), format);
    },
    file: (task, name) => fetched(output(task, name).uri),
  };
}

describe.each(examples)("$name", (example) => {
  let outcome: Outcome;
  beforeAll(() => {
    runOnCluster(example);
    outcome = outcomeOf(example);
  });

  it.each(Object.entries(example.must))("%s", (_, holds) => {
    expect.hasAssertions();
    holds(outcome);
  });
});

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

/** Every example on both would take too long: these two have every kind of output. */
describe.each(examples.filter(({ name }) => name === "word-count" || name === "geo-cities"))("$name", (example) => {
  it("leaves on the cluster what it leaves on the laptop: states, values, outputs", () => {
    const record = run(project({}), { target: join(root, "examples", example.name) });
    const locally = record.tasks.map((task) => [task.name, result(task, (uri) => uri.replace("file://", ""))]);
    const there = [...tasksOf(example)].map(([task, name]) => [task, result(taskStatus(name), fetched)]);
    expect(Object.fromEntries(there)).toEqual(Object.fromEntries(locally));
  });
});

describe("word-count", () => {
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
