// The examples, run as their READMEs say, and their results held against what they must be.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { RunRecord } from "../../operator/engines/local/store.ts";
import { examples } from "../examples/all.ts";
import { type Example, folderOf, manifestsOf, type Outcome } from "../examples/example.ts";
import { noTools } from "../examples/tools.ts";
import { project, rows, run, task } from "./cli.ts";

/** Runs its folder, or what its tool makes of it from standard input. */
function runOf(example: Example): RunRecord {
  const { source, night } = example;
  const args = night ? ["--scheduled-at", night.day, ...night.params.flatMap((one) => ["--param", one])] : [];
  return "folder" in source
    ? run(project({}), { target: source.folder, args })
    : run(project({}), { target: "-", input: manifestsOf(example), args });
}

const outcomeOf = (record: RunRecord): Outcome => ({
  phases: Object.fromEntries(record.tasks.map(({ name, phase }) => [name, phase])),
  values: (name) => task(record, name).values ?? {},
  rows: (name, output) => rows(record, name, output),
  file: (name, output) =>
    task(record, name)
      .outputs!.find((one) => one.name === output)!
      .uri.replace("file://", ""),
});

/** Without kubectl and helm there are only the plain folders. */
const runnable = examples.filter(({ source }) => "folder" in source || noTools === undefined);
if (noTools !== undefined) console.log(`gitops and helm-chart are not run: ${noTools}`);

describe.each(runnable)("$name", (example) => {
  let outcome: Outcome;
  beforeAll(() => {
    outcome = outcomeOf(runOf(example));
  });

  it.each(Object.entries(example.must))("%s", (_, holds) => {
    expect.hasAssertions();
    holds(outcome);
  });
});

it("the jar of typed-tables is what its source is built to", () => {
  const built = join(project({}), "shares.jar");
  const { status, stderr } = spawnSync(folderOf("typed-tables/scala/build.sh"), [built], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  expect(readFileSync(built).equals(readFileSync(folderOf("typed-tables/shares.jar")))).toBe(true);
});
