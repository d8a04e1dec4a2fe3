// Runs every suite that this machine can run. Ends with what could not run and why, and `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { findToolchain } from "../operator/engines/local/toolchain.ts";
import { cannotRun, cannotRunLight } from "./cluster/cannotRun.ts";
import { givenKubeconfig } from "./cluster/testCluster.ts";

/** `names` are those of tests that failed. */
type Count = { passed: number; failed: number; names?: string[] };
type Ran = Count & { seconds: number };
type Suite = {
  name: string;
  command: string[];
  count?: (report: string) => Count;
  report?: string;
  /** Why this machine can't run it, in a sentence; undefined if it can. */
  cannotRun?: () => Promise<string | undefined>;
};

const reports = mkdtempSync(join(tmpdir(), "sparkflow-tests-"));
const { sparkHome } = findToolchain({ config: {}, folder: "." });
const env = {
  ...process.env,
  SPARK_HOME: sparkHome,
  SPARKFLOW_TEST_JARS: join(process.cwd(), "jars/sedona-35-212-180"),
};

/** Suites that share an API server's binaries, or a whole node. */
const onLight = { cannotRun: cannotRunLight };
const onNode = { cannotRun };
/** On a cluster that the machine brings nothing but kubectl and helm is ours. */
const onAny = { cannotRun: givenKubeconfig() ? cannotRunLight : cannotRun };
const inTurn = ["--no-file-parallelism", "--testTimeout=600000", "--hookTimeout=1200000"];

const vitest = (name: string, folder: string, ...more: string[]): Suite => {
  const report = join(reports, `${name.replaceAll(" ", "-")}.json`);
  return {
    name,
    command: ["vitest", "run", folder, "--reporter=default", "--reporter=json", `--outputFile=${report}`, ...more],
    report,
    count: vitestCount,
  };
};
const pytest = (name: string, folder: string): Suite => {
  const report = join(reports, `${name.replaceAll(" ", "-")}.xml`);
  return {
    name,
    command: [".venv/bin/python", "-m", "pytest", "-q", folder, `--junitxml=${report}`],
    report,
    count: junitCount,
  };
};

const suites: Suite[] = [
  { name: "types", command: ["tsc"] },
  { name: "TypeScript format and lint", command: ["biome", "check"] },
  { name: "Python format", command: [".venv/bin/ruff", "format", "--check"] },
  { name: "Python lint", command: [".venv/bin/ruff", "check"] },
  { name: "generated files are fresh", command: ["node", "operator/generate.ts", "--check"] },
  vitest("unit", "test/unit"),
  pytest("Python library and driver", "test/python"),
  { ...vitest("chart", "test/chart", ...inTurn), ...onLight },
  { ...vitest("kustomize", "test/gitops", ...inTurn), ...onLight },
  { ...vitest("controllers", "test/controllers", ...inTurn), ...onLight },
  { ...vitest("flows on both", "test/flows", ...inTurn, "--maxConcurrency=12"), ...onLight },
  { ...vitest("faults", "test/faults", ...inTurn, "--maxConcurrency=12"), ...onLight },
  // Each of these runs Spark: one file at a time, since two Sparks at once are slower on two cores.
  vitest("Spark", "test/spark", ...inTurn),
  // The test cluster's own tests end the cluster; what runs on it comes after them.
  { ...vitest("test cluster", "test/cluster", ...inTurn), ...onNode },
  { ...vitest("end to end", "test/e2e", "--config", "test/e2e/vitest.config.ts"), ...onAny },
];

function vitestCount(report: string): Count {
  const { numPassedTests, numTotalTests, testResults } = JSON.parse(report) as {
    numPassedTests: number;
    numTotalTests: number;
    testResults: { name: string; message: string; assertionResults: { fullName: string; status: string }[] }[];
  };
  const names = testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(".", name);
    const bad = assertionResults.filter(({ status }) => status !== "passed").map(({ fullName }) => fullName);
    return bad.length > 0 ? bad.map((one) => `${file}: ${one}`) : message ? [`${file}: ${message.split("\n")[0]}`] : [];
  });
  return { passed: numPassedTests, failed: numTotalTests - numPassedTests, names };
}

/** Skipped tests count as failed: a suite that skips looks green and isn't. */
function junitCount(report: string): Count {
  const attribute = (name: string) => Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(report)?.[1] ?? 0);
  const bad = attribute("failures") + attribute("errors") + attribute("skipped");
  const cases = [...report.matchAll(/<testcase classname="([^"]*)" name="([^"]*)"[^>]*><(?:failure|error|skipped)/g)];
  return { passed: attribute("tests") - bad, failed: bad, names: cases.map(([, file, name]) => `${file}: ${name}`) };
}

function runSuite({ name, command, count, report }: Suite): Ran {
  console.log(`\n== ${name}`);
  const started = Date.now();
  const { status, error } = spawnSync(command[0]!, command.slice(1), { stdio: "inherit", env });
  if (error) console.log(error.message);
  let counted: Count = { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 };
  try {
    if (count && report) counted = count(readFileSync(report, "utf8"));
  } catch {
    counted = { passed: 0, failed: 1 };
  }
  // A runner that fails without a failed test (a crash, no tests at all) has failed all the same.
  if (status !== 0 && counted.failed === 0) counted.failed = 1;
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`-- ${name}: ${counted.passed} passed, ${counted.failed} failed, ${seconds} s`);
  return { ...counted, seconds };
}

const only = process.argv.slice(2);
const wanted = only.length > 0 ? suites.filter(({ name }) => only.some((word) => name.includes(word))) : suites;
const reasons = await Promise.all(wanted.map(async (suite) => ({ suite, why: await suite.cannotRun?.() })));
const chosen = reasons.flatMap(({ suite, why }) => (why === undefined ? [suite] : []));
const notRun = reasons.flatMap(({ suite, why }) => (why === undefined ? [] : [`${suite.name}: ${why}`]));
const ran = chosen.map((suite) => ({ name: suite.name, ...runSuite(suite) }));
rmSync(reports, { recursive: true, force: true });
const sum = (count: (suite: Ran) => number) => ran.reduce((all, suite) => all + count(suite), 0);
const [passed, failed] = [sum((suite) => suite.passed), sum((suite) => suite.failed)];
console.log(`\nseconds: ${ran.map(({ name, seconds }) => `${name} ${seconds}`).join(", ")}`);
for (const { name, names = [], ...suite } of ran.filter((one) => one.failed > 0)) {
  console.log(`failed: ${name} (${suite.failed})`);
  for (const test of names) console.log(`  ${test}`);
}
console.log(`suites that could not run: ${notRun.length === 0 ? "none" : ""}`);
for (const line of notRun) console.log(`  ${line}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
