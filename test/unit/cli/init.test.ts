// sparkflow init: what it writes, and what it leaves alone. That the projects run is in test/spark, that kustomize takes them in
// test/gitops.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { projectName, templateNames } from "../../../operator/cli/init.ts";
import { loadProject } from "../../../operator/manifest/project.ts";
import { type Files, folderOf } from "../folder.ts";
import { sparkflow } from "./cluster/say.ts";

/** A project in the folder `my-flow` of a folder with these files. */
async function made(template: string, files: Files = {}) {
  const above = folderOf(files);
  const folder = join(above, "my-flow");
  return { above, folder, said: await sparkflow(["init", folder, "--template", template]) };
}
const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

describe.each(templateNames)("a project from the template %s", (template) => {
  it("is valid, is named after its folder, and says what to do next", async () => {
    const { folder, said } = await made(template);
    expect(said).toMatchObject({ code: 0, stderr: "" });
    const { project, problems } = loadProject([folder]);
    expect(problems).toEqual([]);
    expect(project.flows.map(({ object }) => object.metadata.name)).toEqual(["my-flow"]);
    expect(filesOf(folder).filter((file) => readFileSync(file, "utf8").includes("my-project"))).toEqual([]);
    expect(said.stdout).toContain(`next:\n  sparkflow run ${folder}\n`);
    expect(existsSync(join(folder, "README.md"))).toBe(true);
  });

  it("says in its README only what is there", async () => {
    const { folder } = await made(template);
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    const named = [...readme.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([^`]+)`/g)].map(([, file]) => file!),
    );
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
  });
});

describe("init", () => {
  it("overwrites nothing: one file that is there, and none is written", async () => {
    const { folder, said } = await made("plain", { "my-flow/jobs.py": "mine\n" });
    expect(said).toEqual({
      code: 2,
      stdout: "",
      stderr: `${folder} has jobs.py already, and nothing is overwritten: name another folder\n`,
    });
    expect(filesOf(folder).map((file) => readFileSync(file, "utf8"))).toEqual(["mine\n"]);
  });

  it("goes beside other files, and leaves a .gitignore as it is", async () => {
    const { folder, said } = await made("plain", { "my-flow/.gitignore": "*.log\n", "my-flow/notes.md": "" });
    expect(said.code).toBe(0);
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("*.log\n");
  });

  it("refuses a folder that is a file", async () => {
    const { said } = await made("plain", { "my-flow": "" });
    expect(said.code).toBe(2);
    expect(said.stderr).toMatch(/^the project can't be written: /);
  });

  it.each([
    ["My Flow", "my-flow"],
    ["x".repeat(60), "x".repeat(40)],
    ["2026_jobs", "jobs"],
    ["___", "my-project"],
  ])("names the project of the folder %s %s", (folder, name) => {
    expect(projectName(folder)).toBe(name);
  });

  it("has the flow of the template sedona in that of gitops, but for its engine", () => {
    const read = (file: string) => parse(readFileSync(join(import.meta.dirname, "../../../templates", file), "utf8"));
    const flow = read("sedona/flow.yaml");
    expect(read("gitops/base/flow.yaml")).toEqual({
      ...flow,
      spec: { ...flow.spec, taskDefaults: { engine: "lake" } },
    });
  });
});
