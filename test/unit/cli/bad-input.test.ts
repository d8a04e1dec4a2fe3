// What bad input gets: one sentence with the place, exit code 2, nothing started, never a stack trace. `validate` and `run`
// say the same: of one-file mistakes `run` is asked of all files at once, which names every mistake of each.
import { describe, expect, it } from "vitest";
import { missingHere, mistakes } from "./bad-manifests.ts";
import { others, several } from "./bad-targets.ts";
import { project, type Said } from "./cli.ts";

function expectRefusal({ code, stdout, stderr }: Said): void {
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
}
const lines = ({ stderr }: Said) => stderr.trimEnd().split("\n");

/** Files of one mistake each, all in one folder: what is said of each, and of all together. */
function batch(cases: typeof mistakes) {
  const names = cases.map((_, index) => `file${index}.yaml`);
  // Objects of their own, so that nothing is said of names that stand twice.
  const texts = cases.map(([, content], index) =>
    typeof content === "string" ? content.replaceAll(/{name: (count|nightly)}/g, `{name: c${index}}`) : content,
  );
  const { run, started } = project(Object.fromEntries(names.map((name, index) => [name, texts[index]!])));
  const each = cases.map(([name, , sentence], index) => ({
    name,
    sentence: `${names[index]}:${sentence}`,
    said: run(["validate", names[index]!]),
  }));
  return { each, together: run(["run", ...names]), started };
}
const batches = { "a mistake": batch(mistakes), "something missing here": batch(missingHere) };

describe.each(Object.entries(batches))("a manifest with %s", (_, { each, together, started }) => {
  it.each(each)("$name gets one sentence with its place", async ({ said, sentence }) => {
    const one = await said;
    expectRefusal(one);
    expect(lines(one)).toHaveLength(1);
    expect(lines(one)[0]).toContain(sentence);
  });

  it("gets the same from run, of all files at once, and nothing is started", async () => {
    const all = await together;
    const alone = (await Promise.all(each.map(({ said }) => said))).flatMap(lines);
    expectRefusal(all);
    expect(lines(all).slice(0, -1).sort()).toEqual(alone.sort());
    expect(lines(all).at(-1)).toBe(`${each.length} problems; nothing was started`);
    expect(started()).toBe(false);
  });
});

const targets = others.map(([name, files, args, sentence]) => {
  const { run, started } = project(files);
  return { name, sentence, started, said: Promise.all([run(["validate", ...args]), run(["run", ...args])]) };
});

describe("a target that is", () => {
  it.each(targets)("$name gets one sentence from validate and run", async ({ said, sentence, started }) => {
    const [validate, run] = await said;
    expectRefusal(validate);
    expect(lines(validate)).toEqual([sentence]);
    expect(run).toEqual(validate);
    expect(started()).toBe(false);
  });
});

describe("several mistakes of one manifest", () => {
  const { run } = project({ "a.yaml": several });
  it("are all said, with how many there are", async () => {
    expect(lines(await run(["validate", "a.yaml"]))).toEqual([
      'a.yaml:8:19: spec.tasks[0].dependsOn[0]: the flow has no task "nobody"',
      "a.yaml:9:14: spec.tasks[0].args[0]: $(params.typo) refers to no param of the flow or task",
      "2 problems; nothing was started",
    ]);
  });
});
