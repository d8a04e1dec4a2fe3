// Reading the cluster's objects for commands.
import type { SparkResource } from "../../api/kinds.ts";
import type { ApiError, Client } from "../../kube/client.ts";
import { isNotFound } from "../../kube/errors.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { UserError } from "../exit.ts";
import { programName } from "../plugin.ts";
import { type Kind, kindWord, resources, splitName } from "./kinds.ts";
import type { AnyObject } from "./tables.ts";
import { type FlowObject, type RunObject, runLabel, shortName, type TaskObject } from "./views.ts";

type ByKind = { SparkFlow: FlowObject; SparkFlowRun: RunObject; SparkTask: TaskObject; SparkEngine: AnyObject };
const pageSize = 500;

/** An object, or undefined if there is none. Throws ApiError, also when the cluster doesn't know the kind. */
export async function find<K extends SparkResource["kind"]>(
  client: Client,
  kind: K,
  namespace: string,
  name: string,
): Promise<ByKind[K] | undefined> {
  try {
    return (await client.get(resources[kind], namespace, name)) as unknown as ByKind[K];
  } catch (error) {
    if (isNotFound(error) && !(error as ApiError).message.includes("could not find the requested resource"))
      return undefined;
    throw error;
  }
}

/** An object. Throws UserError with a sentence if there is none. */
export async function need<K extends Kind>(
  client: Client,
  kind: K,
  namespace: string,
  name: string,
): Promise<ByKind[K]> {
  const found = await find(client, kind, namespace, name);
  if (!found) throw new UserError([missing(kindWord[kind], namespace, name)]);
  return found;
}

export const missing = (what: string, namespace: string, name: string): string =>
  `there is no ${what} "${name}" in the namespace ${namespace}: \`${programName()} get -n ${namespace}\` lists what there is`;

/** All objects of a kind, in one namespace or (undefined) in all, by namespace and name. */
export async function listAll(
  client: Client,
  kind: Kind,
  namespace: string | undefined,
  labelSelector?: string,
): Promise<AnyObject[]> {
  const items: KubeObject[] = [];
  let next: string | undefined;
  do {
    const page = await client.list(resources[kind], namespace, {
      limit: pageSize,
      ...(labelSelector ? { labelSelector } : {}),
      ...(next ? { continue: next } : {}),
    });
    items.push(...page.items);
    next = page.metadata.continue;
  } while (next);
  // Items of a list don't say what they are.
  const { group, version } = resources[kind];
  return items.map((item) => ({ ...item, apiVersion: `${group}/${version}`, kind }) as unknown as AnyObject);
}

/** The SparkTasks of a run. */
export const tasksOf = async (client: Client, { metadata }: RunObject): Promise<TaskObject[]> =>
  (await listAll(client, "SparkTask", metadata.namespace, `${runLabel}=${metadata.name}`)) as TaskObject[];

/**
 * What a person names: a SparkTask, a run, RUN/TASK, or task/NAME and run/NAME. Throws UserError if there is none, if a
 * run and a task have the name, or if it is a flow's or an engine's.
 */
export async function findNamed(
  client: Client,
  namespace: string,
  text: string,
): Promise<{ run: RunObject; task?: undefined } | { task: TaskObject; run?: undefined }> {
  const { kind, name } = splitName(text);
  if (kind === "SparkFlow" || kind === "SparkEngine")
    throw new UserError([`${text}: this is for a task or a run, not for a ${kindWord[kind]}`]);
  const slash = name.indexOf("/");
  if (slash > 0) return { task: await findTaskOf(client, namespace, name.slice(0, slash), name.slice(slash + 1)) };
  const [task, run] = await Promise.all([
    kind === "SparkFlowRun" ? undefined : find(client, "SparkTask", namespace, name),
    kind === "SparkTask" ? undefined : find(client, "SparkFlowRun", namespace, name),
  ]);
  if (task && run) throw new UserError([`"${name}" is a task and a run: say task/${name} or run/${name}`]);
  if (task) return { task };
  if (run) return { run };
  const flow = kind ? undefined : await find(client, "SparkFlow", namespace, name);
  const latest = flow?.status?.latestRun;
  throw new UserError([
    flow
      ? `"${name}" is a flow, ${latest ? `whose latest run is ${latest}: name that` : "which has no run yet"}`
      : missing(kind ? kindWord[kind] : "task or run", namespace, name),
  ]);
}

async function findTaskOf(client: Client, namespace: string, runName: string, name: string): Promise<TaskObject> {
  const run = await need(client, "SparkFlowRun", namespace, runName);
  const tasks = await tasksOf(client, run);
  const task = tasks.find((one) => shortName(one) === name || one.metadata.name === name);
  if (task) return task;
  const names = tasks.map(shortName).join(", ");
  throw new UserError([`the run ${runName} has no task "${name}"; it has ${names || "none that has begun"}`]);
}
