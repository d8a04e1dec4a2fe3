// sparkflow get: tasks, runs, flows and engines of a cluster.
import { Command, Option } from "commander";
import { stringify } from "yaml";
import type { KubeObject } from "../kube/objects.ts";
import { Store } from "../kube/store.ts";
import { addClusterOptions, type Cluster, clusterOptions, onCluster } from "./cluster/connect.ts";
import { interruption } from "./cluster/interruption.ts";
import { type Kind, kindOf, kindOrder, qualifiedName, resources } from "./cluster/kinds.ts";
import { find, listAll, need, tasksOf } from "./cluster/read.ts";
import { type AnyObject, table } from "./cluster/tables.ts";
import { endedRun, type RunObject, runTasks, type TaskObject, taskView } from "./cluster/views.ts";
import { watchToEnd } from "./cluster/watch.ts";
import { UserError } from "./exit.ts";
import { nextThere } from "./report/next.ts";
import { treeLines } from "./report/tree.ts";
import { detailLines } from "./report/words.ts";
import { columns } from "./style.ts";

const examples = `
Examples:
  sparkflow get                                   everything of the namespace
  sparkflow get tasks -A                          tasks of all namespaces
  sparkflow get run geo-cities-g1                 a run: its tasks as a tree, failures, values, outputs
  sparkflow get run geo-cities-g1 --watch         the same, live, until the run has ended
  sparkflow get task count -o json | jq .status.values`;

/** As kubectl reads it: what YAML 1.1 takes for a time, a number or a boolean is quoted. */
const yamlStyle = { lineWidth: 0, version: "1.1" } as const;
const formats = ["table", "json", "yaml", "name"] as const;
type Options = { allNamespaces?: boolean; output: (typeof formats)[number]; watch?: boolean };

export const getCommand = (): Command =>
  addClusterOptions(
    new Command("get")
      .description("list tasks, runs, flows and engines of a cluster, or show one")
      .argument("[kind]", "task, run, flow or engine (as kubectl takes them); left out, all")
      .argument("[name]", "one object's name"),
  )
    .option("-A, --all-namespaces", "of all namespaces")
    .addOption(new Option("-o, --output <format>", "how to print").choices(formats).default("table"))
    .option("-w, --watch", "go on with what changes; of one task or run, until it has ended")
    .addHelpText("after", examples)
    .action(async (word: string | undefined, name: string | undefined, options: Options, command: Command) => {
      const asked = whatIsAsked(word, name);
      if (asked.name !== undefined && options.allNamespaces)
        throw new UserError([
          "--all-namespaces lists; one object is in one namespace: leave out the name or the option",
        ]);
      process.exitCode = await onCluster(clusterOptions(command), (cluster) => get(cluster, asked, options));
    });

type Asked = { kinds: readonly Kind[]; name?: string };

function whatIsAsked(word: string | undefined, name: string | undefined): Asked {
  if (word === undefined) return { kinds: kindOrder };
  const slash = word.indexOf("/");
  if (slash >= 0 && name !== undefined) throw new UserError([`say ${word} or a kind and a name, not both`]);
  const found = kindOf(slash < 0 ? word : word.slice(0, slash));
  if ("problem" in found) throw new UserError([found.problem]);
  const wanted = slash < 0 ? name : word.slice(slash + 1);
  return { kinds: [found.kind], ...(wanted === undefined ? {} : { name: wanted }) };
}

async function get(cluster: Cluster, { kinds, name }: Asked, options: Options): Promise<number> {
  const { client, namespace } = cluster;
  const where = options.allNamespaces ? undefined : namespace;
  if (name !== undefined) {
    const kind = kinds[0]!;
    const object = await need(client, kind, namespace, name);
    const live = options.watch && options.output === "table" && (kind === "SparkTask" || kind === "SparkFlowRun");
    if (live) return watchToEnd(cluster, [{ kind, namespace, name }], {});
    if (options.watch) await watchObjects(cluster, [kind], namespace, options, name);
    else if (options.output === "table") console.log((await details(cluster, object)).join("\n"));
    else print([object], options.output);
    return 0;
  }
  if (options.watch) {
    await watchObjects(cluster, kinds, where, options);
    return 0;
  }
  const lists = await Promise.all(kinds.map((kind) => listAll(client, kind, where)));
  const all = lists.flat();
  if (options.output !== "table") print(all, options.output, true);
  else if (all.length === 0) console.error(`nothing found ${where ? `in the namespace ${where}` : "in any namespace"}`);
  else
    console.log(
      lists
        .filter((list) => list.length > 0)
        .map((list) => tableText(list, !where))
        .join("\n\n"),
    );
  return 0;
}

/** On a terminal a line is cut rather than broken: the message, at its end, may be long. */
function tableText(objects: readonly AnyObject[], namespaces: boolean): string {
  const text = columns(table(objects[0]!.kind, objects, { namespaces, now: Date.now() }));
  const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  return text
    .split("\n")
    .map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line))
    .join("\n");
}

/** One object as people read it. */
async function details({ client }: Cluster, object: AnyObject): Promise<string[]> {
  const now = Date.now();
  const head = tableText([object], false);
  if (object.kind === "SparkTask")
    return [head, "", ...detailLines(endedRun(object, [taskView(object, now)], [object])), ...next(object)];
  if (object.kind !== "SparkFlowRun") return [head];
  const flow = await find(client, "SparkFlow", object.metadata.namespace!, object.spec.flow);
  const made = await tasksOf(client, object);
  const views = runTasks(object, made, flow, now);
  return [head, "", ...treeLines(views), ...detailLines(endedRun(object, views, made)), ...next(object)];
}

const next = (object: RunObject | TaskObject): string[] => {
  const line = nextThere(object);
  return line === undefined ? [] : [line];
};

function print(objects: readonly AnyObject[], output: Options["output"], list = false): void {
  if (output === "name") for (const { kind, metadata } of objects) console.log(qualifiedName(kind, metadata.name));
  else {
    const clean = objects.map(withoutManagedFields);
    const value = list ? { apiVersion: "v1", kind: "List", items: clean } : clean[0];
    console.log(output === "json" ? JSON.stringify(value, null, 2) : stringify(value, yamlStyle).trimEnd());
  }
}

/** As kubectl prints objects: who set which field is for machines. */
function withoutManagedFields(object: AnyObject): object {
  const { managedFields: _fields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Prints what there is and then what changes, until Ctrl-C: rows, or a JSON object a line. */
async function watchObjects(
  { client }: Cluster,
  kinds: readonly Kind[],
  namespace: string | undefined,
  { output }: Options,
  name?: string,
): Promise<void> {
  const { signal, stop } = interruption();
  const widths = new Map<Kind, number[]>();
  const tell = (kind: Kind, raw: KubeObject) => {
    const object = { ...raw, kind } as unknown as AnyObject;
    if (name !== undefined && raw.metadata.name !== name) return;
    if (output === "json") console.log(JSON.stringify(withoutManagedFields(object)));
    else if (output === "yaml") console.log(`---\n${stringify(withoutManagedFields(object), yamlStyle).trimEnd()}`);
    else if (output === "name") console.log(qualifiedName(kind, object.metadata.name));
    else
      for (const line of rowLines(table(kind, [object], { namespaces: !namespace, now: Date.now() }), kind, widths))
        console.log(line);
  };
  try {
    // What isn't allowed is said at once; from then on the store goes on whatever happens.
    for (const kind of kinds) await client.list(resources[kind], namespace, { limit: 1 });
    await Promise.all(
      kinds.map((kind) =>
        new Store(client, {
          resource: resources[kind],
          namespaces: namespace === undefined ? undefined : [namespace],
          strip: (raw) => raw,
          onChange: (_key, _before, after) => after && tell(kind, after),
        }).run(signal),
      ),
    );
  } finally {
    stop();
  }
}

/** Rows below each other though they come one by one: a column never gets narrower; its head is said once. */
function rowLines([head, row]: string[][], kind: Kind, widths: Map<Kind, number[]>): string[] {
  const known = widths.get(kind);
  const wide = head!.map((cell, column) => Math.max(known?.[column] ?? 0, cell.length, row![column]!.length));
  widths.set(kind, wide);
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(wide[column]!))
      .join("  ")
      .trimEnd();
  return known ? [line(row!)] : [line(head!), line(row!)];
}
