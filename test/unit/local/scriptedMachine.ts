// A machine whose drivers are a shell script: what the laptop's controller does is tested without Spark.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { LocalMachine } from "../../../operator/engines/local/machine.ts";
import { planRuns, type RunPlan } from "../../../operator/engines/local/plan.ts";
import { runLocally } from "../../../operator/engines/local/run.ts";
import type { Reporter } from "../../../operator/engines/local/state.ts";
import type { RunRecord } from "../../../operator/engines/local/store.ts";
import { loadProject } from "../../../operator/manifest/project.ts";
import { folderOf } from "../folder.ts";

/** Stands for the Python that starts drivers. A task says by its variable DO how it ends. */
const python = `#!/bin/sh
for folder; do :; done
case "$DO" in
  fail) printf '{"outcome": "Failed", "error": {"class": "ValueError", "message": "bad"}}' > "$SPARKFLOW_RESULT"; exit 1 ;;
  mistake) printf '{"outcome": "Failed", "error": {"class": "AnalysisException", "message": "no x", "at": "statements:1"}}' > "$SPARKFLOW_RESULT"; exit 1 ;;
  hang) while :; do sleep 0.05; done ;;
  *) printf '{"outcome": "Succeeded", "values": {"folder": "%s"}, "outputs": {}}' "$folder" > "$SPARKFLOW_RESULT" ;;
esac
`;

/** The machine; its temporary files go at the end of the test. */
export function scriptedMachine(): LocalMachine {
  const folder = folderOf({ python });
  chmodSync(join(folder, "python"), 0o755);
  return {
    capacity: { cores: 16, memoryMiB: 64 * 1024 },
    configMaps: new Map(),
    secret: () => undefined,
    locator: () => (uri: string) => uri,
    toolchain: { python: join(folder, "python"), sparkHome: folder, javaHome: folder, classPath: [], pythonPath: [] },
    archive: {},
  } as unknown as LocalMachine;
}

const apiVersion = "sparkflow.dev/v1alpha1";
/** A folder with manifests of these objects, and programs that say nothing. */
export const folderWith = (...objects: object[]): string =>
  folderOf({ "flow.yaml": objects.map((one) => JSON.stringify({ apiVersion, ...one })).join("\n---\n") });

/** A flow named `steps`. */
export const flowOf = (tasks: readonly object[], spec: object = {}): object => ({
  kind: "SparkFlow",
  metadata: { name: "steps" },
  spec: { taskDefaults: { sql: { statements: "SELECT 1" } }, tasks, ...spec },
});

/** The plans of a folder. Throws if there is anything wrong with its manifests. */
export function plansOf(folder: string, now = new Date()): RunPlan[] {
  const { project, problems } = loadProject([folder]);
  const planned = planRuns(project, {}, now);
  const all = [...problems, ...planned.problems];
  if (all.length > 0) throw new Error(JSON.stringify(all));
  return planned.plans;
}

const silent: Reporter = { task: () => {}, run: () => {}, note: () => {}, progressEveryMs: 1000 };

/** Runs plans to their ends. */
export const runAll = (
  plans: readonly RunPlan[],
  { report = {}, signal = new AbortController().signal }: { report?: Partial<Reporter>; signal?: AbortSignal } = {},
): Promise<RunRecord[]> => runLocally(scriptedMachine(), plans, { ...silent, ...report }, signal);
