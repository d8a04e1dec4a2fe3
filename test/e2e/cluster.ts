// The cluster as a user has it: kubectl, and objects to their ends.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { inject } from "vitest";
import type { FlowRunStatus, TaskStatus } from "../../operator/api/status.ts";
import { bin as cli } from "../spark/cli.ts";

export const cluster = inject("cluster");

export type Ended = { code: number | null; stdout: string; stderr: string };

/** Runs a program that asks the cluster. */
export const run = (command: string, args: string[], input?: string): Ended => {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    input,
    maxBuffer: 1 << 28,
    env: { ...process.env, KUBECONFIG: cluster.kubeconfig, CI: "1" },
  });
  return { code: status, stdout, stderr };
};

/** kubectl in the tests' namespace; its output. Throws with its words if it fails. */
export function kubectl(args: string[], input?: string | object): string {
  const text = typeof input === "object" ? JSON.stringify(input) : input;
  const { code, stdout, stderr } = run(join(cluster.bin, "kubectl"), ["-n", cluster.namespace, ...args], text);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** `sparkflow …` against the cluster. */
export const sparkflow = (args: string[]): Ended => run(process.execPath, [cli, ...args]);

export const apply = (object: object): string => kubectl(["apply", "-f", "-"], object);

export type Item = {
  metadata: {
    name: string;
    uid: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
    ownerReferences?: { kind: string; name: string; uid: string }[];
  };
  spec: Record<string, never>;
  status?: Record<string, never>;
};
export const get = <T = Item>(...args: string[]): T => JSON.parse(kubectl(["get", ...args, "-o", "json"])) as T;
export const list = (...args: string[]): Item[] => get<{ items: Item[] }>(...args).items;

/** Waits as users do. */
export function finished(what: string, seconds = 180): void {
  kubectl(["wait", what, "--for=condition=Finished", `--timeout=${seconds}s`]);
}

export const taskStatus = (name: string): TaskStatus =>
  (get<{ status?: TaskStatus }>("sparktask", name).status ?? {}) as TaskStatus;
export const runStatus = (name: string): FlowRunStatus =>
  (get<{ status?: FlowRunStatus }>("sparkflowrun", name).status ?? {}) as FlowRunStatus;

/** A SparkTask; `spec` with a program inline. */
export const sparkTask = (name: string, spec: object): object => ({
  apiVersion: "sparkflow.dev/v1alpha1",
  kind: "SparkTask",
  metadata: { name },
  spec,
});
export const sparkEngine = (name: string, spec: object): object => ({
  apiVersion: "sparkflow.dev/v1alpha1",
  kind: "SparkEngine",
  metadata: { name },
  spec,
});

/** A program with its results, inline. */
export const script = (text: string): object => ({ python: { script: text } });
const small = (container: string) => ({
  podTemplate: { spec: { containers: [{ name: container, resources: { requests: { cpu: "200m" } } }] } },
});
export const smallDriver = { memory: "1g", ...small("spark-kubernetes-driver") };

/** An engine with executors that fit a machine of two cores. */
export const podsEngine = (name: string, more: object = {}): object =>
  sparkEngine(name, {
    kubernetes: {},
    storage: { claim: "flows" },
    driver: smallDriver,
    executor: { instances: 2, cores: 1, memory: "1g" },
    sparkConf: { "spark.kubernetes.executor.request.cores": "200m" },
    ...more,
  });
/** Pods of a task's attempt. */
export const podsOf = (task: string, role?: "driver" | "executor"): Item[] =>
  list("pods", "-l", `app.kubernetes.io/instance=${task}${role ? `,spark-role=${role}` : ""}`);
