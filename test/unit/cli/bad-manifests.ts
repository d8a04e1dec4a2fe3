// Manifests with one mistake each, and the sentence that it gets from `validate` and `run` alike.
export const head = "apiVersion: sparkflow.dev/v1alpha1\n";
export const task = (spec: string, name = "count"): string =>
  `${head}kind: SparkTask\nmetadata: {name: ${name}}\nspec:\n${spec.replace(/^/gm, "  ").trimEnd()}\n`;
export const flow = (spec: string, name = "nightly"): string => task(spec, name).replace("SparkTask", "SparkFlow");
const program = "python: {script: print(1)}\n";
export const sql = "sql: {statements: SELECT 1}";

/** Mistakes of one file, by themselves; the sentence follows the name of the file. */
export const mistakes: [string, string | Buffer, string][] = [
  [
    "an unknown field",
    task("pyhton: {script: print(1)}"),
    '5:3: spec.pyhton: unknown field "pyhton"; did you mean "python"?',
  ],
  [
    "an unknown field in a flow's task",
    flow(`tasks:\n  - name: a\n    ${sql}\n    dependson: [b]`),
    '8:7: spec.tasks[0].dependson: unknown field "dependson"; did you mean "dependsOn"?',
  ],
  ["a wrong type", task(`${program}args: --top 10`), '6:3: spec.args: "--top 10" is not valid: expected a list'],
  [
    "a word of YAML 1.1 where text is meant",
    task(`${program}env: [{name: DEBUG, value: on}]`),
    "6:23: spec.env[0].value: true is not valid: expected text (quote it; YAML reads y, yes and on as true, n, no and off as false)",
  ],
  ["no program", task("args: [a]"), "4:1: spec: a task needs a program: one of python, jar, sql and fugueSql"],
  [
    "two programs",
    task(`${program}${sql}`),
    "6:3: spec.sql: a task has exactly one program, but here are python and sql; keep one",
  ],
  [
    "two sources of a program",
    task("python: {script: x, module: m}"),
    "5:12: spec.python.script: python has exactly one source, but here are module and script; keep one",
  ],
  [
    "a pod that no cluster would take",
    task(`${program}driver: {podTemplate: {spec: {hostNetwork: true}}}`),
    "6:33: spec.driver.podTemplate.spec.hostNetwork: true isn't allowed here: a pod shares its network with nobody; expected false",
  ],
  [
    "a key that would end in executors' pods",
    task(`${program}sparkConf: {spark.kubernetes.executor.volumes.hostPath.a.mount.path: /a}`),
    '6:15: spec.sparkConf["spark.kubernetes.executor.volumes.hostPath.a.mount.path"]: the key "spark.kubernetes.executor.volumes.hostPath.a.mount.path" isn\'t allowed: pods see no files of their host; use emptyDir or persistentVolumeClaim',
  ],
  [
    "a cycle",
    flow(`tasks:\n  - {name: a, dependsOn: [b], ${sql}}\n  - {name: b, dependsOn: [a], ${sql}}`),
    "5:3: spec.tasks: the tasks depend on each other in a cycle: a -> b -> a",
  ],
  [
    "an unknown dependency",
    flow(`tasks:\n  - {name: load, ${sql}}\n  - {name: b, dependsOn: [laod], ${sql}}`),
    '7:29: spec.tasks[1].dependsOn[0]: the flow has no task "laod"; did you mean "load"?',
  ],
  [
    "an input from a task without such an output",
    flow(
      `tasks:\n  - {name: load, ${sql}, outputs: [{name: words}]}\n  - {name: b, ${sql}, inputs: [{name: w, from: load.wrods}]}`,
    ),
    '7:65: spec.tasks[1].inputs[0].from: the task "load" has no output "wrods"; did you mean "words"?',
  ],
  [
    "two tasks of one name",
    flow(`tasks:\n  - {name: a, ${sql}}\n  - {name: a, ${sql}}`),
    '7:8: spec.tasks[1].name: the name "a" stands twice in this list',
  ],
  [
    "a default out of its limits",
    flow(`params:\n  top: {type: integer, default: 0, min: 1}\ntasks:\n  - {name: a, ${sql}}`),
    "6:26: spec.params.top.default: 0 is not valid: expected at least 1",
  ],
  [
    "an owned key",
    task(`${program}sparkConf:\n  spark.master: yarn`),
    '7:5: spec.sparkConf["spark.master"]: the key "spark.master" belongs to the operator: the engine decides where Spark runs; choose another engine, or set its local.cores',
  ],
  [
    "a key and its typed field",
    task(`${program}driver: {memory: 4g}\nsparkConf: {spark.driver.memory: 8g}`),
    '7:15: spec.sparkConf["spark.driver.memory"]: "8g" contradicts driver.memory, which says "4g" in the same place; keep one of them',
  ],
  [
    "memory in a wrong unit",
    task(`${program}driver: {memory: 4G}`),
    '6:12: spec.driver.memory: "4G" is not valid: expected a memory size such as 512m, 4g or 4Gi (Spark and Kubernetes read this unit differently); write 4g or 4Gi',
  ],
  [
    "memory without a unit",
    task(`${program}driver: {memory: 4096}`),
    "6:12: spec.driver.memory: 4096 is not valid: expected a memory size such as 512m, 4g or 4Gi",
  ],
  [
    "a template's typo",
    task(`${program}params: {top: 10}\nargs: ["$(params.tpo)"]`),
    '7:10: spec.args[0]: $(params.tpo) refers to no param of the flow or task; did you mean "top"?',
  ],
  [
    "a template that isn't closed",
    task(`${program}args: ["$(params.top"]`),
    '6:10: spec.args[0]: "$(params.top" has no closing ")"; write $$( for a literal $(',
  ],
  [
    "a field that this version can't serve",
    flow(`tasks:\n  - {name: a, ${sql}, reuse: {version: x}}`),
    '6:46: spec.tasks[0].reuse: "reuse" is not available yet in this version',
  ],
  [
    "a type of a schema",
    task(`${program}outputs:\n  - {name: ids, schema: "id BIGNT"}`),
    '7:31: spec.outputs[0].schema: "id BIGNT" is not Spark DDL: expected a type at character 4, found "BIGNT"; did you mean "BIGINT"?',
  ],
  [
    "a schema of several lines",
    flow(
      `tasks:\n  - name: a\n    ${sql}\n    inputs:\n      - name: rows\n        uri: s3a://raw/rows\n        schema: |\n          id BIGINT,\n          tags ARRAY<STRING\n`,
    ),
    '13:30: spec.tasks[0].inputs[0].schema: "id BIGINT,\\ntags ARRAY<STRING\\n" is not Spark DDL: expected ">" at character 29, found the end',
  ],
  [
    "a condition that isn't CEL",
    flow(`tasks:\n  - {name: a, ${sql}, when: "1 < 2 &&"}`),
    '6:59: spec.tasks[0].when: "1 < 2 &&" is not a CEL condition: line 1:7: found & but expecting end of input',
  ],
  [
    "a condition with an unknown name",
    flow(`params: {top: {type: integer, default: 1}}\ntasks:\n  - {name: a, ${sql}, when: params.tpo > 1}`),
    '7:52: spec.tasks[0].when: "params.tpo > 1" refers to no param of the flow "tpo"; did you mean "top"?',
  ],
  [
    "a condition that compares what is never equal",
    flow(
      `params: {top: {type: integer, default: 1}}\ntasks:\n  - name: a\n    ${sql}\n    when: |\n      true &&\n      params.top == '1'`,
    ),
    "11:20: spec.tasks[0].when: \"true &&\\nparams.top == '1'\\n\" compares int with string, which are never equal",
  ],
  [
    "a schedule's cron expression",
    flow(`schedule: {cron: "0 3 * * * *"}\ntasks:\n  - {name: a, ${sql}}`),
    '5:14: spec.schedule.cron: "0 3 * * * *" is not a cron expression with a tick: expected five fields (minute, hour, day of month, month, day of week), such as "0 3 * * *", not 6; seconds have no field',
  ],
  [
    "a schedule's time zone",
    flow(`schedule: {cron: "0 3 * * *", timeZone: Europe/Pariss}\ntasks:\n  - {name: a, ${sql}}`),
    '5:33: spec.schedule.timeZone: there is no time zone "Europe/Pariss"; did you mean "Europe/Paris"?',
  ],
  [
    "a schedule that misses a param",
    flow(`params: {day: {type: date}}\nschedule: {cron: "0 3 * * *"}\ntasks:\n  - {name: a, ${sql}}`),
    "6:3: spec.schedule: nobody gives a scheduled run its params: day must have a default",
  ],
  [
    "ticks without a schedule",
    flow(`runOn: [Schedule]\ntasks:\n  - {name: a, ${sql}}`),
    "5:11: spec.runOn[0]: Schedule needs spec.schedule, which isn't there",
  ],
  [
    "an unknown engine",
    task(`${program}engine: prod`),
    '6:3: spec.engine: there is no SparkEngine "prod" here; known are default',
  ],
  [
    "a misspelt kind",
    task(program).replace("SparkTask", "SparkTsak"),
    '2:1: kind: unknown kind "SparkTsak"; did you mean "SparkTask"?',
  ],
  ["__proto__ as a key", task(`${program}sparkConf:\n  __proto__: x`), '7:5: the key "__proto__" is not allowed'],
  [
    "a key that YAML 1.1 reads as false",
    task(`${program}params: {n: 8}`),
    "6:12: the key n is read as false: quote it",
  ],
  ["a key twice", task(`${program}args: [a]\nargs: [b]`), '7:3: the key "args" stands twice in this map'],
  [
    "a number that would lose digits",
    task(`${program}params: {id: 12345678901234567890}`),
    "6:16: the number 12345678901234567890 is too large to keep its digits; quote it",
  ],
  ["what isn't YAML", "kind: SparkTask\nspec: [1, 2\nmetadata: {\n", "3:1: this is not valid YAML: "],
  [
    "one bad document of several",
    `${task(program, "a")}---\n${task("pyton: {}", "b")}---\n${task(program, "c")}`,
    '11:3: spec.pyton: unknown field "pyton"; did you mean "python"?',
  ],
  ["an alias without an anchor", task("python: *code"), '5:11: there is no anchor "&code" above'],
];

/** Sound manifests that need what isn't on this machine. */
export const missingHere: typeof mistakes = [
  [
    "a missing program",
    task("python: {file: jobs/count.py}"),
    '5:12: spec.python.file: there is no file "jobs/count.py" (<folder>/jobs/count.py)',
  ],
  [
    "a missing jar",
    task(`${program}deps: {jars: [lib/a.jar]}`),
    '6:17: spec.deps.jars[0]: there is no file "lib/a.jar" (<folder>/lib/a.jar)',
  ],
  [
    "a missing input",
    task(`${program}inputs: [{name: w, uri: "file:///nowhere/words.txt"}]`),
    "6:22: spec.inputs[0].uri: there is no file file:///nowhere/words.txt",
  ],
  [
    "a file URI with too few slashes",
    task(`${program}inputs: [{name: w, uri: "file://words.txt"}]`),
    '6:22: spec.inputs[0].uri: "file://words.txt" is not the URI of a file here: expected file:///…',
  ],
  [
    "a program of the image that is nowhere here",
    task("python: {file: 'local:///app/a.py'}"),
    '5:12: spec.python.file: "local:///app/a.py" is in the image, and nothing says where it is on this machine: map its folder by `paths` of sparkflow.local.yaml',
  ],
  [
    "a ConfigMap that isn't there",
    task("python: {configMap: {name: code, key: a.py}}"),
    '5:24: spec.python.configMap.name: there is no ConfigMap "code" here; a kustomization.yaml with a configMapGenerator makes it from the files beside the manifest',
  ],
];
