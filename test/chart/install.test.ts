// Installing, upgrading and uninstalling on a real API server (without a node, so without the hook's Job).
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type LightCluster, startLight } from "../cluster/light.ts";
import { chart, helm, onceMore } from "./helm.ts";

let cluster: LightCluster;
// Helm keeps what it knows of an API server below the home folder.
const home = mkdtempSync(join(tmpdir(), "sparkflow-chart-"));

beforeAll(async () => {
  cluster = await startLight();
  for (const name of ["spark", "night"]) await cluster.kubectl(["create", "namespace", name]);
  await cluster.kubectl(["label", "namespace", "spark", "night", "pod-security.kubernetes.io/enforce=restricted"]);
}, 600_000);
afterAll(async () => {
  await cluster?.stop();
  rmSync(home, { recursive: true, force: true });
});

function run(...args: string[]): string {
  const all = [...args, "--kubeconfig", cluster.kubeconfig, "--namespace", "spark"];
  const { code, stdout, stderr } = helm(all, { home });
  if (code === 0) return stdout;
  const again = onceMore(args, stderr);
  if (!again) throw new Error(stderr);
  return run(...again);
}
const engine = async () =>
  JSON.parse(await cluster.kubectl(["-n", "spark", "get", "sparkengine", "default", "-o", "jsonpath={.spec}"]));

it("installs from nothing, the engine among it, though the kinds come with it", async () => {
  const said = run("install", "sparkflow", chart);
  expect(said).toContain("The engine `default` has no storage");
  expect(await engine()).toEqual({ local: { cores: 4 } });
});

it("changes the engine with the values, at the first upgrade and at later ones", async () => {
  run("upgrade", "sparkflow", chart, "--set", "defaultEngine.storage.uri=s3a://lake/a");
  expect(await engine()).toEqual({ local: { cores: 4 }, storage: { uri: "s3a://lake/a" } });
  run("upgrade", "sparkflow", chart, "--set", "defaultEngine.storage.uri=s3a://lake/a", "--set", "replicas=2");
  run("upgrade", "sparkflow", chart, "--set", "defaultEngine.storage.uri=s3a://lake/b");
  expect(await engine()).toEqual({ local: { cores: 4 }, storage: { uri: "s3a://lake/b" } });
});

it("leaves nothing but the kinds, and what they keep, on uninstall; and installs again", async () => {
  await cluster.kubectl(["-n", "spark", "delete", "sparkengine", "default"]);
  run("uninstall", "sparkflow", "--no-hooks");
  run("install", "sparkflow", chart, "--set", "watchNamespaces={night}");
  run("uninstall", "sparkflow", "--no-hooks");
  const left = await cluster.kubectl([
    ...["get", "deployments,services,serviceaccounts,roles,rolebindings,sparkengines,jobs,persistentvolumeclaims"],
    ...["--all-namespaces", "-l", "app.kubernetes.io/instance=sparkflow", "-o", "name"],
  ]);
  expect(left).toBe("");
  const clusterWide = await cluster.kubectl([
    "get",
    "clusterroles,clusterrolebindings",
    "-l",
    "app.kubernetes.io/instance=sparkflow",
    "-o",
    "name",
  ]);
  expect(clusterWide).toBe("");
  expect((await cluster.kubectl(["get", "crds", "-o", "name"])).trim().split("\n")).toHaveLength(4);
});
