// The operator as its image runs it: the one bundled file, and a pod's service account in a mount namespace of its own, so that
// nothing is loaded that a pod wouldn't load.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "../../../images/operator/bundle.ts";
import { until } from "../../cluster/command.ts";
import { freePorts } from "../../cluster/ports.ts";
import { image, operatorAccount, operatorNamespace, root, type World } from "./world.ts";

/** What Node is given in the image, before the file. */
const nodeOptions = entryPointOptions();
const mountScript = [
  "mount -t tmpfs tmpfs /run",
  "mkdir -p /run/secrets/kubernetes.io",
  'ln -s "$1" /run/secrets/kubernetes.io/serviceaccount',
  "shift",
  'exec "$@"',
].join(" && ");

let bundled: Promise<string> | undefined;

export class Operator {
  readonly #child: ChildProcess;
  readonly #port: number;
  /** The last lines of its log. */
  readonly log: string[] = [];

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.log.push(text);
        if (this.log.length > 200) this.log.splice(0, 100);
      });
  }

  /** Starts it, leading by a Lease. Resolves when it is ready. `profile`: folder for a CPU profile at its end. */
  static async start(
    { cluster, client }: World,
    profile = process.env.BENCH_PROFILE,
    f?: string,
    flags: string[] = [],
  ): Promise<Operator> {
    bundled ??= bundle();
    const file = f ?? (await bundled);
    const account = mkdtempSync(join(cluster.dir, "account-"));
    const path = `/api/v1/namespaces/${operatorNamespace}/serviceaccounts/${operatorAccount}/token`;
    const answer = await client.raw("POST", path, {}, { spec: { expirationSeconds: 86_400 } });
    const { status } = JSON.parse(answer) as { status: { token: string } };
    writeFileSync(join(account, "token"), status.token, { mode: 0o600 });
    writeFileSync(join(account, "namespace"), operatorNamespace);
    copyFileSync(join(cluster.pki, "ca.crt"), join(account, "ca.crt"));
    const [port] = (await freePorts("127.0.0.1", 1)) as [number];
    const url = new URL(cluster.endpointUrl);
    if (profile) mkdirSync(profile, { recursive: true });
    const node = [
      process.execPath,
      ...(profile ? ["--cpu-prof", "--cpu-prof-dir", profile] : []),
      ...nodeOptions,
      ...flags,
      file,
      ...["--health-port", String(port), "--driver-image", image],
    ];
    const child = spawn(
      "unshare",
      ["--mount", "sh", "-c", mountScript, "sh", account, "setpriv", "--pdeathsig", "KILL", "--", ...node],
      {
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          PATH: process.env.PATH,
          ...Object.fromEntries(Object.entries(process.env).filter(([k]) => k.startsWith("X_")).map(([k, v]) => [k.slice(2), v])),
          NODE_ENV: "production",
          KUBERNETES_SERVICE_HOST: url.hostname,
          KUBERNETES_SERVICE_PORT: url.port,
        },
      },
    );
    const operator = new Operator(child, port);
    await until("the operator", () => operator.#leads(), {
      everyMs: 30,
      hopeless: () => (child.exitCode === null ? undefined : operator.log.join("")),
    });
    return operator;
  }

  get pid(): number { return this.#child.pid!; }

  /** Processor time that it has used, in milliseconds. */
  cpuMs(): number {
    const [, fields = ""] = /\) (.*)$/s.exec(readFileSync(`/proc/${this.#child.pid}/stat`, "utf8")) ?? [];
    const [user, system] = fields.split(" ").slice(11, 13).map(Number) as [number, number];
    return (user + system) * 10; // ticks of 1/100 s, whatever the kernel's own
  }

  /** Memory that it holds, in MB (10⁶ bytes); `private`: without what the files that it runs from share with others. */
  memory(): { residentMB: number; privateMB: number } {
    const text = readFileSync(`/proc/${this.#child.pid}/smaps_rollup`, "utf8");
    const sum = (name: string) =>
      [...text.matchAll(new RegExp(`^${name}:\\s+(\\d+) kB$`, "gm"))].reduce(
        (total, [, kibibytes]) => total + (Number(kibibytes) * 1024) / 1e6,
        0,
      );
    return { residentMB: sum("Rss"), privateMB: sum("Private_(?:Clean|Dirty)") };
  }

  /** Sum of a metric's values. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.#port}/metrics`)).text();
    const lines = text.split("\n").filter((line) => new RegExp(`^${name}(\\{| )`).test(line));
    return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  /** SIGTERM; resolves when it has ended. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) throw new Error(`the operator ended by itself:\n${this.log.join("")}`);
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
  }

  async #leads(): Promise<boolean> {
    try {
      const ready = await fetch(`http://127.0.0.1:${this.#port}/readyz`);
      return ready.ok && (await this.metric("leader_election_master_status")) === 1;
    } catch {
      return false;
    }
  }
}

function entryPointOptions(): string[] {
  const text = readFileSync(join(root, "images/operator/Dockerfile"), "utf8");
  const [, json] = /^ENTRYPOINT (\[.*\])$/m.exec(text) ?? [];
  if (!json) throw new Error("images/operator/Dockerfile has no ENTRYPOINT on one line");
  return (JSON.parse(json) as string[]).slice(1, -1);
}
