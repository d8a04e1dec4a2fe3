// A real S3 server for tests: S3Proxy, over a folder of this machine. Ends with the process that started it.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

const jars = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sparkflow", "s3proxy-2.6.0");

export type S3Server = {
  /** `http://HOST:PORT`. */
  endpoint: string;
  accessKey: string;
  secretKey: string;
  /** Folder that holds a bucket's objects. */
  bucket: (name: string) => string;
  stop: () => void;
};

/** Starts the server at an address of this machine. Throws an Error with its words if it doesn't listen within 30 s. */
export async function startS3(host: string): Promise<S3Server> {
  fetchJars();
  const folder = mkdtempSync(join(tmpdir(), "sparkflow-s3-"));
  const port = await freePort(host);
  const keys = { accessKey: "tester", secretKey: "not+so/secret" };
  const data = join(folder, "data");
  mkdirSync(data);
  const properties = {
    "s3proxy.endpoint": `http://${host}:${port}`,
    "s3proxy.authorization": "aws-v2-or-v4",
    "s3proxy.identity": keys.accessKey,
    "s3proxy.credential": keys.secretKey,
    "jclouds.provider": "filesystem-nio2",
    "jclouds.filesystem.basedir": data,
    "jclouds.identity": "unused",
    "jclouds.credential": "unused",
  };
  const file = join(folder, "s3proxy.conf");
  writeFileSync(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
  );
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, "bin/java") : "java";
  const child = spawn(java, ["-Xmx256m", "-cp", `${jars}/*`, "org.gaul.s3proxy.Main", "--properties", file], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said = (said + chunk).slice(-4000)));
  const stop = () => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.on("exit", stop);
  const endpoint = `http://${host}:${port}`;
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) break;
    const answers = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answers) return { endpoint, ...keys, bucket: (name) => join(data, name), stop };
    await new Promise((done) => setTimeout(done, 100));
  }
  stop();
  throw new Error(`S3Proxy doesn't answer at ${endpoint}: ${said}`);
}

function fetchJars(): void {
  if (existsSync(jars)) return;
  const partial = `${jars}.${process.pid}`;
  const args = ["-q", "-B", "-f", join(import.meta.dirname, "pom.xml"), "dependency:copy-dependencies"];
  const { status, stdout } = spawnSync("mvn", [...args, `-DoutputDirectory=${partial}`], { encoding: "utf8" });
  if (status !== 0) throw new Error(`S3Proxy's jars can't be fetched: ${stdout}`);
  renameSync(partial, jars);
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
