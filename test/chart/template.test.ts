// What the chart makes: nothing more than the operator and its drivers need.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { chart, helm, type KubeManifest, ofKind, render, root, template } from "./helm.ts";

const usual = render();
const namespaced = render({ watchNamespaces: ["day", "night"] });
const names = (manifests: KubeManifest[]) =>
  manifests.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`);
const isHook = ({ metadata }: KubeManifest) => metadata.annotations?.["helm.sh/hook"] === "post-delete";

describe("values", () => {
  it("that nobody knows are refused by name, at any depth", () => {
    for (const values of [
      { replica: 2 },
      { crds: { keeep: true } },
      { defaultEngine: { storage: { claim: { sise: "1Gi" } } } },
    ]) {
      const { code, stderr } = template(values);
      expect(code).toBe(1);
      expect(stderr).toMatch(/additional properties '(replica|keeep|sise)' not allowed/);
    }
  });

  it("as they stand in values.yaml pass helm lint", () => {
    const { stdout, code } = helm(["lint", chart, "--strict"]);
    expect(`${code} ${stdout}`).toContain("0 chart(s) failed");
    expect(code).toBe(0);
  });
});

it("chart, program and image have one version", () => {
  const { version, appVersion } = parse(readFileSync(join(chart, "Chart.yaml"), "utf8")) as Record<string, string>;
  const own = (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }).version;
  expect([version, appVersion]).toEqual([own, own]);
  expect(ofKind(usual, "Deployment")[0]?.spec.template.spec.containers[0].image).toBe(`sparkflow/operator:${own}`);
});

describe("CustomResourceDefinitions", () => {
  const folder = join(root, "crds");

  it("are those of crds/, and stay when the release goes", () => {
    const made = ofKind(usual, "CustomResourceDefinition");
    expect(made).toHaveLength(readdirSync(folder).length);
    for (const { metadata, ...rest } of made) {
      const { metadata: own, ...whole } = parse(
        readFileSync(join(folder, `${metadata.name.split(".")[0]}.yaml`), "utf8"),
      ) as KubeManifest;
      expect(rest).toEqual(whole);
      expect(metadata.name).toBe(own.name);
      expect(metadata.annotations).toEqual({ "helm.sh/resource-policy": "keep" });
    }
  });

  it("go with the release, or are left to others, where the values say so", () => {
    const going = ofKind(render({ crds: { keep: false } }), "CustomResourceDefinition");
    expect(going.map(({ metadata }) => metadata.annotations)).toEqual([undefined, undefined, undefined, undefined]);
    expect(ofKind(render({ crds: { enabled: false } }), "CustomResourceDefinition")).toEqual([]);
  });
});

describe("rights", () => {
  const all = [
    usual,
    namespaced,
    render({ driver: { rbac: { configMaps: true, persistentVolumeClaims: true } } }),
  ].flat();
  const rules = all.flatMap((one) => one.rules ?? []) as {
    apiGroups: string[];
    resources: string[];
    verbs: string[];
  }[];

  it("name what they are for: no wildcard, no Secret, no Service, no role, no other kind of workload", () => {
    expect(rules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs])).not.toContain(
      "*",
    );
    expect(
      [
        ...new Set(rules.flatMap(({ apiGroups, resources }) => resources.map((one) => [apiGroups[0], one].join("/")))),
      ].sort(),
    ).toEqual([
      "/configmaps",
      "/persistentvolumeclaims",
      "/pods",
      "apps/controllerrevisions",
      "coordination.k8s.io/leases",
      "events.k8s.io/events",
      "sparkflow.dev/sparkengines",
      "sparkflow.dev/sparkflowruns",
      "sparkflow.dev/sparkflowruns/status",
      "sparkflow.dev/sparkflows",
      "sparkflow.dev/sparkflows/status",
      "sparkflow.dev/sparktasks",
      "sparkflow.dev/sparktasks/status",
    ]);
  });

  it("of the operator are a ClusterRole where it watches all namespaces", () => {
    expect(names(ofKind(usual, "ClusterRole").filter((one) => !isHook(one)))).toEqual(["/spark-sparkflow-operator"]);
  });

  it("of the operator are a Role in each namespace that it watches, and nothing cluster-wide", () => {
    expect(namespaced.filter(({ kind }) => kind.startsWith("Cluster"))).toEqual([]);
    const roles = names(ofKind(namespaced, "Role").filter((one) => !isHook(one)));
    expect(roles.sort()).toEqual([
      "day/sparkflow-driver",
      "day/sparkflow-operator",
      "night/sparkflow-driver",
      "night/sparkflow-operator",
      "spark/sparkflow-lease",
    ]);
    for (const { roleRef, subjects, metadata } of ofKind(namespaced, "RoleBinding")) {
      expect(metadata.name).toBe(roleRef.name);
      expect(subjects[0].namespace).toBe(subjects[0].name === "sparkflow-driver" ? metadata.namespace : "spark");
    }
  });

  it("of drivers are for pods alone, and more only where the values say so", () => {
    const driver = (manifests: KubeManifest[]) =>
      ofKind(manifests, "Role").find(({ metadata }) => metadata.name === "sparkflow-driver")!;
    const resources = (manifests: KubeManifest[]) => driver(manifests).rules!.flatMap((rule) => rule.resources);
    expect(resources(usual)).toEqual(["pods"]);
    expect(resources(render({ driver: { rbac: { configMaps: true } } }))).toEqual(["pods", "configmaps"]);
  });

  it("come with no token where nobody needs one", () => {
    for (const { automountServiceAccountToken } of ofKind(namespaced, "ServiceAccount"))
      expect(automountServiceAccountToken).toBe(false);
  });
});

describe("pods", () => {
  const pods = [
    usual,
    render({
      imagePullSecrets: [{ name: "r" }],
      nodeSelector: { a: "b" },
      tolerations: [{ operator: "Exists" }],
      affinity: { nodeAffinity: {} },
      priorityClassName: "p",
    }),
  ]
    .flat()
    .filter(({ kind }) => kind === "Deployment" || kind === "Job")
    .map(({ spec }) => spec.template.spec);

  it("pass Pod Security restricted, with a root that can't be written and nothing of the host", () => {
    expect(pods).toHaveLength(4);
    for (const pod of pods) {
      expect(pod.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
      expect([pod.hostNetwork, pod.hostPID, pod.hostIPC, pod.volumes]).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
      for (const { securityContext } of pod.containers)
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
    }
  });

  it("run where the values say", () => {
    expect(pods[2]).toMatchObject({
      imagePullSecrets: [{ name: "r" }],
      nodeSelector: { a: "b" },
      tolerations: [{ operator: "Exists" }],
      priorityClassName: "p",
    });
  });

  it("get the operator's options", () => {
    const args = (manifests: KubeManifest[]) =>
      ofKind(manifests, "Deployment")[0]!.spec.template.spec.containers[0].args;
    expect(args(usual)).toEqual(["--namespace=spark", "--health-port=8080", "--log-level=info"]);
    expect(
      args(render({ watchNamespaces: ["day", "night"], driver: { image: "r/spark:1" }, logLevel: "debug" })),
    ).toEqual([
      "--namespace=spark",
      "--watch-namespaces=day,night",
      "--health-port=8080",
      "--log-level=debug",
      "--driver-image=r/spark:1",
    ]);
  });
});

describe("the default engine", () => {
  const engines = (values: object) => ofKind(render({ defaultEngine: values }), "SparkEngine").map(({ spec }) => spec);

  it("is local[4], in each namespace that drivers run in", () => {
    expect(names(ofKind(namespaced, "SparkEngine"))).toEqual(["day/default", "night/default"]);
    expect(engines({})).toEqual([{ local: { cores: 4 } }]);
    expect(engines({ enabled: false })).toEqual([]);
  });

  it("stores what tasks write at a URI, or on a claim that may be made with it", () => {
    expect(engines({ storage: { uri: "s3a://lake/flows" } })[0].storage).toEqual({ uri: "s3a://lake/flows" });
    expect(engines({ storage: { claim: { name: "lake" } } })[0].storage).toEqual({ claim: "lake" });
    const claim = { create: true, size: "1Ti", storageClass: "fast", accessModes: ["ReadWriteMany"] };
    const made = render({ defaultEngine: { storage: { claim } } });
    expect(ofKind(made, "SparkEngine")[0]?.spec.storage).toEqual({ claim: "sparkflow-storage" });
    expect(ofKind(made, "PersistentVolumeClaim")[0]).toMatchObject({
      metadata: { name: "sparkflow-storage", namespace: "spark", annotations: { "helm.sh/resource-policy": "keep" } },
      spec: { accessModes: ["ReadWriteMany"], storageClassName: "fast", resources: { requests: { storage: "1Ti" } } },
    });
  });

  it("has one place to store at", () => {
    expect(() => engines({ storage: { uri: "s3a://x", claim: { name: "y" } } })).toThrow("set uri or claim, not both");
    expect(() => engines({ storage: { uri: "s3a://x" }, spec: { storage: { uri: "y" } } })).toThrow(
      "set spec.storage or storage, not both",
    );
  });
});

it("what removes finalizers on uninstall comes after the operator has gone, and goes itself", () => {
  const hooks = usual.filter(isHook);
  expect(hooks.map(({ kind }) => kind).sort()).toEqual([
    "ClusterRole",
    "ClusterRoleBinding",
    "Job",
    "Role",
    "RoleBinding",
    "ServiceAccount",
  ]);
  for (const { metadata } of hooks)
    expect(metadata.annotations["helm.sh/hook-delete-policy"]).toBe("before-hook-creation,hook-succeeded");
  expect(render({ uninstall: { releasePods: false } }).filter(isHook)).toEqual([]);
});
