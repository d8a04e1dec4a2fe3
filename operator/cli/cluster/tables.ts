// Objects as tables, in kubectl's manner. Pure.
import type { SparkEngine } from "../../api/kinds.ts";
import { durationText } from "../../api/quantity.ts";
import type { ObjectMeta } from "../../kube/objects.ts";
import type { Kind } from "./kinds.ts";
import { executorsText, type FlowObject, type RunObject, type TaskObject, tookMs } from "./views.ts";

export type EngineObject = Omit<SparkEngine, "metadata"> & { metadata: ObjectMeta };
export type AnyObject = EngineObject | FlowObject | RunObject | TaskObject;

const headers: Record<Kind, readonly string[]> = {
  SparkEngine: ["NAME", "RUNS ON", "STORAGE", "IMAGE", "AGE"],
  SparkFlow: ["NAME", "LATEST RUN", "PHASE", "PROGRESS", "NEXT RUN", "AGE", "MESSAGE"],
  SparkFlowRun: ["NAME", "FLOW", "PHASE", "PROGRESS", "TOOK", "AGE", "MESSAGE"],
  SparkTask: ["NAME", "PHASE", "ATTEMPT", "EXECUTORS", "TOOK", "AGE", "MESSAGE"],
};

/** The table of objects of one kind: its head and a row for each. `now` is in milliseconds since 1970. */
export function table(
  kind: Kind,
  objects: readonly AnyObject[],
  { namespaces, now }: { namespaces: boolean; now: number },
): string[][] {
  const rows = objects.map((object) =>
    namespaces ? [object.metadata.namespace ?? "", ...row(object, now)] : row(object, now),
  );
  return [[...(namespaces ? ["NAMESPACE"] : []), ...headers[kind]], ...rows];
}

function row(object: AnyObject, now: number): string[] {
  const { name, creationTimestamp } = object.metadata;
  const age = creationTimestamp ? ageText(now - Date.parse(creationTimestamp)) : "";
  switch (object.kind) {
    case "SparkEngine": {
      const { spec } = object;
      return [name, runsOn(spec), spec.storage?.claim ?? spec.storage?.uri ?? "", spec.image ?? "", age];
    }
    case "SparkFlow": {
      const { latestRun = "", progress = "", phase = "", nextRunAt } = object.status ?? {};
      const next = nextRunAt === undefined ? "" : `in ${ageText(Date.parse(nextRunAt) - now)}`;
      return [name, latestRun, phase, progress, next, age, oneLine(object.status?.message)];
    }
    case "SparkFlowRun": {
      const { phase = "", progress = "", message } = object.status ?? {};
      return [name, object.spec.flow, phase, progress, tookText(object, now), age, oneLine(message)];
    }
    case "SparkTask": {
      const { phase = "", attempt = 0, message } = object.status ?? {};
      return [name, phase, String(attempt), executorsText(object), tookText(object, now), age, oneLine(message)];
    }
    default:
      return object satisfies never;
  }
}

function runsOn(spec: EngineObject["spec"]): string {
  if (spec.local) return `local[${spec.local.cores ?? 4}]`;
  return spec.kubernetes ? "kubernetes" : spec.connect ? "connect" : "databricks";
}

function tookText({ status }: RunObject | TaskObject, now: number): string {
  const ms = tookMs(status, now);
  return ms === undefined ? "" : durationText(Math.max(0, ms));
}

const oneLine = (message = ""): string => message.split("\n")[0]!;

/** A time span as kubectl prints ages: `90s`, `12m`, `5h`, `3d`. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 3 * 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
