// The operator as a process of its own, killed and started again as often as a test likes.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { stringify } from "yaml";
import { until } from "../cluster/command.ts";
import { freePorts } from "../cluster/ports.ts";

export type OperatorOptions = {
  /** Its program, as the image has it. */
  program: string;
  /** Where it finds the API server: the proxy's. */
  url: string;
  /** Folder for its kubeconfig and for compiled code. */
  dir: string;
  name: string;
  namespaces?: readonly string[];
  /** Further arguments. Without `--namespace` it leads without a Lease. */
  args?: readonly string[];
};

export class OperatorProcess {
  /** All that it logged, over all its lives. */
  readonly log: string[] = [];
  readonly #options: OperatorOptions;
  readonly #kubeconfig: string;
  #child: ChildProcess | undefined;
  #port = 0;
  /** How often it was started. */
  starts = 0;

  constructor(options: OperatorOptions) {
    this.#options = options;
    this.#kubeconfig = join(options.dir, `${options.name}.kubeconfig`);
    const named = (name: string, of: object) => [{ name, ...of }];
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: named("proxy", { cluster: { server: options.url, "insecure-skip-tls-verify": true } }),
      users: named("operator", { user: {} }),
      contexts: named("proxy", { context: { cluster: "proxy", user: "operator" } }),
      "current-context": "proxy",
    };
    writeFileSync(this.#kubeconfig, stringify(config));
  }

  /** Starts it; it ends with this process, however that ends. Resolves at once. */
  async start(): Promise<void> {
    const { program, dir, namespaces, args = [] } = this.#options;
    // The same one at every start: a port that is chosen anew may be chosen by somebody else at the same moment.
    this.#port ||= (await freePorts("127.0.0.1", 1))[0]!;
    const port = this.#port;
    const leads = args.includes("--namespace") ? [] : ["--no-leader-elect"];
    const watched = namespaces ? ["--watch-namespaces", namespaces.join(",")] : [];
    const own = ["--kubeconfig", this.#kubeconfig, "--health-port", String(port), ...watched, ...leads, ...args];
    const argv = ["--pdeathsig", "KILL", "--", process.execPath, program, ...own];
    // Compiled code is kept, since a sweep starts some hundred of these.
    const env = { PATH: process.env.PATH, HOME: dir, NODE_COMPILE_CACHE: join(dir, "compiled") };
    const child = spawn("setpriv", argv, { stdio: ["ignore", "pipe", "pipe"], env });
    this.#child = child;
    this.starts++;
    for (const stream of [child.stdout!, child.stderr!])
      createInterface({ input: stream }).on("line", (line) => {
        this.log.push(line);
        if (this.log.length > 5000) this.log.splice(0, 1000);
      });
  }

  get alive(): boolean {
    const child = this.#child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Undefined unless it runs. */
  get pid(): number | undefined {
    return this.alive ? this.#child?.pid : undefined;
  }

  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<number | null> {
    return this.end("SIGKILL");
  }

  /** Sends a signal; resolves with the exit code when it is gone. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (!child || !this.alive) return child?.exitCode ?? null;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
    return child.exitCode;
  }

  /** The last of its warnings and errors. */
  complaints(): string[] {
    const bad = this.log.filter((line) => !/^\{"level":[123]0,/.test(line));
    return bad.slice(-12).map((line) => `it said: ${line.slice(0, 300)}`);
  }

  /** What /readyz answers: HTTP's status, 0 without an answer. */
  async readyz(): Promise<number> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.#port}/readyz`, { signal: AbortSignal.timeout(2000) });
      await answer.text();
      return answer.status;
    } catch {
      return 0;
    }
  }

  /** Waits until it says that it is ready. */
  async ready(timeoutMs = 30_000): Promise<void> {
    const hopeless = () => (this.alive ? undefined : `it has ended: ${this.log.slice(-10).join("\n")}`);
    await until("the operator", async () => (await this.readyz()) === 200, { timeoutMs, everyMs: 30, hopeless });
  }
}
