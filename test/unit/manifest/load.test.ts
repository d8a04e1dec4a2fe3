// Files, folders and what they can't be.
import { relative } from "node:path";
import { describe, expect, it } from "vitest";
import { loadManifests } from "../../../operator/manifest/load.ts";
import { type Files, folderOf } from "../folder.ts";

const messages = (files: Files, ...targets: string[]) => {
  const folder = folderOf(files);
  return loadManifests(targets.map((target) => `${folder}/${target}`)).problems.map(({ message }) => message);
};
const a = "kind: A\n";

describe("a folder", () => {
  it("is its .yaml and .yml files in order, without the machine's own configuration", () => {
    const folder = folderOf({
      "b.yaml": "kind: B\n",
      "a.yml": a,
      "sparkflow.local.yaml": "maxCores: 2\n",
      "x.json": "{}",
      "sub/c.yaml": a,
    });
    const { documents, problems } = loadManifests([folder]);
    expect(problems).toEqual([]);
    expect(documents.map(({ value }) => value)).toEqual([{ kind: "A" }, { kind: "B" }]);
  });

  it.each([
    ["without a manifest", { "x.txt": "" }, ["."], "this folder has no .yaml file"],
    ["that isn't there", {}, ["nope"], "there is no such file or folder"],
  ])("%s says so", (_, files, targets, message) => {
    expect(messages(files as Files, ...targets)).toEqual([message]);
  });
});

describe("a file", () => {
  it.each<[string, string | Buffer, string]>([
    ["that is empty", "", "there is no manifest here: it is empty"],
    ["of comments alone", "# x\n---\n", "there is no manifest here: it is empty"],
    ["that is no text", Buffer.from([0xff, 0xfe, 0x00, 0x61]), "this is not text in UTF-8, so it can't be YAML"],
    [
      "that is a picture",
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      "this is not text in UTF-8, so it can't be YAML",
    ],
  ])("%s says so", (_, content, message) => {
    expect(messages({ "a.yaml": content }, "a.yaml")).toEqual([message]);
  });

  it("may begin with a byte order mark", () => {
    const folder = folderOf({ "a.yaml": `\ufeff${a}` });
    expect(loadManifests([`${folder}/a.yaml`]).documents[0]?.value).toEqual({ kind: "A" });
  });

  it("that is empty is no fault beside one that isn't", () => {
    expect(messages({ "a.yaml": a, "b.yaml": "" }, "a.yaml", "b.yaml")).toEqual([]);
  });

  it("is named as the user would: relative to here below it, absolute elsewhere", () => {
    const folder = folderOf({ "a.yaml": a });
    const [document] = loadManifests([`${folder}/a.yaml`]).documents;
    expect(document?.file).toBe(`${folder}/a.yaml`);
    const here = loadManifests([
      relative(process.cwd(), import.meta.dirname).concat("/../../../examples/word-count/task.yaml"),
    ]);
    expect(here.documents[0]?.file).toBe("examples/word-count/task.yaml");
  });
});
