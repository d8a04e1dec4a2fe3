// What a kustomization generates: ConfigMaps and Secrets of the files beside it and of literals.
import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { shown } from "../api/problems.ts";
import { kustomizeBase64, suffixedName } from "./kustomizeNames.ts";
import { fileProblem, type Loaded } from "./source.ts";

const words = z.record(z.string(), z.string()).optional();
export const generatorOptions = z.looseObject({
  labels: words,
  annotations: words,
  immutable: z.boolean().optional(),
  disableNameSuffixHash: z.boolean().optional(),
});
export const generator = z.looseObject({
  name: z.string(),
  type: z.string().optional(),
  files: z.array(z.string()).optional(),
  literals: z.array(z.string()).optional(),
  options: generatorOptions.optional(),
});
/** Fields of a generator that are done here. */
export const servedOfGenerator = new Set(["name", "files", "literals", "options", "type"]);

type GeneratorOptions = z.infer<typeof generatorOptions>;

/** Options of all generators with one's own. */
export const merged = (all: GeneratorOptions = {}, own: GeneratorOptions = {}): GeneratorOptions => ({
  ...all,
  ...own,
  labels: { ...all.labels, ...own.labels },
  annotations: { ...all.annotations, ...own.annotations },
});

/** The object that a generator makes. `file` is the kustomization, in `folder`. */
export function generate(
  kind: "ConfigMap" | "Secret",
  { name, type, files = [], literals = [], options = {} }: z.infer<typeof generator>,
  folder: string,
  file: string,
): Loaded {
  const content = new Map<string, Buffer>();
  const paths: Record<string, string> = {};
  const where = `${kind === "Secret" ? "secret" : "configMap"}Generator ${name}`;
  const problems = [];
  for (const entry of files) {
    const [key, path] = entry.includes("=")
      ? [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]
      : [basename(entry), entry];
    const full = join(folder, path);
    if (statSync(full, { throwIfNoEntry: false })?.isFile()) {
      content.set(key, readFileSync(full));
      paths[key] = full;
    } else problems.push(fileProblem(file, `${where}: there is no file ${path} beside it`));
  }
  for (const literal of literals) {
    const at = literal.indexOf("=");
    if (at < 1) problems.push(fileProblem(file, `${where}: ${notLiteral(kind, literal)}`));
    // As kustomize does: quotes around the whole value aren't part of it.
    else content.set(literal.slice(0, at), Buffer.from(literal.slice(at + 1).replace(/^(["'])(.*)\1$/s, "$2")));
  }
  const { labels = {}, annotations = {}, immutable, disableNameSuffixHash } = options;
  const value = {
    apiVersion: "v1",
    kind,
    metadata: {
      name,
      ...(Object.keys(labels).length > 0 ? { labels } : {}),
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    ...(kind === "Secret" ? { type: type ?? "Opaque" } : {}),
    ...dataOf(kind, content),
    ...(immutable === undefined ? {} : { immutable }),
  };
  const document = {
    file,
    folder,
    value,
    files: paths,
    ...(disableNameSuffixHash ? {} : { suffixedName: suffixedName(value) }),
  };
  return { documents: [document], problems };
}

/** A Secret's `data` and a ConfigMap's `binaryData` are base64; a ConfigMap's `data` is text. */
function dataOf(kind: "ConfigMap" | "Secret", content: ReadonlyMap<string, Buffer>) {
  const isText = (value: Buffer) => kind === "ConfigMap" && isUtf8(value);
  const entries = [...content];
  const text = entries.filter(([, value]) => isText(value)).map(([key, value]) => [key, value.toString()]);
  const binary = entries.filter(([, value]) => !isText(value)).map(([key, value]) => [key, kustomizeBase64(value)]);
  return {
    ...(text.length > 0 ? { data: Object.fromEntries(text) } : {}),
    ...(binary.length > 0 ? { [kind === "Secret" ? "data" : "binaryData"]: Object.fromEntries(binary) } : {}),
  };
}

/** A Secret's literal isn't shown: it may be the secret itself. */
const notLiteral = (kind: string, literal: string) =>
  kind === "Secret"
    ? "a literal is not of the form KEY=VALUE"
    : `the literal ${shown(literal)} is not of the form KEY=VALUE`;
