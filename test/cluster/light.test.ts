// Light clusters: up in seconds, side by side, through every fault that tests put them to, and gone without a trace.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditEvents, countCalls } from "./audit.ts";
import { binaries } from "./build.ts";
import { until } from "./command.ts";
import { type Component, type LightCluster, startLight, stopLight } from "./light.ts";
import { here } from "./paths.ts";
import { identityOf, runs } from "./processes.ts";

const components: Component[] = ["etcd", "kube-apiserver", "kube-controller-manager"];
const minutes = 60_000;

beforeAll(() => binaries(console.error, ["kube"]), 20 * minutes);

describe("a light cluster", () => {
  let cluster: LightCluster;
  beforeAll(async () => {
    cluster = await startLight();
  }, minutes);
  afterAll(() => cluster.stop());

  it("is a Kubernetes of the pinned version whose controllers work", async () => {
    expect(JSON.parse(await cluster.kubectl(["version", "-o", "json"])).serverVersion.gitVersion).toMatch(/^v1\.35\./);
    await cluster.kubectl(["create", "namespace", "work"]);
    await until("the service account", () =>
      cluster.kubectl(["get", "-n", "work", "serviceaccount/default"]).then(
        () => true,
        () => false,
      ),
    );
  });

  it("counts its calls in the audit log", async () => {
    const before = auditEvents(cluster.auditLog).length;
    await cluster.kubectl(["create", "configmap", "counted", "--from-literal=a=1"]);
    const mine = countCalls(auditEvents(cluster.auditLog).slice(before), ({ user }) => user.username === "admin");
    expect(mine.get("create configmaps")).toBe(1);
  });

  it(
    "runs beside another one that knows nothing of it",
    async () => {
      const other = await startLight();
      try {
        await cluster.kubectl(["create", "configmap", "mine"]);
        await expect(other.kubectl(["get", "configmap", "mine"])).rejects.toThrow("not found");
      } finally {
        await other.stop();
      }
    },
    minutes,
  );

  it("hangs while its API server is paused, and answers again after", async () => {
    cluster.pause("kube-apiserver");
    try {
      await expect(cluster.kubectl(["get", "--raw=/readyz", "--request-timeout=1s"])).rejects.toThrow();
    } finally {
      cluster.cont("kube-apiserver");
    }
    expect(await cluster.kubectl(["get", "--raw=/readyz"])).toBe("ok");
  });

  it.each(components)(
    "keeps its objects and its address when %s is killed and started again",
    async (component) => {
      await cluster.kubectl(["create", "configmap", `kept-${component}`]);
      const pid = cluster.pid(component);
      await cluster.kill(component);
      expect(cluster.pid(component)).toBeUndefined();
      await cluster.restart(component);
      expect(cluster.pid(component)).not.toBe(pid);
      await cluster.kubectl(["get", "configmap", `kept-${component}`]);
    },
    minutes,
  );

  it("leaves no process and no folder behind", async () => {
    const identities = components.map((component) => identityOf(cluster.pid(component)!));
    await cluster.stop();
    expect(identities.filter(runs)).toEqual([]);
    expect(existsSync(cluster.dir)).toBe(false);
  });
});

it(
  "a light cluster in a folder of one's own goes on with what it held after everything was killed",
  async () => {
    const dir = mkdtempSync(join(tmpdir(), "sparkflow-light-test-"));
    try {
      const first = await startLight({ dir });
      await first.kubectl(["create", "configmap", "kept"]);
      await stopLight(dir);
      const second = await startLight({ dir });
      await second.kubectl(["get", "configmap", "kept"]);
      await second.stop();
    } finally {
      await stopLight(dir);
      rmSync(dir, { recursive: true, force: true });
    }
  },
  2 * minutes,
);

it(
  "a light cluster ends with the process that started it, also if that is killed",
  async () => {
    const dir = mkdtempSync(join(tmpdir(), "sparkflow-light-test-"));
    const program = `
    const { startLight } = await import(${JSON.stringify(join(here, "light.ts"))});
    const { pid } = await startLight({ dir: ${JSON.stringify(dir)} });
    console.log(JSON.stringify(${JSON.stringify(components)}.map(pid)));
    setInterval(() => {}, 1000);`;
    const starter = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const pids = JSON.parse(
        await new Promise<string>((resolve) => starter.stdout.once("data", (text) => resolve(String(text)))),
      );
      const identities = (pids as number[]).map(identityOf);
      expect(identities.filter(runs)).toHaveLength(components.length);
      starter.kill("SIGKILL");
      await until("the end of the cluster", () => !identities.some(runs), { timeoutMs: 10_000 });
    } finally {
      starter.kill("SIGKILL");
      await stopLight(dir);
      rmSync(dir, { recursive: true, force: true });
    }
  },
  minutes,
);
