// The real `kubectl kustomize`, and kustomizations for it.
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { parseAllDocuments } from "yaml";
import { root } from "../examples/example.ts";
import { tool } from "../examples/tools.ts";
import { type Files, writeFiles } from "../unit/folder.ts";

// biome-ignore lint/suspicious/noExplicitAny: any Kubernetes object
export type KubeManifest = { apiVersion: string; kind: string; metadata: any; spec?: any; data?: any };

export const objectsIn = (yaml: string): KubeManifest[] =>
  parseAllDocuments(yaml).map((document) => document.toJS() as KubeManifest);

/** What the tool makes of a folder. Throws an Error with its words if it refuses. */
export const kustomize = (folder: string): KubeManifest[] => objectsIn(tool("kubectl", ["kustomize", folder]));

/** A folder of these files, in which $COMPONENT stands for the way to the component that we ship. */
export function kustomization(files: Files): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "sparkflow-kustomize-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const component = (name: string) => relative(resolve(folder, name, ".."), join(root, "kustomize"));
  writeFiles(
    folder,
    Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, text.toString().replaceAll("$COMPONENT", component(name))]),
    ),
  );
  return folder;
}

/** The only object of a kind. */
export function only(objects: readonly KubeManifest[], kind: string): KubeManifest {
  const found = objects.filter((one) => one.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}`);
  return found[0]!;
}
