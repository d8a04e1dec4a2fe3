// Files beside a manifest that a cluster can't see: programs and small inputs go into immutable ConfigMaps, named by what is
// in them, and the manifest names these instead.

import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type Path, type Problem, problem } from "../../api/problems.ts";
import { isRelative } from "../../api/uri.ts";

/** A ConfigMap's most, in bytes (Kubernetes' validation of ConfigMaps). */
const largest = 1_048_576;
const hashDigits = 10;
const ownerPart = 30;
const stemPart = 18;

/** A Kubernetes object as a manifest has it. */
export type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: object[];
    [field: string]: unknown;
  };
  spec?: Record<string, unknown>;
  [field: string]: unknown;
};
export type Bundle = { manifest: Manifest; configMaps: Manifest[]; problems: Problem[] };
type Fields = Record<string, unknown>;
type Content = ReadonlyMap<string, Buffer>;

/**
 * A SparkTask or SparkFlow with its files in ConfigMaps. `folder` is where its relative paths start. What can't be put
 * there, such as jars and folders, is a problem.
 */
export function bundle(manifest: Manifest, folder: string): Bundle {
  const copy = structuredClone(manifest);
  const made = new Map<string, Manifest>();
  const problems: Problem[] = [];
  const put = (file: string, content: Content): { name: string; key: string } => {
    const configMap = configMapOf(copy, file, content);
    made.set(configMap.metadata.name, configMap);
    return { name: configMap.metadata.name, key: basename(file) };
  };
  for (const [spec, path] of taskSpecs(copy)) {
    problems.push(...bundleProgram(spec, path, folder, put), ...bundleInputs(spec, path, folder, put));
    problems.push(...otherFiles(spec, path));
  }
  return { manifest: copy, configMaps: [...made.values()], problems };
}

/** The specs of tasks in a SparkTask or SparkFlow, each with its path. */
function taskSpecs({ kind, spec = {} }: Manifest): [Fields, Path][] {
  if (kind === "SparkTask") return [[spec, ["spec"]]];
  if (kind !== "SparkFlow") return [];
  const list = (name: string) =>
    (Array.isArray(spec[name]) ? (spec[name] as Fields[]) : []).map((task, index): [Fields, Path] => [
      task,
      ["spec", name, index],
    ]);
  const defaults: [Fields, Path][] = spec.taskDefaults ? [[spec.taskDefaults as Fields, ["spec", "taskDefaults"]]] : [];
  return [...defaults, ...list("tasks"), ...list("finally")];
}

type Put = (file: string, content: Content) => { name: string; key: string };

function bundleProgram(spec: Fields, path: Path, folder: string, put: Put): Problem[] {
  return (["python", "sql", "fugueSql", "jar"] as const).flatMap((kind) => {
    const program = spec[kind] as { file?: string; configMap?: object } | undefined;
    if (!program?.file || !isRelative(program.file)) return [];
    const at = [...path, kind, "file"];
    const file = resolve(folder, program.file);
    const wrong = fileProblem(program.file, file, at);
    if (wrong) return [wrong];
    const content = kind === "python" ? withImports(file) : new Map([[basename(file), readFileSync(file)]]);
    const tooLarge = sizeProblem(program.file, content, at);
    if (tooLarge) return [tooLarge];
    program.configMap = put(file, content);
    delete program.file;
    return [];
  });
}

function bundleInputs(spec: Fields, path: Path, folder: string, put: Put): Problem[] {
  const inputs = (spec.inputs ?? []) as { uri?: string; configMap?: object; optional?: boolean }[];
  return inputs.flatMap((input, index) => {
    if (!input.uri || !isRelative(input.uri)) return [];
    const at = [...path, "inputs", index, "uri"];
    const file = resolve(folder, input.uri);
    if (input.optional && !existsSync(file)) {
      delete input.uri; // a path of this machine could never be there
      return [];
    }
    const wrong = fileProblem(input.uri, file, at);
    if (wrong) return [wrong];
    const content = new Map([[basename(file), readFileSync(file)]]);
    const tooLarge = sizeProblem(input.uri, content, at);
    if (tooLarge) return [tooLarge];
    input.configMap = put(file, content);
    delete input.uri;
    return [];
  });
}

/** Paths of this machine that no ConfigMap can hold. */
function otherFiles(spec: Fields, path: Path): Problem[] {
  const { deps = {} } = spec as { deps?: Record<string, string[]> };
  const lists = ["jars", "pyFiles", "files", "archives"].flatMap((name) =>
    (deps[name] ?? []).map((uri, index): [string, Path] => [uri, [...path, "deps", name, index]]),
  );
  return lists
    .filter(([uri]) => isRelative(uri))
    .map(([uri, at]) =>
      problem(
        at,
        `"${uri}" is a path of this machine, which a cluster doesn't see: put the file into the image (local:///…) or at a URL`,
      ),
    );
}

function fileProblem(written: string, file: string, at: Path): Problem | undefined {
  if (!existsSync(file)) return problem(at, `there is no file "${written}" (${file})`);
  if (!statSync(file).isFile())
    return problem(at, `"${written}" is a folder; only a single file can go to a cluster with its manifest`);
  return /^[-._a-zA-Z0-9]+$/.test(basename(file))
    ? undefined
    : problem(
        at,
        `"${written}" can't be a ConfigMap's key: expected a file's name of letters, digits, '-', '_' and '.'`,
      );
}

function sizeProblem(written: string, content: Content, at: Path): Problem | undefined {
  const bytes = [...content.values()].reduce((sum, file) => sum + file.length, 0);
  if (bytes <= largest) return undefined;
  const what = content.size > 1 ? `"${written}" and the modules that it imports have` : `"${written}" has`;
  return problem(
    at,
    `${what} ${bytes} bytes; at most ${largest} can go to a cluster with a manifest: put it into the image or at a URL`,
  );
}

/** A program and, all the way down, the modules beside it that it imports. */
function withImports(program: string): Map<string, Buffer> {
  const folder = dirname(program);
  const content = new Map<string, Buffer>();
  const waiting = [basename(program)];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const file = join(folder, name);
    if (content.has(name) || !existsSync(file)) continue;
    const text = readFileSync(file);
    content.set(name, text);
    waiting.push(...importedModules(text.toString()).map((module) => `${module}.py`));
  }
  return content;
}

/** First names of what a Python text imports: `import a.b, c as d` and `from e import f`. */
export function importedModules(text: string): string[] {
  const names = [...text.matchAll(/^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([^#\n;]+))/gm)].flatMap(
    ([, from, imported]) => (from === undefined ? (imported ?? "").split(",") : [from]),
  );
  return [...new Set(names.map((name) => /^\w+/.exec(name.trim())?.[0] ?? ""))].filter((name) => name !== "");
}

/** The immutable ConfigMap of some files. The same files of the same owner are the same object. */
function configMapOf(owner: Manifest, file: string, content: Content): Manifest {
  const hash = createHash("sha256");
  for (const [key, value] of [...content].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${key}\0${value.length}\0`).update(value);
  const stem = basename(file)
    .replace(/\.[^.]*$/, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, stemPart);
  const parts = [owner.metadata.name.slice(0, ownerPart), stem || "file", hash.digest("hex").slice(0, hashDigits)];
  const of = (text: boolean) => [...content].filter(([, value]) => isUtf8(value) === text);
  const data = Object.fromEntries(of(true).map(([key, value]) => [key, value.toString()]));
  const binaryData = Object.fromEntries(of(false).map(([key, value]) => [key, value.toString("base64")]));
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: parts.map((part) => part.replace(/-+$/, "")).join("-"),
      ...(owner.metadata.namespace ? { namespace: owner.metadata.namespace } : {}),
      labels: { "app.kubernetes.io/name": "sparkflow", "app.kubernetes.io/managed-by": "sparkflow-submit" },
    },
    immutable: true,
    ...(Object.keys(data).length > 0 ? { data } : {}),
    ...(Object.keys(binaryData).length > 0 ? { binaryData } : {}),
  };
}
