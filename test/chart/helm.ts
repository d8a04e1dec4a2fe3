// Helm and the chart, for tests. SPARKFLOW_HELM names a helm to use instead of the one that is built for the test cluster.
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import { binaries } from "../cluster/build.ts";

export const root = resolve(import.meta.dirname, "../..");
export const chart = join(root, "charts/sparkflow");

export const helmFile = process.env.SPARKFLOW_HELM ?? join(await binaries(console.error, ["helm"]), "helm");

// biome-ignore lint/suspicious/noExplicitAny: any Kubernetes object
export type KubeManifest = { kind: string; metadata: any; spec?: any; rules?: any[]; [field: string]: any };
export type Values = Record<string, unknown>;
type Result = { code: number | null; stdout: string; stderr: string };

export function helm(args: readonly string[], { input, home }: { input?: string; home?: string } = {}): Result {
  const env = { ...process.env, ...(home ? { HOME: home } : {}) };
  const { status, stdout, stderr } = spawnSync(helmFile, args, { encoding: "utf8", env, ...(input ? { input } : {}) });
  return { code: status, stdout, stderr };
}

/**
 * Arguments of the command to give once more, as the chart's README says, where an API server was slow to serve the kinds
 * that came with an install without --wait; undefined if that isn't what was wrong.
 */
export const onceMore = (args: readonly string[], stderr: string): string[] | undefined =>
  args[0] === "install" && /no matches for kind "SparkEngine"/.test(stderr)
    ? ["upgrade", "--install", ...args.slice(1)]
    : undefined;

/** What the chart makes of values, hooks included. Throws an Error with helm's words. */
export function render(values: Values = {}): KubeManifest[] {
  const { code, stdout, stderr } = template(values);
  if (code !== 0) throw new Error(stderr);
  return parseAllDocuments(stdout).flatMap((document) => (document.toJS() as KubeManifest | null) ?? []);
}

export const template = (values: Values): Result =>
  helm(["template", "sparkflow", chart, "--namespace", "spark", "--values", "-"], { input: JSON.stringify(values) });

export const ofKind = (manifests: readonly KubeManifest[], kind: string): KubeManifest[] =>
  manifests.filter((one) => one.kind === kind);
