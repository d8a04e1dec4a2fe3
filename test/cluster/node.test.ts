// The whole cluster on this machine: a restricted pod works in it, killed parts come back, and it goes without a trace.
// This suite ends the cluster, also one that was up before.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasPodGroups } from "./cgroups.ts";
import { attempt, until } from "./command.ts";
import { archiveOf, pauseImage, probeImage } from "./images.ts";
import { mountsBelow } from "./mounts.ts";
import { bridge, hasKubernetesRules } from "./network.ts";
import { cache } from "./paths.ts";
import { identityOf, runs } from "./processes.ts";
import { type Cluster, nodeComponents, startCluster } from "./up.ts";

const minutes = 60_000;
const namespace = "cluster-test";
let cluster: Cluster;
let sysctlsBefore: Record<string, string>;

const restricted = {
  pod: { runAsNonRoot: true, runAsUser: 185, fsGroup: 185, seccompProfile: { type: "RuntimeDefault" } },
  container: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
};
const pod = (
  name: string,
  image: string,
  args: string[],
  volumes: { name: string; mountPath: string; [source: string]: unknown }[] = [],
) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace },
  spec: {
    restartPolicy: "Never",
    securityContext: restricted.pod,
    containers: [
      {
        name: "main",
        image,
        args,
        securityContext: restricted.container,
        volumeMounts: volumes.map(({ name: volume, mountPath }) => ({ name: volume, mountPath })),
      },
    ],
    volumes: volumes.map(({ mountPath: _, ...volume }) => volume),
  },
});
const apply = (...items: object[]) =>
  cluster.kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
const wait = (name: string, what: string) =>
  cluster.kubectl(["wait", "-n", namespace, `pod/${name}`, `--for=${what}`, "--timeout=60s"]);
const field = (name: string, path: string) =>
  cluster.kubectl(["get", "-n", namespace, `pod/${name}`, "-o", `jsonpath={${path}}`]);

beforeAll(async () => {
  cluster = await startCluster({ log: console.error });
  sysctlsBefore = JSON.parse(readFileSync(join(cluster.dir, "sysctls.json"), "utf8"));
  await cluster.importImage(await archiveOf(cluster.bin, "probe"));
  await apply({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
  });
}, 25 * minutes);
afterAll(() => cluster?.stop(), minutes);

describe("the cluster", () => {
  it(
    "runs a restricted pod that reads a ConfigMap and finds the API server by its name",
    async () => {
      await apply(
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "words", namespace }, data: { "word.txt": "hello" } },
        {
          apiVersion: "rbac.authorization.k8s.io/v1",
          kind: "RoleBinding",
          metadata: { name: "viewer", namespace },
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
          subjects: [{ kind: "ServiceAccount", name: "default", namespace }],
        },
        pod(
          "reader",
          probeImage,
          ["/words/word.txt", `/api/v1/namespaces/${namespace}/configmaps/words`],
          [{ name: "words", mountPath: "/words", configMap: { name: "words" } }],
        ),
      );
      await wait("reader", "jsonpath={.status.phase}=Succeeded");
      const said = await cluster.kubectl(["logs", "-n", namespace, "reader"]);
      expect(said).toContain("uid: 185\nfile: hello\nstatus: 200\n");
      expect(said).toContain('"word.txt":"hello"');
    },
    2 * minutes,
  );

  it("refuses a pod that isn't restricted", async () => {
    const bad = pod("bad", pauseImage, []);
    await expect(apply({ ...bad, spec: { ...bad.spec, hostNetwork: true } })).rejects.toThrow("PodSecurity");
  });

  it(
    "gives pods volumes that are folders of this machine, writable for everyone",
    async () => {
      const { claim, path } = await cluster.testVolume(namespace, "shared");
      expect(statSync(path).mode & 0o777).toBe(0o777);
      const source = { name: "shared", mountPath: "/shared", persistentVolumeClaim: { claimName: claim } };
      await apply(pod("mounted", pauseImage, [], [source]));
      await wait("mounted", "condition=Ready");
      const claims = await cluster.kubectl(["get", "-n", namespace, `pvc/${claim}`, "-o", "jsonpath={.status.phase}"]);
      expect(claims).toBe("Bound");
    },
    2 * minutes,
  );

  it.each(nodeComponents)(
    "is whole again after %s was killed, and pods ran on",
    async (component) => {
      const before = await field("mounted", ".metadata.uid .status.containerStatuses[0].containerID");
      await cluster.kill(component);
      cluster = await startCluster();
      expect(cluster.pid(component)).toBeDefined();
      expect(await field("mounted", ".metadata.uid .status.containerStatuses[0].containerID")).toBe(before);
      await apply(pod(`after-${component}`, pauseImage, []));
      await wait(`after-${component}`, "condition=Ready");
    },
    2 * minutes,
  );

  it(
    "leaves nothing behind, even if its end finds containerd and the API server killed",
    async () => {
      const identities = nodeComponents.map((component) => identityOf(cluster.pid(component)!));
      await cluster.kill("kube-apiserver");
      await cluster.kill("containerd");
      await cluster.stop();
      expect(identities.filter(runs)).toEqual([]);
      await until("the end of the shims", async () => (await attempt("pgrep", ["-f", cluster.dir])).code === 1);
      expect(hasPodGroups()).toBe(false);
      expect(mountsBelow(cache)).toEqual([]);
      expect(existsSync(cluster.dir)).toBe(false);
      expect(await hasKubernetesRules()).toBe(false);
      for (const program of ["iptables-save", "ip6tables-save"])
        expect((await attempt(program, [])).stdout).not.toMatch(/KUBE-|sparkflow|CNI-/i);
      expect((await attempt("ip", ["link", "show", bridge])).code).not.toBe(0);
      for (const [name, value] of Object.entries(sysctlsBefore))
        expect(`${name} ${readFileSync(`/proc/sys/${name}`, "utf8").trim()}`).toBe(`${name} ${value}`);
    },
    minutes,
  );
});
