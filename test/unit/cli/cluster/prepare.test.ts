// What a cluster is given for the manifests of a folder.
import { describe, expect, it } from "vitest";
import type { Manifest } from "../../../../operator/cli/cluster/bundle.ts";
import { importedModules } from "../../../../operator/cli/cluster/bundle.ts";
import { prepare, renamedReferences } from "../../../../operator/cli/cluster/prepare.ts";
import { loadManifests } from "../../../../operator/manifest/load.ts";
import { dedent, type Files, folderOf } from "../../folder.ts";

const head = "apiVersion: sparkflow.dev/v1alpha1\n";
const task = (spec: string) => `${head}kind: SparkTask\nmetadata: {name: count}\nspec: ${spec}\n`;
const place = { given: undefined, usual: "spark" };

function prepared(files: Files, where: Parameters<typeof prepare>[1] = place) {
  const { objects, ...rest } = prepare(loadManifests([folderOf(files)]).documents, where);
  return { ...rest, objects, manifests: objects.map(({ manifest }) => manifest) };
}
const names = (manifests: Manifest[]) =>
  manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);

describe("manifests for a cluster", () => {
  it("come with what others name first, in the namespace of the manifest, the command line or the kubeconfig", () => {
    const files = {
      "a.yaml": `${head}kind: SparkFlowRun\nmetadata: {name: one}\nspec: {flow: nightly}\n`,
      "b.yaml": `${head}kind: SparkFlow\nmetadata: {name: nightly, namespace: night}\nspec: {tasks: []}\n`,
      "c.yaml": `${head}kind: SparkEngine\nmetadata: {name: default}\nspec: {local: {}}\n`,
      "d.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: code}\n",
      "e.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n",
    };
    const { manifests, passedOver } = prepared(files);
    expect(names(manifests)).toEqual([
      "ConfigMap spark/code",
      "SparkEngine spark/default",
      "SparkFlow night/nightly",
      "SparkFlowRun spark/one",
    ]);
    expect(passedOver).toEqual(["Service web"]);
  });

  it("of another namespace than the command line says are a mistake", () => {
    const files = { "a.yaml": task("{sql: {statements: x}}").replace("name: count", "name: count, namespace: night") };
    expect(prepared(files, { given: "day", usual: "spark" }).problems.map(({ message }) => message)).toEqual([
      "the manifest says night and the command line day",
    ]);
  });

  it("name what a kustomization generates as kustomize does, wherever they refer to it", () => {
    const { manifests } = prepared({
      "kustomization.yaml": dedent`
        resources: [task.yaml]
        configMapGenerator: [{name: code, literals: [k=v]}]
        secretGenerator: [{name: code, literals: [p=hunter2]}]
      `,
      "task.yaml": task(
        "{python: {configMap: {name: code, key: k}}, secretConf: [{key: a, secret: {name: code, key: p}}], env: [{name: A, valueFrom: {configMapKeyRef: {name: other, key: k}}}]}",
      ),
    });
    const [configMap, secret, made] = manifests;
    expect(configMap?.metadata.name).toMatch(/^code-[a-z0-9]{10}$/);
    expect(secret?.metadata.name).toMatch(/^code-[a-z0-9]{10}$/);
    expect(made?.spec).toEqual({
      python: { configMap: { name: configMap?.metadata.name, key: "k" } },
      secretConf: [{ key: "a", secret: { name: secret?.metadata.name, key: "p" } }],
      env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "other", key: "k" } } }],
    });
  });

  it("that were read from a cluster lose what only the API server writes", () => {
    const text = `${head}kind: SparkTask\nmetadata: {name: a, uid: x, resourceVersion: "1", generation: 3}\nspec: {}\nstatus: {phase: Failed}\n`;
    expect(prepared({ "a.yaml": text }).manifests).toEqual([
      {
        apiVersion: "sparkflow.dev/v1alpha1",
        kind: "SparkTask",
        metadata: { name: "a", namespace: "spark" },
        spec: {},
      },
    ]);
  });
});

describe("files beside a manifest", () => {
  const program = {
    "count.py": "import helpers\nimport pandas as pd\n",
    "helpers.py": "from deeper import x\n",
    "deeper.py": "x = 1\n",
    "unused.py": "",
  };

  it("go into an immutable ConfigMap: the program and the modules beside it that it imports", () => {
    const { objects, problems } = prepared({
      ...program,
      "task.yaml": task("{python: {file: count.py, function: count}}"),
    });
    expect(problems).toEqual([]);
    const [configMap, made] = objects.map(({ manifest }) => manifest);
    expect(configMap).toMatchObject({ kind: "ConfigMap", immutable: true });
    expect(configMap?.metadata.name).toMatch(/^count-count-[0-9a-f]{10}$/);
    expect(Object.keys(configMap?.data as object).sort()).toEqual(["count.py", "deeper.py", "helpers.py"]);
    expect(made?.spec).toEqual({
      python: { configMap: { name: configMap?.metadata.name, key: "count.py" }, function: "count" },
    });
    expect(objects[1]?.bundles).toEqual([configMap?.metadata.name]);
  });

  it("have the same name as long as they are the same, and another when one is edited", () => {
    const nameOf = (files: Files) =>
      prepared({ ...files, "task.yaml": task("{python: {file: count.py}}") }).manifests[0]!.metadata.name;
    expect(nameOf(program)).toBe(nameOf({ ...program, "unused.py": "x = 2" }));
    expect(nameOf(program)).not.toBe(nameOf({ ...program, "deeper.py": "x = 2" }));
  });

  it("are inputs, too, binary ones as they are", () => {
    const bytes = Buffer.from([0, 255, 1]);
    const { manifests } = prepared({
      "data/w.bin": bytes,
      "task.yaml": task("{sql: {statements: x}, inputs: [{name: w, uri: data/w.bin, format: file}]}"),
    });
    const [configMap, made] = manifests;
    expect(configMap?.binaryData).toEqual({ "w.bin": bytes.toString("base64") });
    expect(made?.spec?.inputs).toEqual([
      { name: "w", format: "file", configMap: { name: configMap?.metadata.name, key: "w.bin" } },
    ]);
  });

  it("are SQL files, too, by themselves", () => {
    const { manifests } = prepared({ ...program, "a.sql": "SELECT 1", "task.yaml": task("{sql: {file: a.sql}}") });
    const [configMap, made] = manifests;
    expect(configMap?.data).toEqual({ "a.sql": "SELECT 1" });
    expect(made?.spec?.sql).toEqual({ configMap: { name: configMap?.metadata.name, key: "a.sql" } });
  });

  it("are jars, too, as they are", () => {
    const bytes = Buffer.from([0x50, 0x4b, 255]);
    const { manifests } = prepared({ "lib/a.jar": bytes, "task.yaml": task("{jar: {file: lib/a.jar, mainClass: A}}") });
    const [configMap, made] = manifests;
    expect(configMap?.binaryData).toEqual({ "a.jar": bytes.toString("base64") });
    expect(made?.spec?.jar).toEqual({ configMap: { name: configMap?.metadata.name, key: "a.jar" }, mainClass: "A" });
  });

  it("of several tasks of a flow are one ConfigMap where they are the same", () => {
    const text = `${head}kind: SparkFlow\nmetadata: {name: nightly}\nspec:\n  taskDefaults: {python: {file: count.py}}\n  tasks: [{name: a, python: {file: count.py}}, {name: b}]\n`;
    const { manifests } = prepared({ ...program, "flow.yaml": text });
    expect(manifests.map(({ kind }) => kind)).toEqual(["ConfigMap", "SparkFlow"]);
  });

  it.each([
    ["a missing program", "{python: {file: nope.py}}", 'there is no file "nope.py"'],
    ["a folder", "{sql: {statements: x}, inputs: [{name: w, uri: data}]}", '"data" is a folder'],
    [
      "a program of more than 1 MiB",
      "{python: {file: large.py}}",
      '"large.py" has 1048577 bytes; at most 1048576 can go',
    ],
    ["a jar that isn't there", "{jar: {file: lib/a.jar}}", 'there is no file "lib/a.jar"'],
    ["a dependency", "{sql: {statements: x}, deps: {pyFiles: [lib.zip]}}", '"lib.zip" is a path of this machine'],
    ["a name that no key can have", "{python: {file: 'ä b.py'}}", "can't be a ConfigMap's key"],
  ])("that can't go are said: %s", (_, spec, sentence) => {
    const files = { "data/x": "", "large.py": "#".repeat(1_048_577), "ä b.py": "", "task.yaml": task(spec) };
    const { problems } = prepared(files);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(sentence);
    expect(problems[0]?.position?.line).toBe(4);
  });

  it("that the cluster has itself stay as they are", () => {
    const spec =
      "{python: {file: 'local:///app/a.py'}, inputs: [{name: w, uri: 's3a://b/w'}, {name: v, uri: /data/v}, {name: u, uri: $(params.u)}]}";
    const { manifests, problems } = prepared({ "task.yaml": task(spec) });
    expect(problems).toEqual([]);
    expect(manifests).toHaveLength(1);
  });
});

it("the modules that a Python text imports are found in every form", () => {
  const text =
    "import a, b.c as d # e\nfrom f.g import h\n  from i import (j)\nfrom . import k\n# import l\ntext = 'import m'\n";
  expect(importedModules(text)).toEqual(["a", "b", "f", "i"]);
});

it("references in pod templates get the generated names", () => {
  const spec = {
    driver: {
      podTemplate: {
        spec: {
          imagePullSecrets: [{ name: "s" }],
          volumes: [
            { name: "s", secret: { secretName: "s" } },
            { name: "c", configMap: { name: "c", items: [{ key: "name", path: "name" }] } },
          ],
        },
      },
    },
  };
  const names = new Map([
    ["Secret/s", "s-1"],
    ["ConfigMap/c", "c-1"],
  ]);
  const task = { apiVersion: "sparkflow.dev/v1alpha1", kind: "SparkTask", metadata: { name: "t" }, spec };
  expect(renamedReferences(task, names).spec).toEqual({
    driver: {
      podTemplate: {
        spec: {
          imagePullSecrets: [{ name: "s-1" }],
          volumes: [
            { name: "s", secret: { secretName: "s-1" } },
            { name: "c", configMap: { name: "c-1", items: [{ key: "name", path: "name" }] } },
          ],
        },
      },
    },
  });
});
