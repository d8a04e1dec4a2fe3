// A real S3 server for tests: S3Proxy, with its objects in memory (over a folder it can't delete what isn't empty, which
// Hadoop's committers do). Ends with the process that started it.
import { spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../cluster/command.ts";
import { freePorts } from "../cluster/ports.ts";
import { Processes } from "../cluster/processes.ts";

const jars = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sparkflow", "s3proxy-2.6.0");

export type S3Server = {
  /** `http://HOST:PORT`. */
  endpoint: string;
  accessKey: string;
  secretKey: string;
  makeBucket: (name: string) => Promise<void>;
  /** Keys of a bucket's objects, a thousand at most. */
  keys: (bucket: string) => Promise<string[]>;
  stop: () => Promise<void>;
};

type Keys = { accessKey: string; secretKey: string };

/** The two calls that tests make themselves, signed as in version 2 of Amazon's signatures. */
function calls(endpoint: string, { accessKey, secretKey }: Keys): Pick<S3Server, "makeBucket" | "keys"> {
  const call = async (method: string, path: string): Promise<string> => {
    const date = new Date().toUTCString();
    const signature = createHmac("sha1", secretKey).update(`${method}\n\n\n${date}\n${path}`).digest("base64");
    const headers = { Date: date, Authorization: `AWS ${accessKey}:${signature}` };
    const answer = await fetch(endpoint + path, { method, headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text;
  };
  return {
    makeBucket: async (name) => void (await call("PUT", `/${name}`)),
    keys: async (bucket) =>
      [...(await call("GET", `/${bucket}`)).matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key!),
  };
}

/** Without it every byte is logged. */
const logback = `<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%level %logger: %msg%n</pattern></encoder></appender>
  <root level="WARN"><appender-ref ref="out"/></root>
</configuration>
`;

/** Starts the server at an address of this machine. Throws an Error with its words if it doesn't listen within 30 s. */
export async function startS3(host: string): Promise<S3Server> {
  fetchJars();
  const state = mkdtempSync(join(tmpdir(), "sparkflow-s3-"));
  const [port] = (await freePorts(host, 1)) as [number];
  const keys = { accessKey: "tester", secretKey: "not+so/secret" };
  const endpoint = `http://${host}:${port}`;
  const properties = {
    "s3proxy.endpoint": endpoint,
    "s3proxy.authorization": "aws-v2-or-v4",
    "s3proxy.identity": keys.accessKey,
    "s3proxy.credential": keys.secretKey,
    "jclouds.provider": "transient",
    "jclouds.identity": "unused",
    "jclouds.credential": "unused",
  };
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`);
  const file = join(state, "s3proxy.conf");
  writeFileSync(file, lines.join(""));
  writeFileSync(join(state, "logback.xml"), logback);
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, "bin/java") : "java";
  const processes = new Processes(state, "caller");
  const main = ["org.gaul.s3proxy.Main", "--properties", file];
  processes.start({ name: "s3proxy", argv: [java, "-Xmx256m", "-cp", `${state}:${jars}/*`, ...main] });
  const stop = async () => {
    await processes.stop("s3proxy", 0);
    rmSync(state, { recursive: true, force: true });
  };
  const answers = () => fetch(endpoint).then(Boolean, () => false);
  try {
    await until("S3Proxy", answers, { timeoutMs: 30_000, hopeless: () => processes.whyDead("s3proxy") });
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, ...keys, stop, ...calls(endpoint, keys) };
}

function fetchJars(): void {
  if (existsSync(jars)) return;
  const partial = `${jars}.${process.pid}`;
  const args = ["-q", "-B", "-f", join(import.meta.dirname, "pom.xml"), "dependency:copy-dependencies"];
  const { status, stdout } = spawnSync("mvn", [...args, `-DoutputDirectory=${partial}`], { encoding: "utf8" });
  if (status !== 0) throw new Error(`S3Proxy's jars can't be fetched: ${stdout}`);
  renameSync(partial, jars);
}
