// Targets that are wrong as a whole, and a manifest with several mistakes.
import { dedent, type Files } from "../folder.ts";
import { flow, head, sql, task } from "./bad-manifests.ts";

const program = "python: {script: print(1)}\n";

/** Of files as a whole: what is said, with the place where there is one. */
export const others: [string, Files, string[], string][] = [
  [
    "a picture",
    { "a.yaml": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xff]) },
    ["a.yaml"],
    "a.yaml: this is not text in UTF-8, so it can't be YAML",
  ],
  ["an empty file", { "a.yaml": "" }, ["a.yaml"], "a.yaml: there is no manifest here: it is empty"],
  ["a file that isn't there", {}, ["nope.yaml"], "nope.yaml: there is no such file or folder"],
  ["a folder without manifests", { "readme.txt": "x" }, ["."], ".: this folder has no .yaml file"],
  [
    "an engine and nothing to run",
    { "a.yaml": `${head}kind: SparkEngine\nmetadata: {name: default}\nspec: {local: {}}\n` },
    ["a.yaml"],
    "a.yaml: there is no SparkTask and no SparkFlow here",
  ],
  [
    "two tasks of one name in two files",
    { "a.yaml": task(program), "b.yaml": task(program) },
    ["."],
    'b.yaml:3:12: metadata.name: there are two SparkTasks named "count"',
  ],
  [
    "a generator's missing file",
    {
      "kustomization.yaml": "resources: [a.yaml]\nconfigMapGenerator: [{name: code, files: [x.py]}]\n",
      "a.yaml": task(program),
    },
    ["."],
    "kustomization.yaml: configMapGenerator code: there is no file x.py beside it",
  ],
  [
    "a mistake in sparkflow.local.yaml",
    { "a.yaml": task(program), "sparkflow.local.yaml": "maxCores: 2\nmaxMemory: 8G\n" },
    ["a.yaml"],
    'sparkflow.local.yaml:2:1: maxMemory: "8G" is not valid: expected a memory size such as 512m, 4g or 4Gi (Spark and Kubernetes read this unit differently); write 8g or 8Gi',
  ],
  [
    "a param of a run in the manifest that is out of its limits",
    {
      "a.yaml": `${flow(`params:\n  top: {type: integer, min: 1}\ntasks:\n  - {name: a, ${sql}}`)}---\n${head}kind: SparkFlowRun\nmetadata: {name: r}\nspec:\n  flow: nightly\n  params:\n    top: 0\n`,
    },
    ["a.yaml"],
    'a.yaml:16:5: spec.params.top: 0 is not valid for the param "top": expected at least 1',
  ],
];

/** A manifest with several mistakes. */
export const several = dedent`
  apiVersion: sparkflow.dev/v1alpha1
  kind: SparkFlow
  metadata: {name: nightly}
  spec:
    tasks:
      - name: a
        sql: {statements: SELECT 1}
        dependsOn: [nobody]
        args: [$(params.typo)]
`;
