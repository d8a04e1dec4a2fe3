// Kustomizations: resources and generators done here, all else left to kubectl or kustomize, or refused by name.
import { chmodSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { loadManifests } from "../../../operator/manifest/load.ts";
import type { Loaded } from "../../../operator/manifest/source.ts";
import { dedent, type Files, folderOf } from "../folder.ts";

const text = (kustomization: string, files: Files = {}): { loaded: Loaded; folder: string } => {
  const folder = folderOf({ "kustomization.yaml": kustomization, ...files });
  return { loaded: loadManifests([folder]), folder };
};
const values = ({ loaded }: { loaded: Loaded }) => loaded.documents.map(({ value }) => value);
const messages = ({ loaded }: { loaded: Loaded }) => loaded.problems.map(({ message }) => message);
const decoded = (data: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(data).map(([key, content]) => [key, Buffer.from(content, "base64").toString("utf8")]),
  );
/** PATH with only these programs, as shell scripts. */
function onlyPrograms(programs: Record<string, string>): void {
  const folder = folderOf(
    Object.fromEntries(Object.entries(programs).map(([name, body]) => [name, `#!/bin/sh\n${body}\n`])),
  );
  for (const name of Object.keys(programs)) chmodSync(join(folder, name), 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}/nonexistent`);
}
afterEach(() => void vi.unstubAllEnvs());

const object = (name: string) => `kind: Other\nmetadata: {name: ${name}}\n`;

describe("resources", () => {
  it("are files and folders with kustomizations, in order", () => {
    const made = text("resources: [b.yaml, base, a.yaml]\n", {
      "a.yaml": object("a"),
      "b.yaml": object("b"),
      "base/kustomization.yaml": "resources: [c.yaml]\n",
      "base/c.yaml": object("c"),
      "unnamed.yaml": object("unnamed"),
    });
    expect(values(made)).toMatchObject(["b", "c", "a"].map((name) => ({ metadata: { name } })));
  });

  it("keep the folder that their own relative paths start from", () => {
    const made = text("resources: [base/c.yaml]\n", { "base/c.yaml": object("c") });
    expect(made.loaded.documents[0]?.folder).toBe(join(made.folder, "base"));
  });

  it.each([
    ["resources: [missing.yaml]\n", {}, "resources: there is no missing.yaml beside it"],
    ["resources: [base]\n", { "base/a.yaml": object("a") }, "resources: the folder base has no kustomization.yaml"],
    ["resources: [.]\n", {}, "resources: this kustomization is a resource of itself"],
    [
      "resources: [a]\n",
      { "a/kustomization.yaml": "resources: [..]\n" },
      "resources: this kustomization is a resource of itself",
    ],
    ["resources: a.yaml\n", {}, '"a.yaml" is not valid: expected a list'],
  ])("that can't be are named: %s", (kustomization, files, message) => {
    expect(messages(text(kustomization, files as Files))).toEqual([message]);
  });

  it("may be used by two kustomizations, which is no circle", () => {
    const made = text("resources: [a, b]\n", {
      "a/kustomization.yaml": "resources: [../base]\n",
      "b/kustomization.yaml": "resources: [../base]\n",
      "base/kustomization.yaml": "resources: [c.yaml]\n",
      "base/c.yaml": object("c"),
    });
    expect(made.loaded.problems).toEqual([]);
    expect(made.loaded.documents).toHaveLength(2);
  });
});

describe("generators", () => {
  const binary = Buffer.from([0, 255, 128, 10]);

  it("make ConfigMaps of files, other keys, literals and binary files, byte by byte", () => {
    const made = text(
      dedent`
        configMapGenerator:
          - name: code
            files: [a.py, other.py=lib/b.py, data.bin]
            literals: [A=1, B=x=y, "C=\"quoted text\"", "D='single'", E=]
      `,
      { "a.py": "print(1)\n", "lib/b.py": "print('é')\n", "data.bin": binary },
    );
    const [map] = values(made) as { data: Record<string, string>; binaryData: Record<string, string> }[];
    expect(map).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "code" } });
    expect(Buffer.from(map!.binaryData["data.bin"]!, "base64")).toEqual(binary);
    expect(map!.data).toEqual({
      "a.py": "print(1)\n",
      "other.py": "print('é')\n",
      A: "1",
      B: "x=y",
      C: "quoted text",
      D: "single",
      E: "",
    });
  });

  it("make Secrets of the same, whose data is base64", () => {
    const made = text(
      "secretGenerator: [{name: lake, literals: [key=s3cr3t], type: Opaque, options: {disableNameSuffixHash: true}}]\n",
    );
    const [secret] = values(made) as { kind: string; data: Record<string, string> }[];
    expect(secret?.kind).toBe("Secret");
    expect(decoded(secret!.data)).toEqual({ key: "s3cr3t" });
  });

  it.each([
    [
      "configMapGenerator: [{name: code, files: [missing.py]}]\n",
      "configMapGenerator code: there is no file missing.py beside it",
    ],
    [
      "configMapGenerator: [{name: code, files: [folder]}]\n",
      "configMapGenerator code: there is no file folder beside it",
    ],
    [
      "configMapGenerator: [{name: code, literals: [FOO]}]\n",
      'configMapGenerator code: the literal "FOO" is not of the form KEY=VALUE',
    ],
    ["secretGenerator: [{name: s, files: [k=missing]}]\n", "secretGenerator s: there is no file missing beside it"],
    ["configMapGenerator: [{files: [a]}]\n", "this field is required"],
  ])("that can't be are named: %s", (kustomization, message) => {
    expect(messages(text(kustomization, { "folder/x": "" }))).toEqual([message]);
  });

  it("don't show what may be a secret", () => {
    expect(messages(text("secretGenerator: [{name: s, literals: [hunter2]}]\n"))).toEqual([
      "secretGenerator s: a literal is not of the form KEY=VALUE",
    ]);
  });
});

describe("a namespace", () => {
  it("is set on all that is made, over what they say themselves", () => {
    const made = text("namespace: lake\nresources: [a.yaml]\nconfigMapGenerator: [{name: c, literals: [a=b]}]\n", {
      "a.yaml": "kind: Other\nmetadata: {name: a, namespace: other}\n",
    });
    expect(values(made)).toMatchObject([{ metadata: { namespace: "lake" } }, { metadata: { namespace: "lake" } }]);
  });
});

describe("what else a kustomization holds", () => {
  const patched = "resources: [a.yaml]\nnamePrefix: dev-\nconfigMapGenerator: [{name: c, envs: [a.env]}]\n";

  it("is refused by name where neither kubectl nor kustomize is there", () => {
    onlyPrograms({});
    expect(messages(text(patched))).toEqual([
      "namePrefix, configMapGenerator.envs: this needs kubectl or kustomize on the PATH, and neither is there",
    ]);
  });

  it("is done by kubectl, whose documents are taken as they are", () => {
    onlyPrograms({ kubectl: 'printf "kind: Other\\nmetadata: {name: %s}\\n" "$1"' });
    const made = text(patched);
    expect(values(made)).toEqual([{ kind: "Other", metadata: { name: "kustomize" } }]);
    expect(made.loaded.documents[0]).toMatchObject({ folder: made.folder, file: `kubectl of ${made.folder}` });
  });

  it("is done by kustomize where there is no kubectl", () => {
    onlyPrograms({ kustomize: 'printf "kind: Other\\nmetadata: {name: %s}\\n" "$1"' });
    expect(values(text(patched))).toEqual([{ kind: "Other", metadata: { name: "build" } }]);
  });

  it("brings the tool's own words when it fails", () => {
    onlyPrograms({ kubectl: 'echo "a warning" >&2; echo "error: no such patch" >&2; exit 1' });
    expect(messages(text(patched))).toEqual(["kubectl says: error: no such patch"]);
  });

  it("needs no tool for a component that says where names stand and how lists are merged", () => {
    onlyPrograms({});
    const component = "kind: Component\nconfigurations: [names.yaml]\nopenapi: {path: schema.json}\n";
    const made = text("components: [names]\nresources: [a.yaml]\n", {
      "a.yaml": object("a"),
      "names/kustomization.yaml": component,
    });
    expect(messages(made)).toEqual([]);
    expect(values(made)).toHaveLength(1);
  });

  it.each([
    ["kind: Component\nnamePrefix: x-\n", "components: more: this needs kubectl or kustomize"],
    [undefined, "components: there is no folder more with a kustomization.yaml"],
    ["a: [\n", "this is not valid YAML"],
  ])("of another component is named: %s", (component, message) => {
    onlyPrograms({});
    const made = text("components: [more]\nresources: [a.yaml]\n", {
      "a.yaml": object("a"),
      ...(component ? { "more/kustomization.yaml": component } : {}),
    });
    expect(messages(made).join()).toContain(message);
  });

  it.each([
    "resources: [https://github.com/a/b//c]\n",
    "resources: [a.yaml]\ncomponents: [github.com/a/b//c?ref=v1]\n",
  ])("is left to the tool where it is elsewhere: %s", (kustomization) => {
    onlyPrograms({});
    expect(messages(text(kustomization, { "a.yaml": object("a") })).join()).toMatch(
      /github.com\/a\/b\/\/c.*: this needs kubectl or kustomize/,
    );
  });

  it.each(["generatorOptions: {disableNameSuffixHash: true}\n", "configurations: [x.yaml]\n", "metadata: {name: x}\n"])(
    "needs no tool where it says nothing about content: %s",
    (field) => {
      onlyPrograms({});
      expect(messages(text(`${field}resources: [a.yaml]\n`, { "a.yaml": object("a") }))).toEqual([]);
    },
  );
});
