// What a local run needs of the machine: a Python with pyspark, a JDK 17, Sedona's jars. Looked at, never started, so that
// it costs milliseconds.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { LoadedConfig } from "./config.ts";

/** The repository (or package) that this file is in. */
export const packageRoot = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
export const pythonLibrary = join(packageRoot, "images/spark-sedona/python");
const sedonaJars = join(packageRoot, "jars/sedona-35-212-180");
const sparkVersion = "3.5";
/** Majors of Java that Spark 3.5 with Sedona 1.8.0 and our archive are made for. */
const javaMajor = 17;

export type Toolchain = {
  python: string;
  sparkHome: string;
  sparkVersion: string;
  javaHome: string;
  javaVersion: string;
  /** Every jar in the order of the class path: Spark's, then Sedona's. */
  classPath: string[];
};

/** A machine that lacks something: the message says what, and how to mend it. */
export class ToolchainError extends Error {}

/** Finds the tools. Throws ToolchainError with one sentence. */
export function findToolchain({ config, folder }: LoadedConfig): Toolchain {
  const java = findJava();
  const python = findPython(config.python === undefined ? undefined : resolve(folder, config.python));
  const spark = sparkOf(python);
  const jars = existsSync(sedonaJars) ? readdirSync(sedonaJars).filter((name) => name.endsWith(".jar")) : [];
  if (jars.length === 0) throw new ToolchainError(`Sedona's jars are not in ${sedonaJars}: run \`make jars\``);
  const sparkJars = readdirSync(join(spark.home, "jars")).filter((name) => name.endsWith(".jar"));
  return {
    python,
    sparkHome: spark.home,
    sparkVersion: spark.version,
    javaHome: java.home,
    javaVersion: java.version,
    classPath: [
      ...sparkJars.sort().map((name) => join(spark.home, "jars", name)),
      ...jars.sort().map((name) => join(sedonaJars, name)),
    ],
  };
}

function findPython(configured: string | undefined): string {
  const own = join(packageRoot, ".venv/bin/python");
  const python = configured ?? (existsSync(own) ? own : onPath("python3"));
  if (!python || !existsSync(python))
    throw new ToolchainError(
      `there is no Python${python ? ` at ${python}` : " here"}: run \`make setup\`, or name one as \`python\` in sparkflow.local.yaml`,
    );
  return python;
}

/** Where this Python's pyspark is, without importing it: the import alone would take a third of a second. */
function sparkOf(python: string): { home: string; version: string } {
  const program =
    'import importlib.util as u; s = u.find_spec("pyspark"); print(s.submodule_search_locations[0] if s else "")';
  const { status, stdout, stderr } = spawnSync(python, ["-c", program], { encoding: "utf8" });
  if (status !== 0) throw new ToolchainError(`${python} doesn't work: ${stderr.trim().split("\n").at(-1)}`);
  const home = stdout.trim();
  if (!home)
    throw new ToolchainError(
      `${python} has no pyspark: install pyspark 3.5.7 and apache-sedona 1.8.0 there, or run \`make setup\``,
    );
  const version =
    /__version__[^'"]*['"]([^'"]+)['"]/.exec(readFileSync(join(home, "version.py"), "utf8"))?.[1] ?? "unknown";
  if (!version.startsWith(`${sparkVersion}.`))
    throw new ToolchainError(
      `${python} has pyspark ${version}, but Sedona's jars are for Spark ${sparkVersion}: install pyspark 3.5.7`,
    );
  return { home, version };
}

function findJava(): { home: string; version: string } {
  const fromEnv = process.env.JAVA_HOME;
  const java = fromEnv ? join(fromEnv, "bin/java") : onPath("java");
  if (!java || !existsSync(java)) {
    const where = fromEnv
      ? `JAVA_HOME is ${fromEnv}, where there is no bin/java`
      : "there is no java on the PATH and JAVA_HOME is not set";
    throw new ToolchainError(`Spark needs a JDK ${javaMajor}: ${where}`);
  }
  const home = dirname(dirname(realpathSync(java)));
  const version = javaVersion(home, java);
  if (Number(version.split(".")[0]) !== javaMajor) {
    throw new ToolchainError(
      `Spark ${sparkVersion} with Sedona needs a JDK ${javaMajor}, but ${fromEnv ? "JAVA_HOME" : "java"} is ${version} (${home}): set JAVA_HOME to a JDK ${javaMajor}`,
    );
  }
  return { home, version };
}

/** The version from the JDK's `release` file, else from the JVM itself. */
function javaVersion(home: string, java: string): string {
  const release = join(home, "release");
  const written = existsSync(release) ? /JAVA_VERSION="([^"]+)"/.exec(readFileSync(release, "utf8"))?.[1] : undefined;
  if (written) return written;
  return (
    /version "([^"]+)"/.exec(spawnSync(java, ["-version"], { encoding: "utf8" }).stderr ?? "")?.[1] ??
    "of an unknown version"
  );
}

function onPath(name: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
