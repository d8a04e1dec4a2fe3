// Tasks as a benchmark makes them, and their lives in the audit log: when each write of a task's life was answered.
import { statSync } from "node:fs";
import type { Client } from "../../../operator/kube/client.ts";
import type { KubeObject } from "../../../operator/kube/objects.ts";
import { sparkTasks } from "../../../operator/kube/resources.ts";
import { Store } from "../../../operator/kube/store.ts";
import { type AuditEvent, auditEvents } from "../../cluster/audit.ts";
import { until } from "../../cluster/command.ts";
import { operatorUser, type World } from "./world.ts";

export const taskObject = (name: string, more: object = {}) => ({
  apiVersion: "sparkflow.dev/v1alpha1",
  kind: "SparkTask",
  metadata: { name },
  spec: { python: { script: "print(1)\n" }, sparkConf: { "spark.sql.shuffle.partitions": "8" }, ...more },
});

/** When the writes of a task's life were answered, in milliseconds since 1970. */
export type Life = { created?: number; pod?: number; podEnded?: number; told?: number; released?: number };

/** Microseconds count, so Date.parse isn't enough. */
export const ms = (stamp: string): number =>
  Date.parse(`${stamp.slice(0, 19)}Z`) + Number(`0.${stamp.slice(20, -1)}`) * 1000;

/** Lives of a namespace's tasks, by name, from a place in the audit log on. */
function livesOf({ cluster }: World, namespace: string, from: number): Map<string, Life> {
  const lives = new Map<string, Life>();
  for (const event of writesOf(cluster.auditLog, namespace, from)) {
    const { resource, subresource, name = "" } = event.objectRef!;
    const task = resource === "pods" ? name.replace(/-[0-9a-f]{8}-\d+-driver$/, "") : name;
    const life = lives.get(task) ?? {};
    const at = ms(event.stageTimestamp);
    const own = event.user.username === operatorUser;
    const call = `${own ? "operator" : "other"} ${event.verb} ${resource}${subresource ? `/${subresource}` : ""}`;
    if (call === "other create sparktasks" || call === "other patch sparktasks") life.created ??= at;
    else if (call === "operator create sparktasks") life.created = at;
    else if (call === "operator create pods") life.pod = at;
    else if (call === "other patch pods/status") life.podEnded = at;
    else if (call === "operator patch sparktasks/status") life.told = at;
    else if (call === "operator patch pods") life.released = at;
    else continue;
    lives.set(task, life);
  }
  return lives;
}

const writesOf = (log: string, namespace: string, from: number): AuditEvent[] =>
  auditEvents(log, from).filter(
    ({ objectRef, responseStatus, stage }) =>
      objectRef?.namespace === namespace && stage === "ResponseComplete" && (responseStatus?.code ?? 500) < 300,
  );

/** Where the audit log ends now. */
export const auditEnd = ({ cluster }: World): number => statSync(cluster.auditLog).size;

/** Counts finished tasks of a namespace as they come. */
export class Finished {
  readonly #stop = new AbortController();
  readonly #store: Store;
  #waiting: { count: number; resolve: () => void }[] = [];
  count = 0;
  readonly failed: string[] = [];

  constructor(client: Client, namespace: string) {
    this.#store = new Store(client, {
      resource: sparkTasks,
      namespaces: [namespace],
      strip: (raw) => raw,
      onChange: (key, before, after) => {
        if (phaseOf(after) === "Failed") this.failed.push(key);
        if (phaseOf(after) !== "Succeeded" || phaseOf(before) === "Succeeded") return;
        this.count++;
        for (const { resolve } of this.#waiting.filter(({ count }) => count <= this.count)) resolve();
        this.#waiting = this.#waiting.filter(({ count }) => count > this.count);
      },
    });
    void this.#store.run(this.#stop.signal);
  }

  /** Resolves when so many have succeeded. */
  async reach(count: number, timeoutMs = 300_000): Promise<void> {
    await this.#store.synced;
    if (this.count >= count) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const say = () => reject(new Error(`${this.count} of ${count} tasks after ${timeoutMs / 1000} s`));
      timer = setTimeout(say, timeoutMs);
    });
    await Promise.race([new Promise<void>((resolve) => this.#waiting.push({ count, resolve })), late]);
    clearTimeout(timer);
    if (this.failed.length > 0) throw new Error(`${this.failed.length} tasks failed, ${this.failed[0]} for one`);
  }

  stop(): void {
    this.#stop.abort();
  }
}

const phaseOf = (task: KubeObject | undefined): string | undefined =>
  (task?.status as { phase?: string } | undefined)?.phase;

/** Waits until the log has every write of the lives of so many tasks, and gives these. */
export async function wholeLives(
  world: World,
  namespace: string,
  count: number,
  from: number,
): Promise<(Required<Life> & { name: string })[]> {
  let lives: (Life & { name: string })[] = [];
  const whole = () => {
    lives = [...livesOf(world, namespace, from)].map(([name, life]) => ({ name, ...life }));
    return lives.length === count && lives.every(isWhole);
  };
  await until(`the ends of ${count} tasks`, whole, { everyMs: 500 });
  return lives.filter(isWhole);
}

const isWhole = <L extends Life>(life: L): life is L & Required<Life> =>
  [life.created, life.pod, life.podEnded, life.told, life.released].every((at) => at !== undefined);
