// What is told of programs before anything starts, with the line and the column of the program or of the manifest.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dedent } from "../folder.ts";
import { fakeJdk, project } from "./cli.ts";

const flow = dedent`
  apiVersion: sparkflow.dev/v1alpha1
  kind: SparkFlow
  metadata: {name: nightly}
  spec:
    taskDefaults:
      params: {top: 3}
      inputs: [{name: words, uri: s3a://raw/words}]
    tasks:
      - {name: file, python: {file: jobs/words.py, function: conut}}
      - {name: argument, python: {file: jobs/words.py, function: rank}}
      - {name: key, python: {configMap: {name: code, key: key.py}, function: count}}
      - name: inline
        python:
          function: count
          script: |
            import os

            def count(words, tpo):
                return words
      - name: syntax
        python:
          script: |
            import os
            print(os.getcwd()
      - {name: here, python: {configMap: {name: here, key: here.py}, function: count}}
      - {name: crs, sql: {statements: "SELECT :top"}, outputs: [{name: a, format: geoparquet, crs: "EPSG:99999"}]}
      - {name: sound, python: {file: jobs/words.py, function: count}}
`;
const files = {
  ...fakeJdk("17.0.9"),
  "flow.yaml": flow,
  "here.yaml": dedent`
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: here}
    data:
      here.py: |
        def count(words,): return
        def other(:
  `,
  "kustomization.yaml": dedent`
    resources: [flow.yaml, here.yaml]
    configMapGenerator:
      - {name: code, files: [key.py=jobs/made.py]}
  `,
  "jobs/words.py":
    "raise SystemExit('was run')\n\n\ndef count(spark, words):\n  return words\n\ndef rank(word): pass\n",
  "jobs/made.py": "\n\n   def count(words): pass\n",
  "jobs/top.sql": "SELECT 1;\nSELECT *\nFROM words LIMIT :tpo\n",
  "image/sparkflow.local.yaml": "paths: {'local:///app': ../jobs}\n",
  "image/task.yaml": dedent`
    apiVersion: sparkflow.dev/v1alpha1
    kind: SparkTask
    metadata: {name: image}
    spec:
      python: {function: conut, file: "local:///app/words.py"}
  `,
  "sql-file/flow.yaml": dedent`
    apiVersion: sparkflow.dev/v1alpha1
    kind: SparkTask
    metadata: {name: top}
    spec: {params: {top: 3}, sql: {file: ../jobs/top.sql}}
  `,
  "sql/flow.yaml": dedent`
    apiVersion: sparkflow.dev/v1alpha1
    kind: SparkFlow
    metadata: {name: sql}
    spec:
      tasks:
        - name: inline
          params: {min-n: 3}
          sql:
            statements: |
              -- :nothing
              SELECT 1; SELECT :min_m
  `,
};
const { run, folder, started } = project(files);
const env = { JAVA_HOME: join(folder, "jdk") };
const lines = (text: string) =>
  text
    .trimEnd()
    .replaceAll(/Python 3\.\d+/g, "Python 3")
    .split("\n");

const arguments_ = "is nothing that the task has; there are `spark`, inputs: `words`, params: `top`";
const told = [
  "jobs/made.py:3:3: spec.tasks[2].python.configMap.key: this isn't Python 3: unexpected indent",
  "flow.yaml:24:16: spec.tasks[4].python.script: this isn't Python 3: '(' was never closed",
  "here.yaml:7:15: spec.tasks[5].python.configMap.key: this isn't Python 3: invalid syntax",
  "flow.yaml:9:60: spec.tasks[0].python.function: words has no function `conut` (is `count` meant?); it has `count`, `rank`",
  `jobs/words.py:7:1: spec.tasks[1].python.file: function rank: argument \`word\` ${arguments_}`,
  `flow.yaml:18:11: spec.tasks[3].python.script: function count: argument \`tpo\` ${arguments_}`,
  "flow.yaml:26:99: spec.tasks[6].outputs[0].crs: PROJ doesn't know the crs 'EPSG:99999'; an example is EPSG:3857",
  "7 problems; nothing was started",
];

describe("programs at hand", () => {
  it.each(["validate", "run"])("are looked at by %s, with each mistake's place", async (command) => {
    const said = await run([command, "."], { env });
    expect(lines(said.stderr)).toEqual(told);
    expect({ code: said.code, started: started() }).toEqual({ code: 2, started: false });
  });

  it("are looked at by submit, but for what another Python and another PROJ may take", async () => {
    const said = await run(["submit", "."], { env });
    const ofTasks = told.filter((line) => /has no function|is nothing that/.test(line));
    expect(lines(said.stderr)).toEqual([...ofTasks, "3 problems; nothing was started"]);
    const file = await run(["submit", "sql-file"]);
    expect(lines(file.stderr)).toEqual([
      'jobs/top.sql:3:18: spec.sql.file: ":tpo" is no param of the task; did you mean "top"?',
    ]);
  });

  it("of the image are none that submit could judge by a file of this machine", async () => {
    const said = await run(["submit", "image"], { env: { ...env, KUBECONFIG: join(folder, "none") } });
    expect(said.stderr).not.toMatch(/words\.py|has no function/);
    expect(lines((await run(["validate", "image"], { env })).stderr)).toEqual([
      "image/task.yaml:5:22: spec.python.function: words has no function `conut` (is `count` meant?); it has `count`, `rank`",
    ]);
  });

  it("are left to a run where --no-tools is given", async () => {
    expect(await run(["validate", ".", "--no-tools"], { env })).toMatchObject({ code: 0, stderr: "" });
  });

  it("in SQL name params of their task, which needs no tools to be told", async () => {
    const said = await run(["validate", "sql", "--no-tools"], { env });
    expect(lines(said.stderr)).toEqual([
      'sql/flow.yaml:11:28: spec.tasks[0].sql.statements: line 2: ":min_m" is no param of the task; did you mean "min_n"?',
    ]);
    const file = await run(["plan", "sql-file"]);
    expect(lines(file.stderr)).toEqual([
      'jobs/top.sql:3:18: spec.sql.file: ":tpo" is no param of the task; did you mean "top"?',
    ]);
  });
});
