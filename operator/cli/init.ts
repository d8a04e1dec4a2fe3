// sparkflow init: a project from a template, which runs as it is.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { Command, Option } from "commander";
import { packageRoot } from "../engines/local/toolchain.ts";
import { UserError } from "./exit.ts";
import { programName } from "./plugin.ts";

const examples = `
Examples:
  sparkflow init my-flow                          two tasks in Python and SQL that count words
  sparkflow init my-flow --template sedona        points, GeoParquet and a spatial query
  sparkflow init deploy --template gitops         a base and two overlays, for Argo CD, Flux or kubectl apply -k
  sparkflow init                                  in this folder, beside what is there; nothing is overwritten`;

/** Folders of templates/ and of what comes along, with where they go; a later one's file takes an earlier one's place. */
const templates = {
  plain: [
    { from: "templates/plain", to: "" },
    { from: "kustomize", to: "kustomize" },
  ],
  sedona: [
    { from: "templates/sedona", to: "" },
    { from: "kustomize", to: "kustomize" },
  ],
  gitops: [
    { from: "templates/sedona", to: "base" },
    { from: "templates/gitops", to: "" },
    { from: "kustomize", to: "base/kustomize" },
  ],
} as const;
export type Template = keyof typeof templates;
export const templateNames = Object.keys(templates) as Template[];

/** The name that the templates' manifests and texts have. */
const placeholder = /\bmy-project\b/g;
/** A flow's name stands in those of its runs and tasks, so it is short. */
const longestName = 40;
const ignored = ".sparkflow/\n__pycache__/\n";

export const initCommand = (): Command =>
  new Command("init")
    .description("make a project from a template, which runs as it is")
    .argument("[folder]", "where; made if it isn't there", ".")
    .addOption(new Option("-t, --template <name>", "what to begin with").choices(templateNames).default("plain"))
    .addHelpText("after", examples)
    .action((folder: string, { template }: { template: Template }) => {
      const files = projectFiles(template, projectName(folder));
      write(folder, files);
      const written = [...files.keys()].sort().map((file) => join(folder, file));
      console.log([...written, "", "next:", ...next(folder, template).map((line) => `  ${line}`)].join("\n"));
    });

const next = (folder: string, template: Template): string[] => [
  `${programName()} run ${quoted(folder)}`,
  `${programName()} submit ${quoted(template === "gitops" ? join(folder, "overlays/dev") : folder)} --watch`,
];

/** A folder as a shell takes it. */
const quoted = (folder: string) => (/^[\w./\\:-]+$/.test(folder) ? folder : JSON.stringify(folder));

/** The files of a project by their paths, with `/` on every system. */
export function projectFiles(template: Template, name: string): Map<string, string> {
  const files = new Map([[".gitignore", ignored]]);
  for (const { from, to } of templates[template]) {
    const folder = join(packageRoot, from);
    const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const { parentPath, name: file } of found) {
      const path = relative(folder, join(parentPath, file)).replaceAll("\\", "/");
      // A part of a project has no page of its own.
      if (to !== "" && path === "README.md") continue;
      const text = readFileSync(join(parentPath, file), "utf8");
      files.set(to === "" ? path : `${to}/${path}`, text.replaceAll(placeholder, name));
    }
  }
  return files;
}

/** The folder's name as Kubernetes takes it: `My Flow` is `my-flow`. */
export function projectName(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, longestName)
    .replace(/^[-0-9]+|-+$/g, "");
  return name === "" ? "my-project" : name;
}

/** Writes all files, or none if one of them is there. */
function write(folder: string, files: Map<string, string>): void {
  if (existsSync(join(folder, ".gitignore"))) files.delete(".gitignore");
  const there = [...files.keys()].filter((file) => existsSync(join(folder, file)));
  if (there.length > 0)
    throw new UserError([`${folder} has ${there.join(", ")} already, and nothing is overwritten: name another folder`]);
  try {
    for (const [file, text] of files) {
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { flag: "wx" });
    }
  } catch (error) {
    throw new UserError([`the project can't be written: ${(error as Error).message}`]);
  }
}
