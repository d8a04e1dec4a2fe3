// The option --engine: one engine for every task, whatever the manifests say.
import { describe, expect, it } from "vitest";
import { loadProject } from "../../../operator/manifest/project.ts";
import { dedent, folderOf } from "../folder.ts";

const manifests = dedent`
  apiVersion: sparkflow.dev/v1alpha1
  kind: SparkEngine
  metadata: {name: small}
  spec: {local: {cores: 1}}
  ---
  apiVersion: sparkflow.dev/v1alpha1
  kind: SparkTask
  metadata: {name: alone}
  spec: {engine: gone, sql: {statements: SELECT 1}}
  ---
  apiVersion: sparkflow.dev/v1alpha1
  kind: SparkFlow
  metadata: {name: nightly}
  spec:
    taskDefaults: {engine: gone, image: a/b}
    tasks:
      - {name: own, engine: gone, sql: {statements: SELECT 1}}
      - {name: usual, sql: {statements: SELECT 1}}
`;
const load = (engine: string) => loadProject([folderOf({ "a.yaml": manifests })], { engine });

describe("another engine", () => {
  it("is every task's, and nothing else changes", () => {
    const { project, problems, documents } = load("small");
    expect(problems).toEqual([]);
    const [flow] = project.flows;
    expect(project.tasks[0]!.object.spec.engine).toBe("small");
    expect(flow!.object.spec.taskDefaults).toEqual({ engine: "small", image: "a/b" });
    expect(flow!.object.spec.tasks.map(({ engine }) => engine)).toEqual([undefined, undefined]);
    // What `submit` gives to a cluster is made of the documents.
    expect(documents[2]!.value).toMatchObject({ spec: { taskDefaults: { engine: "small" } } });
  });

  it("may be the built-in one, though no manifest names it", () => {
    expect(load("default").problems).toEqual([]);
  });

  it("that isn't there is refused once, with those that are", () => {
    expect(load("prod").problems).toEqual([
      {
        file: "--engine",
        path: [],
        severity: "error",
        message: 'there is no SparkEngine "prod" here; known are default, small',
      },
    ]);
  });

  it("leaves what isn't sound to the checks", () => {
    const folder = folderOf({
      "a.yaml": manifests.replace("taskDefaults: {engine: gone, image: a/b}", "taskDefaults: none"),
    });
    expect(loadProject([folder], { engine: "small" }).problems.map(({ message }) => message)).toContain(
      '"none" is not valid: expected a map',
    );
  });
});
