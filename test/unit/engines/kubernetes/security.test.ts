// Every pod passes Pod Security restricted with no template given, and no secret's value is in any object.
import { describe, expect, it } from "vitest";
import type { TaskSpec } from "../../../../operator/api/task.ts";
import { sparkEngine, sparkTask } from "../../builders.ts";
import { goldenKubernetesTask } from "../../golden.ts";
import { objectsOf, type Pod } from "./pods.ts";

const ref = { name: "lake", key: "secret" };
const specs: [string, TaskSpec][] = [
  ["a Python script", { python: { script: "print(1)" } }],
  [
    "a ConfigMap's program with data and conf files",
    {
      python: { configMap: { name: "code", key: "a.py" } },
      inputs: [{ name: "i", configMap: { name: "code", key: "d.txt" } }],
      confFiles: { name: "code" },
    },
  ],
  [
    "a jar with secrets",
    {
      jar: { file: "local:///a.jar" },
      secretConf: [
        { key: "spark.hadoop.x", secret: ref },
        { key: "spark.y.token", secret: ref },
      ],
    },
  ],
  ["SQL with variables", { sql: { statements: "SELECT 1" }, env: [{ name: "A", valueFrom: { secretKeyRef: ref } }] }],
];
const pods = specs.flatMap(([name, spec]) =>
  (["kubernetes", "local"] as const).flatMap((kind) => {
    const { driver, executor } = objectsOf(sparkTask(spec), sparkEngine({ [kind]: {} }));
    const both: [string, Pod][] = [[`driver of ${name} on ${kind}`, driver]];
    return kind === "local" ? both : [...both, [`executor of ${name}`, executor] as [string, Pod]];
  }),
);

/** Volume types that the restricted profile allows. */
const allowedVolumes = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

describe.each(pods)("the %s", (_, { spec }) => {
  it("runs as nobody's root, with the runtime's system calls alone", () => {
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(Number(spec.securityContext.runAsUser)).toBeGreaterThan(0);
  });

  it("gives no container further privileges or capabilities", () => {
    for (const { securityContext } of spec.containers) {
      expect(securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } });
    }
  });

  it("shares nothing of the host", () => {
    for (const field of ["hostNetwork", "hostPID", "hostIPC", "hostUsers"]) expect(spec[field]).toBeUndefined();
    for (const container of spec.containers)
      expect(JSON.stringify(container)).not.toMatch(/hostPort|procMount|privileged/);
  });

  it("mounts only volumes that the profile allows, each of which it has once", () => {
    for (const { name: _, ...source } of spec.volumes) expect(allowedVolumes).toContain(Object.keys(source)[0]);
    const names = spec.volumes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { volumeMounts } of spec.containers) {
      expect(volumeMounts.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([]);
      expect(new Set(volumeMounts.map(({ mountPath }) => mountPath)).size).toBe(volumeMounts.length);
    }
  });
});

describe("the token that makes pods", () => {
  it("is only in a driver that makes executors", () => {
    expect(objectsOf(sparkTask(), sparkEngine({ kubernetes: {} })).driver.spec.automountServiceAccountToken).toBe(true);
    expect(objectsOf(sparkTask(), sparkEngine({ local: {} })).driver.spec.automountServiceAccountToken).toBe(false);
    expect(objectsOf(sparkTask(), sparkEngine({ kubernetes: {} })).executor.spec.automountServiceAccountToken).toBe(
      false,
    );
  });
});

describe("secrets", () => {
  const { driver, executor, map } = objectsOf(...goldenKubernetesTask);
  const env = (pod: Pod) => pod.spec.containers[0]!.env;

  it("are references in the driver's variables, never values", () => {
    const secret = env(driver).filter(({ name }) => name.startsWith("SF_SECRET_") || name === "API_TOKEN");
    expect(secret).toHaveLength(4);
    for (const { value, valueFrom } of secret) {
      expect(value).toBeUndefined();
      expect(valueFrom).toHaveProperty("secretKeyRef");
    }
  });

  it("stand in the file as placeholders, or by name for the entry point", () => {
    const conf = map.data["spark-defaults.conf"]!;
    expect(conf).toContain("spark.hadoop.fs.s3a.secret.key=${env.SF_SECRET_3}");
    expect(conf).not.toMatch(/^spark\.sql\.catalog\.lake\.token=/m);
    expect(JSON.parse(map.data["attempt.json"]!)).toMatchObject({
      conf: { secret: { "spark.sql.catalog.lake.token": "SF_SECRET_1" } },
    });
  });

  it("of the driver alone don't go to executors: Spark gives them theirs", () => {
    expect(env(executor).map(({ name }) => name)).toEqual(["API_TOKEN"]);
  });
});
