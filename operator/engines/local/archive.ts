// The AppCDS archive: the JVM's classes as they are after a training run, mapped into memory at each start. It is bound to
// the JDK and to every jar of the class path, in order; a change of any makes another archive.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { inheritedEnv, startDriver } from "./process.ts";
import { attemptTemp } from "./temp.ts";
import { pythonLibrary, type Toolchain } from "./toolchain.ts";

const folder = () => join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sparkflow", "cds");

export type Archive = { classPathFile: string; archive?: string };

/** The archive for this toolchain, if it has been made, and the class path that goes with it. */
export function findArchive(toolchain: Toolchain): Archive {
  const name = join(folder(), fingerprint(toolchain));
  const classPathFile = `${name}.classpath`;
  if (!existsSync(classPathFile)) {
    mkdirSync(folder(), { recursive: true });
    writeAtomically(classPathFile, `${toolchain.classPath.join("\n")}\n`);
  }
  const archive = `${name}.jsa`;
  return existsSync(archive) ? { classPathFile, archive } : { classPathFile };
}

/**
 * Makes the archive by a training run (about half a minute). Returns undefined if that failed: runs work without it.
 * `onStart` gives the means to stop it.
 */
export async function makeArchive(
  toolchain: Toolchain,
  onStart: (stop: () => void) => void,
): Promise<Archive | undefined> {
  const { classPathFile } = findArchive(toolchain);
  const archive = classPathFile.replace(/classpath$/, "jsa");
  const made = `${archive}.${process.pid}`;
  const temp = attemptTemp("archive");
  const attemptDir = join(temp.folder, "attempt");
  mkdirSync(attemptDir);
  for (const [name, text] of Object.entries(trainingFiles(temp.spark))) writeFileSync(join(attemptDir, name), text);
  const log = `${archive}.log`;
  rmSync(log, { force: true });
  const driver = startDriver(toolchain, {
    attemptDir,
    cwd: temp.work,
    log,
    remove: [temp.folder],
    env: {
      ...driverEnv(toolchain, { classPathFile }, temp.tmp),
      SPARKFLOW_CDS_DUMP: made,
      SPARKFLOW_RESULT: join(temp.folder, "result.json"),
    },
  });
  onStart(driver.stop);
  const { code } = await driver.ended;
  if (code !== 0 || !existsSync(made)) {
    rmSync(made, { force: true });
    return undefined;
  }
  renameSync(made, archive);
  removeOld();
  return { classPathFile, archive };
}

/** Archives of other JDKs and jars that are kept: each has about 190 MB. */
const keptArchives = 3;

function removeOld(): void {
  const archives = readdirSync(folder()).filter((name) => name.endsWith(".jsa"));
  const byAge = archives.sort((a, b) => statSync(join(folder(), b)).mtimeMs - statSync(join(folder(), a)).mtimeMs);
  for (const name of byAge.slice(keptArchives)) {
    for (const file of [name, `${name}.log`, name.replace(/jsa$/, "classpath")])
      rmSync(join(folder(), file), { force: true });
  }
}

/** Log of the last training run. */
export const archiveLog = (toolchain: Toolchain): string => join(folder(), `${fingerprint(toolchain)}.jsa.log`);

/** Variables that tell every driver where its tools are. */
export function driverEnv(
  toolchain: Toolchain,
  { classPathFile, archive }: Archive,
  tmp: string,
): Record<string, string> {
  const inherited = inheritedEnv();
  return {
    ...inherited,
    SPARK_HOME: toolchain.sparkHome,
    JAVA_HOME: toolchain.javaHome,
    PYSPARK_PYTHON: toolchain.python,
    PYSPARK_DRIVER_PYTHON: toolchain.python,
    PYTHONPATH: [pythonLibrary, inherited.PYTHONPATH].filter(Boolean).join(":"),
    PYTHONUNBUFFERED: "1",
    // As spark-submit does: hashes of text must be equal in the driver and all workers.
    PYTHONHASHSEED: inherited.PYTHONHASHSEED ?? "0",
    SPARK_LOCAL_IP: "127.0.0.1",
    TMPDIR: tmp,
    SPARKFLOW_CLASSPATH: classPathFile,
    ...(archive ? { SPARKFLOW_CDS_ARCHIVE: archive } : {}),
  };
}

/** What the archive depends on: the JDK, and each jar's place, size and time (the JVM checks the same). */
function fingerprint({ javaHome, javaVersion, classPath }: Toolchain): string {
  const hash = createHash("sha256").update(`${javaHome}\n${javaVersion}\n`);
  hash.update(readFileSync(join(pythonLibrary, "sparkflow/training.py")));
  for (const jar of classPath) {
    const { size, mtimeMs } = statSync(jar);
    hash.update(`${jar} ${size} ${Math.floor(mtimeMs)}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

function trainingFiles(localDir: string): Record<string, string> {
  const conf = {
    "spark.master": "local[2]",
    "spark.driver.host": "127.0.0.1",
    "spark.local.dir": localDir,
    "spark.ui.port": "0",
    "spark.ui.showConsoleProgress": "false",
    "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
    "spark.kryo.registrator": "org.apache.sedona.core.serde.SedonaKryoRegistrator",
    "spark.sql.extensions": "org.apache.sedona.sql.SedonaSqlExtensions",
  };
  const attempt = {
    apiVersion: "sparkflow.dev/attempt-v1",
    namespace: "default",
    flow: null,
    run: null,
    task: "training",
    attempt: 1,
    program: { kind: "python", module: "sparkflow.training", function: null },
    pythonPath: [],
    args: [],
    params: {},
    inputs: [],
    outputs: [],
    conf: { file: "spark-defaults.conf", extra: [], secret: {} },
    jvm: { memory: "2g", options: ["-XX:+UseG1GC"], classPath: [], libraryPath: [] },
  };
  const lines = Object.entries(conf).map(([key, value]) => `${key}=${value}`);
  return { "attempt.json": JSON.stringify(attempt), "spark-defaults.conf": `${lines.join("\n")}\n` };
}

function writeAtomically(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}
