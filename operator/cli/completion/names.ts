// Names that only the machine or the cluster knows: runs, tasks, objects. Whatever goes wrong, nothing is proposed.
import { setTimeout as sleep } from "node:timers/promises";
import type { FlowSpec } from "../../api/flow.ts";
import { reasons } from "../../api/reasons/reasons.ts";
import { isOver, listRecords, type RunRecord } from "../../engines/local/store.ts";
import { loadProject } from "../../manifest/project.ts";
import { defaultEngineName } from "../../task/resolve.ts";
import { type ClusterOptions, onCluster } from "../cluster/connect.ts";
import { type Kind, kindOf, kindWord, splitName } from "../cluster/kinds.ts";
import { listAll } from "../cluster/read.ts";
import { isOnCluster } from "../place.ts";
import { findRun } from "../runs.ts";
import { type Place, type Proposal, plain, startingWith } from "./line.ts";

/** A cluster that doesn't answer must not keep a shell waiting. */
const patienceMs = 5000;
const newestFirst = 50;

/** Names for a place of the command line; `files` if the shell is to propose files. */
export async function namesFor(place: Place): Promise<{ proposals: Proposal[]; files: boolean }> {
  if (/file|folder/.test(place.what)) return { proposals: [], files: true };
  const found = await Promise.race([names(place).catch(() => []), sleep(patienceMs, [], { ref: false })]);
  return { proposals: startingWith(place.prefix, found), files: false };
}

async function names(place: Place): Promise<Proposal[]> {
  const { what, command, given } = place;
  if (place.option === "run") return localRuns();
  if (place.option === "engine") return plain([defaultEngineName, ...manifests(given).engines.keys()]);
  if (place.option === "task") return plain(manifests(given).flows.flatMap(({ object }) => tasksIn(object.spec)));
  if (command === "retry" && place.option === "from" && given[0] !== undefined) return tasksOf(given[0], place);
  if (place.option !== undefined) return [];
  if (what === "reason")
    return Object.entries(reasons).map(([value, { means }]) => ({ value, description: means.split(". ")[0]! }));
  if (what === "kind") return plain(Object.values(kindWord));
  if (command === "get" && given[0] !== undefined) return objects(place, kindsOf(given[0]));
  if (what === "flow") return objects(place, ["SparkFlow"]);
  if (command === "cancel") return anyRuns(place, (one) => !isOver(one));
  if (command === "retry") return anyRuns(place, isOver);
  if (what === "run") return command === "runs" ? localRuns() : anyRuns(place);
  if (what === "task" && given[0] !== undefined) return tasksOf(given[0], place);
  return [];
}

/** What the manifests on the line, or of the working directory, hold. */
const manifests = (given: readonly string[]) =>
  loadProject(given.length > 0 ? given : ["."], { elsewhere: true }).project;
const tasksIn = ({ tasks }: FlowSpec): string[] => tasks.map(({ name }) => name);

function kindsOf(word: string): Kind[] {
  const found = kindOf(word);
  return "kind" in found ? [found.kind] : [];
}

function localRuns(fits: (record: RunRecord) => boolean = () => true): Proposal[] {
  const all = listRecords().reverse();
  const records = all.filter(fits).slice(0, newestFirst);
  if (records.length === 0) return [];
  return [
    ...(records[0] === all[0] ? [{ value: "last", description: "the latest run here" }] : []),
    ...records.map(({ name, phase }) => ({ value: name, description: phase })),
  ];
}

async function anyRuns(place: Place, fits?: (record: RunRecord) => boolean): Promise<Proposal[]> {
  const here = isOnCluster("last", whereOf(place)) ? [] : localRuns(fits);
  return [...here, ...(await objects(place, ["SparkFlowRun", "SparkTask"]))];
}

function tasksOf(run: string, place: Place): Proposal[] {
  if (isOnCluster(run, whereOf(place))) return [];
  return findRun(run).tasks.map(({ name, phase }) => ({ value: name, description: phase }));
}

const whereOf = ({ options: { namespace, context, kubeconfig } }: Place): ClusterOptions => ({
  ...(namespace && { namespace }),
  ...(context && { context }),
  ...(kubeconfig && { kubeconfig }),
});

/** Objects of the cluster, if there is one to ask. */
async function objects(place: Place, kinds: readonly Kind[]): Promise<Proposal[]> {
  const where = whereOf(place);
  if (!isOnCluster("", where)) return [];
  const { kind } = splitName(place.prefix);
  const word = kind ? `${place.prefix.split("/")[0]}/` : "";
  return onCluster(where, async ({ client, namespace }) => {
    const wanted = kind ? [kind] : kinds;
    const lists = await Promise.all(wanted.map((one) => listAll(client, one, namespace)));
    return lists.flat().map((object) => ({
      value: `${word}${object.metadata.name}`,
      description: "status" in object ? ((object.status as { phase?: string } | undefined)?.phase ?? "") : "",
    }));
  });
}
