// sparkflow graph: flows as pictures, as Mermaid text or SVG; with --run in the colours of a run's states.
import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import type { TaskPhase } from "../api/status.ts";
import type { RunRecord } from "../engines/local/store.ts";
import { type Drawing, drawingOf, drawingOfTask } from "../flow/drawing.ts";
import { loadProject } from "../manifest/project.ts";
import { addClusterOptions, type ClusterOptions, clusterOptions, onCluster } from "./cluster/connect.ts";
import { need, tasksOf } from "./cluster/read.ts";
import { runTasks } from "./cluster/views.ts";
import { UserError } from "./exit.ts";
import { mermaid } from "./graph/mermaid.ts";
import type { Picture } from "./graph/picture.ts";
import { isOnCluster, runHere } from "./place.ts";
import { programName } from "./plugin.ts";
import { stopAt } from "./project.ts";

const help = `
Solid arrows pass data, dashed ones only order tasks, red (bold) ones are taken after a failure. A double border is a task with
forEach, a tab (slanted sides) one with map; tasks of \`finally\` stand in a box. \`?\` marks data that needn't be there.

Examples:
  sparkflow graph examples/geo-cities                       Mermaid text, as Markdown pages of GitHub and GitLab draw it
  sparkflow graph examples/geo-cities -o svg > flow.svg
  helm template . | sparkflow graph -
  sparkflow graph my-flow --run last -o svg > run.svg       tasks in the colours of their states
  sparkflow graph --run geo-cities-g1 -n spark              a run on a cluster, and its flow from there`;

const formats = ["mermaid", "svg"] as const;
type Options = { output: (typeof formats)[number]; run?: string };

export const graphCommand = (): Command =>
  addClusterOptions(
    new Command("graph")
      .description("draw flows as Mermaid text or as SVG")
      .argument("[file|folder|-...]", "manifests; - is standard input; left out, the working directory")
      .addOption(new Option("-o, --output <format>", "what to print").choices(formats).default("mermaid"))
      .option("-r, --run <name>", "colour the tasks by their states in this run, or in the `last` one here"),
  )
    .addHelpText("after", help)
    .action(async (targets: string[], { output, run }: Options, command: Command) => {
      const pictures = await picturesOf(targets, run, clusterOptions(command));
      // Graphviz takes a while to load, and most calls don't need it.
      const text = output === "svg" ? await (await import("./graph/svg.ts")).svg(pictures) : mermaid(pictures);
      process.stdout.write(text);
    });

async function picturesOf(
  targets: readonly string[],
  run: string | undefined,
  where: ClusterOptions,
): Promise<Picture[]> {
  if (run === undefined) return drawings(targets.length > 0 ? targets : ["."]).map((drawing) => ({ drawing }));
  if (isOnCluster(run, where)) return clusterRun(run, targets, where);
  const record = runHere(run);
  const all = drawings(targets.length > 0 ? targets : [manifestOf(record)]);
  return [
    { drawing: the(record.of, all, record.name), phases: new Map(record.tasks.map((one) => [one.name, one.phase])) },
  ];
}

/** What the manifests draw. Engines may be elsewhere: they aren't drawn. */
function drawings(targets: readonly string[]): Drawing[] {
  const { project, problems } = loadProject(targets, { elsewhere: true });
  stopAt(problems);
  return [
    ...project.flows.map(({ object }) => drawingOf(object)),
    ...project.tasks.map(({ object }) => drawingOfTask(object)),
  ];
}

/** Where the manifests of a run are, as it remembers them. */
function manifestOf({ name, manifest }: RunRecord): string {
  if (existsSync(manifest)) return manifest;
  throw new UserError([`${manifest}, where the manifests of ${name} were, is gone: name them before --run`]);
}

function the(name: string, all: readonly Drawing[], run: string): Drawing {
  const found = all.find((drawing) => drawing.name === name);
  if (found) return found;
  throw new UserError([`${run} is a run of ${name}, and here is only ${all.map((one) => one.name).join(", ")}`]);
}

/** A run of a cluster. Its flow may have been edited since: tasks are told apart by name. */
function clusterRun(name: string, targets: readonly string[], where: ClusterOptions): Promise<Picture[]> {
  return onCluster(where, async ({ client, namespace }) => {
    const run = await need(client, "SparkFlowRun", namespace, name.replace(/^run\//, ""));
    const flow = targets.length > 0 ? undefined : await need(client, "SparkFlow", namespace, run.spec.flow);
    const drawing = flow ? drawingOf(flow) : the(run.spec.flow, drawings(targets), run.metadata.name);
    const views = runTasks(run, await tasksOf(client, run), flow, Date.now());
    const phases = new Map<string, TaskPhase>(views.map((view) => [view.name, view.phase]));
    if (phases.size === 0) console.error(`${programName()}: no task of ${run.metadata.name} has begun`);
    return [{ drawing, phases }];
  });
}
