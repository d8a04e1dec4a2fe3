// The real `kubectl kustomize`, of the kubectl that is built for the test cluster.
import { spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { parseAllDocuments } from "yaml";
import { binaries } from "../cluster/build.ts";
import { type Files, writeFiles } from "../unit/folder.ts";

export const root = resolve(import.meta.dirname, "../..");
export const bin = await binaries(console.error, ["kube"]);

// biome-ignore lint/suspicious/noExplicitAny: any Kubernetes object
export type KubeManifest = { apiVersion: string; kind: string; metadata: any; spec?: any; data?: any };

/** What the tool makes of a folder. Throws an Error with its words if it refuses. */
export function kustomize(folder: string): KubeManifest[] {
  const { status, stdout, stderr } = spawnSync(join(bin, "kubectl"), ["kustomize", folder], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(stderr);
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubeManifest);
}

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
