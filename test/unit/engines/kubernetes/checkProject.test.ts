// What no cluster would take is told before anything starts, at the line where it is written.
import { describe, expect, it } from "vitest";
import { pathText } from "../../../../operator/api/problems.ts";
import { policyProblems } from "../../../../operator/engines/kubernetes/checkProject.ts";
import { loadProject } from "../../../../operator/manifest/project.ts";
import { dedent, folderOf } from "../../folder.ts";

const said = (manifest: string) => {
  const { project, problems } = loadProject([folderOf({ "a.yaml": manifest })]);
  expect(problems).toEqual([]);
  return policyProblems(project).map(({ position, path }) => `${position?.line} ${pathText(path)}`);
};
const head = "apiVersion: sparkflow.dev/v1alpha1";

describe("what a template says that isn't allowed", () => {
  it("is told in the task", () => {
    expect(
      said(dedent`
        ${head}
        kind: SparkTask
        metadata: {name: a}
        spec:
          sql: {statements: SELECT 1}
          driver:
            podTemplate:
              spec:
                volumes:
                  - {name: ok, emptyDir: {}}
                  - name: bad
                    hostPath: {path: /}
          sparkConf:
            spark.kubernetes.executor.secrets.lake: /etc/lake
      `),
    ).toEqual([
      '14 spec.sparkConf["spark.kubernetes.executor.secrets.lake"]',
      "12 spec.driver.podTemplate.spec.volumes[1].hostPath",
    ]);
  });

  it("is told in the engine, once, however many tasks it serves", () => {
    expect(
      said(dedent`
        ${head}
        kind: SparkEngine
        metadata: {name: default}
        spec:
          kubernetes: {}
          executor: {podTemplate: {spec: {hostNetwork: true}}}
        ---
        ${head}
        kind: SparkTask
        metadata: {name: a}
        spec: {sql: {statements: SELECT 1}}
        ---
        ${head}
        kind: SparkTask
        metadata: {name: b}
        spec: {sql: {statements: SELECT 1}}
      `),
    ).toEqual(["6 spec.executor.podTemplate.spec.hostNetwork"]);
  });

  it("is told in a flow's task, or in its taskDefaults, once", () => {
    expect(
      said(dedent`
        ${head}
        kind: SparkFlow
        metadata: {name: f}
        spec:
          taskDefaults:
            sql: {statements: SELECT 1}
            driver: {podTemplate: {spec: {hostPID: true}}}
          tasks:
            - name: a
            - name: b
              driver: {podTemplate: {metadata: {finalizers: [a/b]}}}
      `),
    ).toEqual([
      "7 spec.taskDefaults.driver.podTemplate.spec.hostPID",
      "11 spec.tasks[1].driver.podTemplate.metadata.finalizers",
    ]);
  });

  it("only in what a task makes of its engine's template is told in the task", () => {
    expect(
      said(dedent`
        ${head}
        kind: SparkEngine
        metadata: {name: default}
        spec:
          kubernetes: {}
          driver: {podTemplate: {spec: {securityContext: {runAsUser: 1000}}}}
        ---
        ${head}
        kind: SparkTask
        metadata: {name: a}
        spec:
          sql: {statements: SELECT 1}
          driver: {podTemplate: {spec: {securityContext: {runAsUser: 0}}}}
      `),
    ).toEqual(["13 spec.driver.podTemplate.spec.securityContext.runAsUser"]);
  });
});

describe("a project", () => {
  it("that says nothing of pods has no such problems, templates of params or not", () => {
    expect(
      said(dedent`
        ${head}
        kind: SparkFlow
        metadata: {name: f}
        spec:
          params: {x: {type: string}}
          tasks:
            - {name: a, sql: {statements: SELECT 1}, sparkConf: {spark.a: $(params.x), spark.kubernetes.executor.request.cores: 500m}}
            - {name: b, sql: {statements: SELECT 1}, args: [$(tasks.a.values.n)], driver: {podTemplate: {spec: {nodeSelector: {a: b}}}}}
      `),
    ).toEqual([]);
  });
});
