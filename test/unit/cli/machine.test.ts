// What `run` says of params and of a machine that lacks something: exit code 2, one sentence, nothing started.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Files } from "../folder.ts";
import { flow, sql, task } from "./bad-manifests.ts";
import { fakeJdk, type Options, project, type Said } from "./cli.ts";

const withParams = flow(
  `params:\n  date: {type: date}\n  top: {type: integer, default: 10, min: 1, max: 50}\ntasks:\n  - {name: a, ${sql}}`,
);
const plain = task(sql);

type Case = { name: string; files: Files; args: string[]; sentence: string; options?: (folder: string) => Options };
const jdk = (folder: string): Options => ({ env: { JAVA_HOME: join(folder, "jdk") } });
const configured = (python: string): Files => ({
  ...fakeJdk("17.0.9"),
  "a.yaml": plain,
  "sparkflow.local.yaml": `python: ${python}\n`,
});
const fakePython = (body: string): Files => ({ ...configured("./python"), python: `#!/bin/sh\n${body}\n` });

const cases: Case[] = [
  {
    name: "a param that is missing",
    files: { "a.yaml": withParams },
    args: ["a.yaml"],
    sentence:
      'a.yaml:6:5: spec.params.date: the param "date" (date) has no default: give it, such as --param date=2026-10-01',
  },
  {
    name: "a param that is out of its limits",
    files: { "a.yaml": withParams },
    args: ["a.yaml", "--param", "date=2026-10-01", "--param", "top=99"],
    sentence: '--param: spec.params.top: "99" is not valid for the param "top": expected at most 50',
  },
  {
    name: "a param of a wrong type",
    files: { "a.yaml": withParams },
    args: ["a.yaml", "-p", "date=tomorrow"],
    sentence:
      '--param: spec.params.date: "tomorrow" is not valid for the param "date": expected a date such as 2026-10-01',
  },
  {
    name: "a param that the flow doesn't have",
    files: { "a.yaml": withParams },
    args: ["a.yaml", "-p", "date=2026-10-01", "-p", "tpo=1"],
    sentence: '--param: spec.params.tpo: the flow has no param "tpo"; did you mean "top"?',
  },
  {
    name: "a param without a value",
    files: { "a.yaml": withParams },
    args: ["a.yaml", "-p", "date"],
    sentence: "--param date: expected NAME=VALUE, such as --param top=20",
  },
  {
    name: "params for a task",
    files: { "a.yaml": plain },
    args: ["a.yaml", "-p", "top=1"],
    sentence: "--param: only a SparkFlow has params to give, and there is none here",
  },
  {
    name: "no JDK where JAVA_HOME is",
    files: { "a.yaml": plain },
    args: ["a.yaml"],
    options: jdk,
    sentence: "Spark needs a JDK 17: JAVA_HOME is <folder>/jdk, where there is no bin/java",
  },
  {
    name: "no JDK anywhere",
    files: { "a.yaml": plain },
    args: ["a.yaml"],
    options: () => ({ env: { JAVA_HOME: "", PATH: "/nonexistent" } }),
    sentence: "Spark needs a JDK 17: there is no java on the PATH and JAVA_HOME is not set",
  },
  {
    name: "an older JDK",
    files: { "a.yaml": plain, ...fakeJdk("11.0.2") },
    args: ["a.yaml"],
    options: jdk,
    sentence: "Spark 3.5 with Sedona needs a JDK 17, but JAVA_HOME is 11.0.2 (<folder>/jdk): set JAVA_HOME to a JDK 17",
  },
  {
    name: "a newer JDK",
    files: { "a.yaml": plain, ...fakeJdk("21.0.1") },
    args: ["a.yaml"],
    options: jdk,
    sentence: "Spark 3.5 with Sedona needs a JDK 17, but JAVA_HOME is 21.0.1 (<folder>/jdk): set JAVA_HOME to a JDK 17",
  },
  {
    name: "a JDK of unknown version",
    files: { "a.yaml": plain, "jdk/bin/java": "#!/bin/sh\nexit 1\n" },
    args: ["a.yaml"],
    options: jdk,
    sentence:
      "Spark 3.5 with Sedona needs a JDK 17, but JAVA_HOME is of an unknown version (<folder>/jdk): set JAVA_HOME to a JDK 17",
  },
  {
    name: "a Python that isn't there",
    files: configured("./nope"),
    args: ["a.yaml"],
    options: jdk,
    sentence: "there is no Python at <folder>/nope: run `make setup`, or name one as `python` in sparkflow.local.yaml",
  },
  {
    name: "a Python that doesn't work",
    files: fakePython("echo a lot; echo broken >&2; exit 3"),
    args: ["a.yaml"],
    options: jdk,
    sentence: "<folder>/python doesn't work: broken",
  },
  {
    name: "a Python without pyspark",
    files: fakePython("echo"),
    args: ["a.yaml"],
    options: jdk,
    sentence:
      "<folder>/python has no pyspark: install pyspark 3.5.7 and apache-sedona 1.8.0 there, or run `make setup`",
  },
  {
    name: "a Python with another Spark",
    files: { ...fakePython('echo "$PWD/pyspark"'), "pyspark/version.py": '__version__: str = "4.0.1"\n' },
    args: ["a.yaml"],
    options: jdk,
    sentence: "<folder>/python has pyspark 4.0.1, but Sedona's jars are for Spark 3.5: install pyspark 3.5.7",
  },
];

const outcomes = cases.map(({ files, args, options, ...rest }) => {
  const { folder, run, started } = project(files);
  for (const name of ["jdk/bin/java", "python"]) if (name in files) chmodSync(join(folder, name), 0o755);
  const said: Promise<Said> = run(["run", ...args], options?.(folder));
  return { ...rest, outcome: said.then((one) => ({ ...one, started: started() })) };
});

describe("run", () => {
  it.each(outcomes)("says of $name one sentence, and starts nothing", async ({ outcome, sentence }) => {
    const { code, stderr, stdout, started } = await outcome;
    expect(stderr.trimEnd()).toBe(sentence);
    expect({ code, stdout, started }).toEqual({ code: 2, stdout: "", started: false });
  });
});

describe("validate", () => {
  const { run } = project({ "a.yaml": withParams });
  const nothingHere = { env: { JAVA_HOME: "/nonexistent", PATH: "/nonexistent" } };
  it("says the same of a missing JDK as run", async () => {
    const { code, stdout, stderr } = await run(["validate", "a.yaml"], nothingHere);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe("Spark needs a JDK 17: JAVA_HOME is /nonexistent, where there is no bin/java\n");
  });

  it("takes a flow whose params a run must give, and with --no-tools needs neither JDK nor Python", async () => {
    const { code, stdout, stderr } = await run(["validate", "a.yaml", "--no-tools"], nothingHere);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe("valid: 1 flow, 1 task, 0 engines\n");
  });
});
