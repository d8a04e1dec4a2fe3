// The kinds by name: schema, names for the API server and printed columns. Everything generated starts here.
import { z } from "zod";
import { metadata } from "./common.ts";
import { type EngineSpec, engineSpec } from "./engine.ts";
import { type FlowRunSpec, type FlowSpec, flowRunSpec, flowSpec } from "./flow.ts";
import {
  type FlowRunStatus,
  type FlowStatus,
  flowRunStatus,
  flowStatus,
  type TaskStatus,
  taskStatus,
} from "./status.ts";
import { type SparkTaskSpec, sparkTaskSpec } from "./task.ts";

export const group = "sparkflow.dev";
export const version = "v1alpha1";
export const apiVersion = `${group}/${version}` as const;

export type Metadata = z.infer<typeof metadata>;
type Resource<K extends string, S, T = never> = {
  apiVersion: typeof apiVersion;
  kind: K;
  metadata: Metadata;
  spec: S;
  status?: T;
};
export type SparkEngine = Resource<"SparkEngine", EngineSpec>;
export type SparkTask = Resource<"SparkTask", SparkTaskSpec, TaskStatus>;
export type SparkFlow = Resource<"SparkFlow", FlowSpec, FlowStatus>;
export type SparkFlowRun = Resource<"SparkFlowRun", FlowRunSpec, FlowRunStatus>;
export type SparkResource = SparkEngine | SparkTask | SparkFlow | SparkFlowRun;

/** A printed column of `kubectl get`; priority 1 shows with `-o wide`. */
export type Column = { name: string; type: "string" | "integer" | "date"; jsonPath: string; priority?: number };
/** A CEL rule on `spec`, cheap by design: what isn't cheap lives in the validator. */
export type Rule = { rule: string; message: string };

export type KindDefinition = {
  kind: SparkResource["kind"];
  plural: string;
  shortName: string;
  description: string;
  spec: z.ZodObject;
  status?: z.ZodObject;
  columns: Column[];
  rules: Rule[];
};

const age: Column = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };
const oneProgram =
  "[has(self.python), has(self.jar), has(self.sql), has(self.fugueSql), has(self.r)].filter(x, x).size() == 1";

export const kinds: Record<SparkResource["kind"], KindDefinition> = {
  SparkEngine: {
    kind: "SparkEngine",
    plural: "sparkengines",
    shortName: "spengine",
    description: "A named, reusable block that says where and how tasks run.",
    spec: engineSpec,
    columns: [{ name: "Image", type: "string", jsonPath: ".spec.image" }, age],
    rules: [
      {
        rule: "[has(self.kubernetes), has(self.local), has(self.connect), has(self.databricks)].filter(x, x).size() == 1",
        message: "an engine is exactly one of kubernetes, local, connect and databricks",
      },
    ],
  },
  SparkTask: {
    kind: "SparkTask",
    plural: "sparktasks",
    shortName: "sptask",
    description: "One piece of Spark work: one driver, one session, one log, one result.",
    spec: sparkTaskSpec,
    status: taskStatus,
    columns: [
      { name: "Phase", type: "string", jsonPath: ".status.phase" },
      { name: "Attempt", type: "integer", jsonPath: ".status.attempt" },
      { name: "Executors", type: "integer", jsonPath: ".status.executors.running" },
      { name: "Started", type: "date", jsonPath: ".status.startedAt" },
      { name: "Finished", type: "date", jsonPath: ".status.finishedAt" },
      { name: "Driver", type: "string", jsonPath: ".status.driver", priority: 1 },
      { name: "Message", type: "string", jsonPath: ".status.message", priority: 1 },
      age,
    ],
    rules: [{ rule: oneProgram, message: "a task has exactly one program: python, jar, sql, fugueSql or r" }],
  },
  SparkFlow: {
    kind: "SparkFlow",
    plural: "sparkflows",
    shortName: "spflow",
    description: "A graph of Spark tasks that pass typed data to each other.",
    spec: flowSpec,
    status: flowStatus,
    columns: [
      { name: "Run", type: "string", jsonPath: ".status.latestRun" },
      { name: "Phase", type: "string", jsonPath: ".status.phase" },
      { name: "Progress", type: "string", jsonPath: ".status.progress" },
      // As text: kubectl shows dates as ages, and has no word for one to come.
      { name: "Next", type: "string", jsonPath: ".status.nextRunAt" },
      { name: "Schedule", type: "string", jsonPath: ".spec.schedule.cron", priority: 1 },
      { name: "Message", type: "string", jsonPath: ".status.message", priority: 1 },
      age,
    ],
    rules: [],
  },
  SparkFlowRun: {
    kind: "SparkFlowRun",
    plural: "sparkflowruns",
    shortName: "sprun",
    description: "One run of a SparkFlow.",
    spec: flowRunSpec,
    status: flowRunStatus,
    columns: [
      { name: "Flow", type: "string", jsonPath: ".spec.flow" },
      { name: "Phase", type: "string", jsonPath: ".status.phase" },
      { name: "Progress", type: "string", jsonPath: ".status.progress" },
      { name: "Scheduled", type: "string", jsonPath: ".spec.scheduledAt", priority: 1 },
      { name: "Message", type: "string", jsonPath: ".status.message", priority: 1 },
      age,
    ],
    rules: [
      { rule: "self.flow == oldSelf.flow", message: "a run belongs to one flow: make another run instead" },
      {
        rule: "has(self.scheduledAt) == has(oldSelf.scheduledAt) && (!has(self.scheduledAt) || self.scheduledAt == oldSelf.scheduledAt)",
        message: "a run is for one tick: make another run instead",
      },
    ],
  },
};

const wholeObject = (definition: KindDefinition) =>
  z.strictObject({
    apiVersion: z.literal(apiVersion, { error: `expected ${apiVersion}` }),
    kind: z.literal(definition.kind),
    metadata,
    spec: definition.spec,
    status: z.looseObject({}).optional(),
  });
const objectSchemas = new Map<KindDefinition, ReturnType<typeof wholeObject>>();

/** The whole object of a kind, as a manifest holds it. Made once, since zod compiles each schema anew. */
export function objectSchema(definition: KindDefinition): ReturnType<typeof wholeObject> {
  const made = objectSchemas.get(definition) ?? wholeObject(definition);
  objectSchemas.set(definition, made);
  return made;
}
