// A project: the checked objects of manifests, and what they say of each other.
import { describe, expect, it } from "vitest";
import { pathText } from "../../../operator/api/problems.ts";
import { engineOf, loadProject } from "../../../operator/manifest/project.ts";
import { dedent, folderOf } from "../folder.ts";

const head = "apiVersion: sparkflow.dev/v1alpha1\n";
const task = (name: string, more = "") =>
  `${head}kind: SparkTask\nmetadata: {name: ${name}}\nspec: {python: {file: a.py}${more}}\n`;
const engine = (name: string) => `${head}kind: SparkEngine\nmetadata: {name: ${name}}\nspec: {local: {}}\n`;
const load = (...documents: string[]) => loadProject([folderOf({ "a.yaml": documents.join("---\n") })]);
const said = (...documents: string[]) =>
  load(...documents).problems.map(
    ({ position, path, message }) =>
      `${position ? `${position.line}:${position.column} ` : ""}${pathText(path)}: ${message}`,
  );

describe("a project", () => {
  it("has objects by kind, ConfigMaps and Secrets by name and key", () => {
    const { project, problems } = load(
      task("a"),
      engine("prod"),
      `${head}kind: SparkFlow\nmetadata: {name: f}\nspec: {tasks: [{name: t, sql: {statements: SELECT 1}}]}\n`,
      `${head}kind: SparkFlowRun\nmetadata: {name: r}\nspec: {flow: f}\n`,
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: code}\ndata: {a.py: print(1)}\nbinaryData: {b: aGk=}\n",
      "apiVersion: v1\nkind: Secret\nmetadata: {name: lake}\ndata: {a: c2VjcmV0}\nstringData: {b: plain}\n",
    );
    expect(problems).toEqual([]);
    expect([project.tasks.length, project.flows.length, project.runs.length, project.engines.size]).toEqual([
      1, 1, 1, 1,
    ]);
    const texts = (map: Map<string, Map<string, Buffer>>, name: string) =>
      Object.fromEntries([...map.get(name)!].map(([key, content]) => [key, content.toString()]));
    expect(texts(project.configMaps, "code")).toEqual({ b: "hi", "a.py": "print(1)" });
    expect(texts(project.secrets, "lake")).toEqual({ a: "secret", b: "plain" });
  });

  it("takes the engine that a task names, else the one named default, else the built-in one", () => {
    const { project } = load(task("a"), engine("prod"), engine("default"));
    expect(engineOf(project, "prod")?.metadata.name).toBe("prod");
    expect(engineOf(project, undefined)?.metadata.name).toBe("default");
    expect(engineOf(load(task("a")).project, undefined)).toBeUndefined();
  });

  it("leaves other kinds alone", () => {
    expect(said(task("a"), "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {zzz: 1}\n")).toEqual([]);
  });
});

describe("a document", () => {
  it.each<[string, string, string]>([
    ["that is no map", "- a\n", '1:1 : this is not a Kubernetes object but ["a"]'],
    ["that is text", "hello\n", '1:1 : this is not a Kubernetes object but "hello"'],
    ["without a kind", "metadata: {name: a}\n", "1:1 kind: a Kubernetes object needs a kind, such as SparkFlow"],
    [
      "of a misspelt kind",
      `${head}kind: SparkTsak\nmetadata: {name: a}\n`,
      '2:1 kind: unknown kind "SparkTsak"; did you mean "SparkTask"?',
    ],
    [
      "of a misspelt kind and no apiVersion",
      "kind: Sparkflow\nmetadata: {name: a}\n",
      '1:1 kind: unknown kind "Sparkflow"; did you mean "SparkFlow"?',
    ],
    [
      "of another version",
      "apiVersion: sparkflow.dev/v1\nkind: SparkTask\nmetadata: {name: a}\n",
      '1:1 apiVersion: "sparkflow.dev/v1" is not valid: expected sparkflow.dev/v1alpha1',
    ],
    [
      "without an apiVersion",
      "kind: SparkTask\nmetadata: {name: a}\n",
      "1:1 apiVersion: nothing is not valid: expected sparkflow.dev/v1alpha1",
    ],
    ["without a spec", `${head}kind: SparkTask\nmetadata: {name: a}\n`, "1:1 spec: this field is required"],
    [
      "without a name",
      `${head}kind: SparkTask\nspec: {sql: {statements: x}}\n`,
      "1:1 metadata: this field is required",
    ],
    ["ConfigMap without a name", "kind: ConfigMap\ndata: {}\n", "1:1 metadata.name: a ConfigMap needs a name"],
  ])("%s is refused", (_, document, sentence) => {
    expect(said(document)).toContain(sentence);
  });

  it("with a field of a later version says so beside its other mistakes", () => {
    expect(said(task("a", ", reuse: {a: x}, imaeg: x"))).toEqual([
      '4:30 spec.reuse: "reuse" is not available yet in this version',
      '4:45 spec.imaeg: unknown field "imaeg"; did you mean "image"?',
    ]);
  });
});

describe("objects", () => {
  it.each<[string, string[], string]>([
    ["of one kind and name", [task("a"), task("a")], '8:12 metadata.name: there are two SparkTasks named "a"'],
    [
      "that name an engine that isn't there",
      [task("a", ", engine: prdo"), engine("prod")],
      '4:30 spec.engine: there is no SparkEngine "prdo" here; did you mean "prod"?',
    ],
    [
      "that take another task's output outside a flow",
      [task("a", ", inputs: [{name: i, from: b.c}]")],
      "4:49 spec.inputs[0].from: only a task of a flow can take another task's output; give uri or configMap",
    ],
    [
      "that run a flow that isn't there",
      [task("a"), `${head}kind: SparkFlowRun\nmetadata: {name: r}\nspec: {flow: nigthly}\n`],
      '9:8 spec.flow: there is no SparkFlow "nigthly" here',
    ],
  ])("%s are refused", (_, documents, sentence) => {
    expect(said(...documents)).toEqual([sentence]);
  });

  it("of one name in two namespaces are two", () => {
    expect(said(task("a"), task("a").replace("{name: a}", "{name: a, namespace: b}"))).toEqual([]);
  });

  it("that aren't there at all are missed", () => {
    expect(load(engine("prod")).problems.map(({ message }) => message)).toEqual([
      "there is no SparkTask and no SparkFlow here",
    ]);
  });

  it("of a flow are found by line and column, wherever the mistake is", () => {
    const flow = dedent`
      apiVersion: sparkflow.dev/v1alpha1
      kind: SparkFlow
      metadata: {name: f}
      spec:
        taskDefaults:
          engine: prod
          args: [$(params.typo)]
        tasks:
          - name: a
            sql: {statements: SELECT 1}
          - name: b
            dependsOn: [c]
    `;
    expect(said(flow)).toEqual([
      "7:12 spec.taskDefaults.args[0]: $(params.typo) refers to no param of the flow or task",
      '12:19 spec.tasks[1].dependsOn[0]: the flow has no task "c"; known are a',
      "11:7 spec.tasks[1]: a task needs a program: one of python, jar, sql and fugueSql",
      '6:5 spec.taskDefaults.engine: there is no SparkEngine "prod" here; known are default',
    ]);
  });
});
