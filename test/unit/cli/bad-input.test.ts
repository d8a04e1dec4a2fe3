// What bad input gets: one sentence with the place, exit code 2, nothing started, never a stack trace. `validate` and `run`
// say the same.
import { afterAll, describe, expect, it } from "vitest";
import { oneFile, others, several } from "./bad-manifests.ts";
import { project, type Said } from "./cli.ts";

type Outcome = { validate: Said; run: Said; started: boolean };

/** Both commands of a project, begun when the file is read so that they go two at a time. */
function outcomeOf(files: Parameters<typeof project>[0], targets: string[]): Promise<Outcome> {
  const { run, started } = project(files);
  return Promise.all([run(["validate", ...targets]), run(["run", ...targets])]).then(([validate, ran]) => ({
    validate,
    run: ran,
    started: started(),
  }));
}

function expectOneSentence({ validate, run, started }: Outcome, sentence: string): void {
  expect(validate.stderr.trimEnd().split("\n")[0]).toContain(sentence);
  expect(validate.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(validate.code).toBe(2);
  expect(validate.stdout).toBe("");
  expect(`${validate.stderr}${run.stderr}`).not.toMatch(/^ {4}at /m);
  expect({ ...run }).toEqual({ ...validate });
  expect(started).toBe(false);
}

const ofOneFile = oneFile.map(([name, content, sentence]) => ({
  name,
  sentence: `a.yaml:${sentence}`,
  outcome: outcomeOf({ "a.yaml": content }, ["a.yaml"]),
}));
const ofOthers = others.map(([name, files, targets, sentence]) => ({
  name,
  sentence,
  outcome: outcomeOf(files, targets),
}));
const ofSeveral = outcomeOf({ "a.yaml": several }, ["a.yaml"]);
afterAll(() => Promise.all([...ofOneFile, ...ofOthers].map(({ outcome }) => outcome)));

describe("a manifest with", () => {
  it.each(ofOneFile)("$name gets one sentence from validate and run", async ({ outcome, sentence }) => {
    expectOneSentence(await outcome, sentence);
  });
});

describe("a target that is", () => {
  it.each(ofOthers)("$name gets one sentence from validate and run", async ({ outcome, sentence }) => {
    expectOneSentence(await outcome, sentence);
  });
});

describe("several mistakes", () => {
  it("are all said, with how many there are", async () => {
    const { validate, run, started } = await ofSeveral;
    expect(validate.stderr.trimEnd().split("\n")).toEqual([
      'a.yaml:8:19: spec.tasks[0].dependsOn[0]: the flow has no task "nobody"',
      "a.yaml:9:14: spec.tasks[0].args[0]: $(params.typo) refers to no param of the flow or task",
      "2 problems; nothing was started",
    ]);
    expect(run).toEqual(validate);
    expect(started).toBe(false);
  });
});
