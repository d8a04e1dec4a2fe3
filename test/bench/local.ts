// Local runs against plain Spark, in pairs: ours and the other in turn, ratios of each pair, their median.
// `node test/bench/local.ts [word …]` measures only the figures whose names hold a word.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { findToolchain, packageRoot } from "../../operator/engines/local/toolchain.ts";
import { type Figure, figure, report } from "./report.ts";

const pairs = 5;
const taskPairs = 3;
const tasks = 20;
const parallel = 2;
const toolchain = findToolchain({ config: {}, folder: packageRoot });
const sparkflow = join(packageRoot, "operator/cli/bin.js");
const work = mkdtempSync(join(tmpdir(), "sparkflow-bench-"));
const state = { SPARKFLOW_STATE: join(work, "state") };

/** Runs a command to its end; returns seconds. A command that fails ends the benchmark: its time would mean nothing. */
function timed(command: string, args: string[], env: Record<string, string> = {}, cwd = work): number {
  const started = performance.now();
  const { status, stderr, stdout } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...state, ...env },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stdout}\n${stderr}`);
  return (performance.now() - started) / 1000;
}

/** Seconds from a command's start until its program has the first row. */
function untilFirstRow(command: string, args: string[]): number {
  const file = join(work, "first-row-at");
  const started = Date.now() / 1000;
  timed(command, args, { FIRST_ROW_AT: file });
  return Number(readFileSync(file, "utf8")) - started;
}

function firstRow(): Figure[] {
  const folder = join(work, "first-row");
  cpSync(join(packageRoot, "test/bench/first-row"), folder, { recursive: true });
  writeFileSync(
    join(folder, "task.yaml"),
    "apiVersion: sparkflow.dev/v1alpha1\nkind: SparkTask\nmetadata: {name: first-row}\nspec: {python: {file: first_row.py, function: first_row}}\n",
  );
  const ours = () => untilFirstRow(process.execPath, [sparkflow, "run", folder]);
  const theirs = () => untilFirstRow(toolchain.python, [join(folder, "seed.py"), dirname(toolchain.classPath.at(-1)!)]);
  ours(); // makes the class archive
  theirs();
  const seconds = Array.from({ length: pairs }, () => [ours(), theirs()] as const);
  return [
    figure(
      "first Sedona row, sparkflow run / seed's script",
      "ratio",
      seconds.map(([a, b]) => a / b),
      0.65,
    ),
    figure(
      "first Sedona row, sparkflow run",
      "s",
      seconds.map(([a]) => a),
      null,
    ),
    figure(
      "first Sedona row, seed's script",
      "s",
      seconds.map(([, b]) => b),
      null,
    ),
  ];
}

async function manyTasks(): Promise<Figure[]> {
  const folder = join(work, "many");
  mkdirSync(folder, { recursive: true });
  const program =
    "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\nassert spark.range(1000).count() == 1000\nspark.stop()\n";
  writeFileSync(join(folder, "count.py"), program);
  const names = Array.from({ length: tasks }, (_, index) => `    - {name: t${index}}`);
  writeFileSync(
    join(folder, "flow.yaml"),
    [
      "apiVersion: sparkflow.dev/v1alpha1",
      "kind: SparkEngine",
      "metadata: {name: default}",
      "spec: {local: {cores: 2}, driver: {memory: 1g}, profiles: []}",
      "---",
      "apiVersion: sparkflow.dev/v1alpha1",
      "kind: SparkFlow",
      "metadata: {name: many}",
      "spec:",
      `  maxParallelTasks: ${parallel}`,
      "  taskDefaults: {python: {file: count.py}}",
      "  tasks:",
      ...names,
      "",
    ].join("\n"),
  );
  const submit = join(toolchain.sparkHome, "bin/spark-submit");
  const args = ["--master", "local[2]", "--driver-memory", "1g", join(folder, "count.py")];
  const submits = async () => {
    const started = performance.now();
    let left = tasks;
    const worker = async () => {
      while (left-- > 0) await run(submit, args);
    };
    await Promise.all(Array.from({ length: parallel }, worker));
    return (performance.now() - started) / 1000;
  };
  const ours = () => timed(process.execPath, [sparkflow, "run", folder]);
  const seconds: [number, number][] = [];
  for (let pair = 0; pair < taskPairs; pair++) seconds.push([ours(), await submits()]);
  return [
    figure(
      `${tasks} tasks by one run / ${tasks} spark-submits, ${parallel} at once`,
      "ratio",
      seconds.map(([a, b]) => a / b),
      1.0,
    ),
    figure(
      `${tasks} tasks by one run`,
      "s",
      seconds.map(([a]) => a),
      null,
    ),
    figure(
      `${tasks} spark-submits`,
      "s",
      seconds.map(([, b]) => b),
      null,
    ),
  ];
}

function run(command: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: work,
      stdio: "ignore",
      env: { ...process.env, PYSPARK_PYTHON: toolchain.python, JAVA_HOME: toolchain.javaHome },
    });
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))));
  });
}

function validateBig(): Figure[] {
  const count = 500;
  const lines = Array.from({ length: count }, (_, i) => {
    const inputs = i === 0 ? "" : `, inputs: [{name: rows, from: t${i - 1}.rows}], dependsOn: [t${Math.floor(i / 2)}]`;
    return `    - {name: t${i}, python: {script: "def f(spark, top): return spark.range(top)", function: f}, params: {top: $(params.top)}, outputs: [{name: rows, schema: "id BIGINT"}]${inputs}}`;
  });
  const file = join(work, "big.yaml");
  writeFileSync(
    file,
    [
      "apiVersion: sparkflow.dev/v1alpha1",
      "kind: SparkFlow",
      "metadata: {name: big}",
      "spec:",
      "  params: {top: {type: integer, default: 1}}",
      "  tasks:",
      ...lines,
      "",
    ].join("\n"),
  );
  timed(process.execPath, [sparkflow, "validate", file]);
  return [
    figure(
      `validate of a ${count}-task flow`,
      "s",
      Array.from({ length: pairs }, () => timed(process.execPath, [sparkflow, "validate", file])),
      1,
    ),
  ];
}

/** A clean clone with every cache empty, to the demo's picture. Registries' own speed is in it. */
function coldDemo(): Figure[] {
  const clone = join(work, "clone");
  const caches = join(work, "caches");
  timed("git", ["clone", "--quiet", packageRoot, clone]);
  const env = {
    npm_config_cache: join(caches, "npm"),
    PIP_CACHE_DIR: join(caches, "pip"),
    XDG_CACHE_HOME: join(caches, "xdg"),
    MAVEN_OPTS: `-Dmaven.repo.local=${join(caches, "m2")}`,
    SPARKFLOW_STATE: join(clone, ".sparkflow"),
  };
  return [figure("empty caches to the demo's picture", "min", [timed("make", ["demo"], env, clone) / 60], null)];
}

const measures: [string, () => Figure[] | Promise<Figure[]>][] = [
  ["validate", validateBig],
  ["first-row", firstRow],
  ["tasks", manyTasks],
  ["demo", coldDemo],
];
const words = process.argv.slice(2);
const figures: Figure[] = [];
console.log(
  `load average before: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(" ")}`,
);
try {
  for (const [name, measure] of measures) {
    if (words.length > 0 && !words.includes(name)) continue;
    console.log(`measuring: ${name}`);
    figures.push(...(await measure()));
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
report(figures);
