// sparkflow submit: gives manifests to a cluster and sees to it that they run.
import { Command } from "commander";
import { lintProject } from "../manifest/lint.ts";
import { loadProject } from "../manifest/project.ts";
import { applyAll } from "./cluster/apply.ts";
import { checkWithCluster, typedParams } from "./cluster/check.ts";
import { addClusterOptions, type Cluster, type ClusterOptions, clusterOptions, onCluster } from "./cluster/connect.ts";
import { addFollowOptions, type FollowOptions, followStarted, sayer } from "./cluster/following.ts";
import { prepare } from "./cluster/prepare.ts";
import { startAll, withEditParams } from "./cluster/targets.ts";
import { type EngineOption, engineFlag, engineHelp } from "./engine.ts";
import { addParam, paramFlag, paramHelp } from "./params.ts";
import { checkForElsewhere, problemText, stopAt } from "./project.ts";
import { yellow } from "./style.ts";

const examples = `
Examples:
  sparkflow submit examples/geo-cities -n spark --watch     a folder, with its live tree until the end
  sparkflow submit flow.yaml --param top=5 --wait           waits; the exit code says how it ended
  sparkflow submit task.yaml --logs                         with what the driver prints
  kustomize build overlays/prod | sparkflow submit - -n prod

Programs and small inputs that are paths beside the manifest go with it, in ConfigMaps. A flow that was submitted before
and hasn't changed runs once more; one that runs by its schedule doesn't, unless --param is given; a task that has done its work is left. Ctrl-C ends the watching, not the work.`;

type Options = EngineOption & FollowOptions & { param?: Record<string, string>; forceConflicts?: boolean };

export const submitCommand = (): Command =>
  addFollowOptions(
    addClusterOptions(
      new Command("submit")
        .description("give flows and tasks to a cluster and run them there")
        .argument("<file|folder|-...>", "manifests; - is standard input")
        .option(paramFlag, paramHelp, addParam),
    ).option(engineFlag, engineHelp),
  )
    .option("--force-conflicts", "take over fields that another tool, such as kubectl, has set")
    .addHelpText("after", examples)
    .action(async (targets: string[], options: Options, command: Command) => {
      const where = clusterOptions(command);
      // What is wrong with the manifests is said before anybody asks for a cluster.
      const loaded = loadProject(targets, { elsewhere: true, engine: options.engine });
      stopAt(loaded.problems);
      checkForElsewhere(targets, loaded.project);
      process.exitCode = await onCluster(where, (cluster) => submit(cluster, loaded, options, where));
    });

async function submit(
  cluster: Cluster,
  { project, documents }: ReturnType<typeof loadProject>,
  options: Options,
  where: ClusterOptions,
): Promise<number> {
  const { client } = cluster;
  const prepared = prepare(documents, { given: where.namespace, usual: cluster.namespace });
  stopAt(prepared.problems);
  const params = options.param ?? {};
  await checkWithCluster(cluster, project, params, options.engine);
  const say = sayer(options);
  for (const one of lintProject(project)) console.error(yellow(`warning: ${problemText(one)}`));
  for (const one of prepared.passedOver) console.error(`passed over: ${one}, which isn't Sparkflow's`);
  const typed = typedParams(project, params);
  const objects = await withEditParams(client, prepared.objects, typed);
  const applied = await applyAll(client, objects, { force: options.forceConflicts ?? false, say });
  const started = await startAll(client, applied, typed);
  return followStarted(cluster, started, options);
}
