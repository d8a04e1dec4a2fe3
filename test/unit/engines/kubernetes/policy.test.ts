// The allow-list: what pod templates and spark.kubernetes.* keys may say. The corpus is that of the reference's bad inputs.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PodTemplate } from "../../../../operator/api/common.ts";
import { pathText } from "../../../../operator/api/problems.ts";
import { attemptObjects } from "../../../../operator/engines/kubernetes/attemptObjects.ts";
import { checkPolicy } from "../../../../operator/engines/kubernetes/check.ts";
import { resolveTask } from "../../../../operator/task/resolve.ts";
import { sparkEngine, sparkTask } from "../../builders.ts";
import { allowedConf, allowedTemplates, refusedConf, refusedInDriver, refusedInExecutor } from "./corpus.ts";
import { identityOf } from "./pods.ts";

type Role = "driver" | "executor";
const kubernetes = sparkEngine({ kubernetes: {} });
const withTemplate = (role: Role, podTemplate: PodTemplate) => sparkTask({ [role]: { podTemplate } });
const said = (role: Role, template: PodTemplate, allow: string[] = []) =>
  checkPolicy(resolveTask(withTemplate(role, template), kubernetes), { allow }).map(
    ({ path, message }) => `${pathText(path)}: ${message}`,
  );
const conf = (sparkConf: Record<string, string>, allow: string[] = []) =>
  checkPolicy(resolveTask(sparkTask({ sparkConf }), kubernetes), { allow }).map(
    ({ path, message }) => `${pathText(path)}: ${message}`,
  );

describe("a driver's template can't say", () => {
  it.each(refusedInDriver)("%s", (_, template, place, why) => {
    const problems = said("driver", template);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`driver.podTemplate.${place}: `);
    expect(problems[0]).toMatch(why);
  });
});

describe("an executor's template can't say", () => {
  it.each(refusedInExecutor)("%s", (_, template, place, why) => {
    const problems = said("executor", template);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`executor.podTemplate.${place}: `);
    expect(problems[0]).toMatch(why);
  });
});

describe("a template may say", () => {
  it.each(allowedTemplates)("%s", (_, template) => {
    expect(said("driver", template("spark-kubernetes-driver"))).toEqual([]);
    expect(said("executor", template("spark-kubernetes-executor"))).toEqual([]);
  });

  it("what its pod has anyway", () => {
    const template = { spec: { restartPolicy: "Never", automountServiceAccountToken: true, hostNetwork: false } };
    expect(said("driver", template)).toEqual([]);
  });
});

describe("spark.kubernetes.* keys", () => {
  it.each(refusedConf)("can't be %s", (key, value, why) => {
    const problems = conf({ [key]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`sparkConf[${JSON.stringify(key)}]: `);
    expect(problems[0]).toMatch(why);
  });

  it.each(allowedConf)("may be %s", (key, value) => {
    expect(conf({ [key]: value })).toEqual([]);
  });

  it("are closed by default: one that nobody knows is refused", () => {
    expect(conf({ "spark.kubernetes.brandNew": "1" })[0]).toMatch(/isn't allowed/);
  });

  it("that secretConf and the operator set themselves aren't asked about", () => {
    const secret = { name: "lake", key: "k" };
    const task = sparkTask({
      secretConf: [
        { key: "spark.hadoop.a", secret },
        { key: "spark.executorEnv.B", secret },
      ],
    });
    expect(checkPolicy(resolveTask(task, kubernetes))).toEqual([]);
  });
});

describe("the operator's settings", () => {
  const template = { spec: { hostNetwork: true, volumes: [{ name: "host", hostPath: { path: "/data" } }] } };

  it("widen the list by name, and only there", () => {
    expect(said("driver", template)).toHaveLength(2);
    expect(said("driver", template, ["spec.volumes.hostPath"])).toEqual([
      expect.stringContaining("driver.podTemplate.spec.hostNetwork: "),
    ]);
    expect(said("driver", template, ["spec.volumes.hostPath", "spec.hostNetwork"])).toEqual([]);
    expect(
      conf({ "spark.kubernetes.executor.pod.featureSteps": "a.B" }, ["spark.kubernetes.executor.pod.featureSteps"]),
    ).toEqual([]);
  });

  it("never to what the operator itself needs: names, finalizers, owners, arguments", () => {
    const owned = {
      metadata: { finalizers: ["a/b"], name: "x" },
      spec: { restartPolicy: "Always", containers: [{ name: "spark-kubernetes-driver", args: ["x"] }] },
    };
    expect(said("driver", owned, ["spec", "metadata"])).toHaveLength(4);
  });
});

describe("the list is asked", () => {
  it("after merging: a task can't undo what its engine's template says, nor both together what one couldn't", () => {
    const engine = sparkEngine({
      kubernetes: {},
      driver: { podTemplate: { spec: { securityContext: { runAsUser: 1000 } } } },
    });
    const task = withTemplate("driver", { spec: { securityContext: { runAsUser: 0 } } });
    expect(checkPolicy(resolveTask(task, engine))).toMatchObject([
      { path: ["driver", "podTemplate", "spec", "securityContext", "runAsUser"] },
    ]);
    expect(checkPolicy(resolveTask(sparkTask(), engine))).toEqual([]);
  });

  it("of an engine on one pod too, whose manifests may move to another", () => {
    const template = { spec: { hostPID: true } };
    const task = sparkTask({ driver: { podTemplate: template }, executor: { podTemplate: template } });
    expect(checkPolicy(resolveTask(task, sparkEngine({ local: {} })))).toHaveLength(2);
  });

  it("again when objects are made: nobody gets past it", () => {
    const task = withTemplate("driver", { spec: { hostIPC: true } });
    expect(attemptObjects(resolveTask(task, kubernetes), identityOf(task))).toMatchObject({
      problems: [{ path: ["driver", "podTemplate", "spec", "hostIPC"] }],
    });
  });

  it("in the template's own places: lists of the pod hold the operator's items too", () => {
    const template = {
      spec: {
        volumes: [
          { name: "ok", emptyDir: {} },
          { name: "bad", hostPath: { path: "/" } },
        ],
      },
    };
    expect(said("driver", template)[0]).toContain("driver.podTemplate.spec.volumes[1].hostPath: ");
  });
});

describe("whatever a template says", () => {
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.string(),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          "name",
          "containers",
          "volumes",
          "env",
          "securityContext",
          "hostPath",
          "__proto__",
          "constructor",
          "mountPath",
        ),
        tie("value"),
        { maxKeys: 4 },
      ),
    ),
  })).value;

  it("the answer is pods or problems, never an exception, and pods keep Spark's container and the finalizer", () => {
    fc.assert(
      fc.property(json, json, (metadata, spec) => {
        const task = withTemplate("driver", { metadata, spec } as PodTemplate);
        const made = attemptObjects(resolveTask(task, kubernetes), identityOf(task));
        if ("problems" in made) return;
        const pod = made.driverPod as {
          metadata: { finalizers: string[] };
          spec: { containers: { args: string[] }[] };
        };
        expect(pod.metadata.finalizers).toEqual(["sparkflow.dev/tracking"]);
        expect(pod.spec.containers[0]!.args).toEqual(["driver"]);
      }),
      { numRuns: 500 },
    );
  });
});
