// sparkflow submit: gives manifests to a cluster and sees to it that they run.
import { Command } from "commander";
import type { SparkEngine, SparkFlow } from "../api/kinds.ts";
import { suggestion } from "../api/problems.ts";
import { planRuns } from "../engines/local/plan.ts";
import { editParamsAnnotation, editParamsText } from "../flow/editParams.ts";
import type { ParamValues } from "../flow/params.ts";
import { lintProject } from "../manifest/lint.ts";
import { loadProject, type Project } from "../manifest/project.ts";
import type { LocatedProblem } from "../manifest/source.ts";
import { defaultEngineName } from "../task/resolve.ts";
import { type Applied, applyAll } from "./cluster/apply.ts";
import { addClusterOptions, type Cluster, type ClusterOptions, clusterOptions, onCluster } from "./cluster/connect.ts";
import { kindWord } from "./cluster/kinds.ts";
import { type Prepared, prepare } from "./cluster/prepare.ts";
import { find, listAll } from "./cluster/read.ts";
import { tailLogs } from "./cluster/tailLogs.ts";
import { type Started, startFlow, startRun, startsByEdit, startTask } from "./cluster/targets.ts";
import { watchToEnd } from "./cluster/watch.ts";
import { addParam, paramFlag, paramHelp } from "./params.ts";
import { problemsError, problemText } from "./project.ts";
import { yellow } from "./style.ts";

const examples = `
Examples:
  sparkflow submit examples/geo-cities -n spark --watch     a folder, with its live tree until the end
  sparkflow submit flow.yaml --param top=5 --wait           waits; the exit code says how it ended
  sparkflow submit task.yaml --logs                         with what the driver prints
  kustomize build overlays/prod | sparkflow submit - -n prod

Programs and small inputs that are paths beside the manifest go with it, in ConfigMaps. A flow that was submitted before
and hasn't changed runs once more; a task that has done its work is left. Ctrl-C ends the watching, not the work.`;

type Options = {
  param?: Record<string, string>;
  watch?: boolean;
  wait?: boolean;
  logs?: boolean;
  json?: boolean;
  forceConflicts?: boolean;
};

export const submitCommand = (): Command =>
  addClusterOptions(
    new Command("submit")
      .description("give flows and tasks to a cluster and run them there")
      .argument("<file|folder|-...>", "manifests; - is standard input")
      .option(paramFlag, paramHelp, addParam),
  )
    .option("-w, --watch", "show what happens until the end")
    .option("--wait", "wait for the end")
    .option("--logs", "print the drivers' logs until the end")
    .option("--json", "print a JSON object a line, as `run` does, until the end")
    .option("--force-conflicts", "take over fields that another tool, such as kubectl, has set")
    .addHelpText("after", examples)
    .action(async (targets: string[], options: Options, command: Command) => {
      const where = clusterOptions(command);
      // What is wrong with the manifests is said before anybody asks for a cluster.
      const loaded = loadProject(targets, { elsewhere: true });
      stopAt(loaded.problems);
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
  await checkWithCluster(cluster, project, params);
  const say = (text: string) => (options.json ? console.error(text) : console.log(text));
  for (const one of lintProject(project)) console.error(yellow(`warning: ${problemText(one)}`));
  for (const one of prepared.passedOver) console.error(`passed over: ${one}, which isn't Sparkflow's`);
  const typed = typedParams(project, params);
  const objects = await withEditParams(cluster, prepared.objects, typed);
  const applied = await applyAll(client, objects, { force: options.forceConflicts ?? false, say });
  const started = await start(cluster, applied, typed);
  for (const { sentence } of started) say(sentence);
  const targets = started.map(({ target }) => target);
  if (options.watch || options.wait || options.logs || options.json) {
    const logs = options.logs ? tailLogs(cluster, targets) : undefined;
    const quiet = !options.watch && !options.logs;
    const code = await watchToEnd(cluster, targets, {
      ...(options.json ? { json: true } : { quiet, plain: options.logs === true }),
      ...(logs ? { onChange: logs.onChange, beforeEnd: logs.end } : {}),
    });
    return code;
  }
  for (const { kind, name, namespace } of targets)
    say(`watch: sparkflow get ${kindWord[kind]} ${name} -n ${namespace} --watch`);
  return 0;
}

function stopAt(problems: readonly LocatedProblem[]): void {
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw problemsError(errors);
}

/**
 * What takes more than the manifests to see: engines that are on the cluster already (which are added to the project), and
 * whether the params that are given fit. Throws UserError.
 */
async function checkWithCluster(
  { client, namespace }: Cluster,
  project: Project,
  params: Record<string, string>,
): Promise<void> {
  const problems: LocatedProblem[] = [];
  const add = async (
    name: string | undefined,
    source: Project["tasks"][number]["source"],
    own: string | undefined,
    path: (string | number)[],
  ) => {
    const engine = name ?? defaultEngineName;
    if (project.engines.has(engine)) return;
    const place = own ?? namespace;
    const found = await find(client, "SparkEngine", place, engine);
    if (found)
      project.engines.set(engine, {
        object: found as unknown as SparkEngine,
        source: { file: `SparkEngine ${engine}`, folder: ".", value: found },
      });
    else if (name !== undefined && name !== defaultEngineName) {
      const names = [
        ...project.engines.keys(),
        ...(await listAll(client, "SparkEngine", place)).map(({ metadata }) => metadata.name),
      ];
      problems.push({
        file: source.file,
        ...(source.positionOf ? { position: source.positionOf(path) } : {}),
        path,
        severity: "error",
        message: `there is no SparkEngine "${name}" here, nor in the namespace ${place}${suggestion(name, names)}`,
      });
    }
  };
  for (const { object, source } of project.tasks)
    await add(object.spec.engine, source, object.metadata.namespace, ["spec", "engine"]);
  for (const { object, source } of project.flows) {
    const { taskDefaults, tasks } = object.spec;
    await add(taskDefaults?.engine, source, object.metadata.namespace, ["spec", "taskDefaults", "engine"]);
    for (const [index, task] of tasks.entries())
      if (task.engine) await add(task.engine, source, object.metadata.namespace, ["spec", "tasks", index, "engine"]);
  }
  stopAt([...problems, ...planRuns(project, params, new Date()).problems]);
}

/** The given params of each flow, as their declared types. */
function typedParams(project: Project, given: Record<string, string>): Map<string, ParamValues> {
  const { plans } = planRuns({ ...project, runs: [] }, given, new Date());
  return new Map(
    plans
      .filter(({ kind }) => kind === "SparkFlow")
      .map(({ of, params }) => [of, Object.fromEntries(Object.keys(given).map((name) => [name, params[name]!]))]),
  );
}

/** Flows whose edit starts a run get the params of that run in the same write. */
async function withEditParams(
  { client }: Cluster,
  objects: readonly Prepared[],
  params: ReadonlyMap<string, ParamValues>,
): Promise<Prepared[]> {
  const all: Prepared[] = [];
  for (const prepared of objects) {
    const { manifest, namespace } = prepared;
    const given = params.get(manifest.metadata.name) ?? {};
    if (manifest.kind !== "SparkFlow" || Object.keys(given).length === 0) {
      all.push(prepared);
      continue;
    }
    const spec = manifest.spec as unknown as SparkFlow["spec"];
    const before = await find(client, "SparkFlow", namespace, manifest.metadata.name);
    const edits = !before || startsByEdit({ spec, ...(before.status ? { status: before.status } : {}) });
    const annotations = {
      ...manifest.metadata.annotations,
      ...(edits ? { [editParamsAnnotation]: editParamsText(spec, given) } : {}),
    };
    all.push({ ...prepared, manifest: { ...manifest, metadata: { ...manifest.metadata, annotations } } });
  }
  return all;
}

/** What runs now. A flow with SparkFlowRuns among the manifests runs for these, and else once. */
async function start(
  { client }: Cluster,
  applied: readonly Applied[],
  params: ReadonlyMap<string, ParamValues>,
): Promise<Started[]> {
  const started: Started[] = [];
  const of = (kind: string) => applied.filter(({ prepared }) => prepared.manifest.kind === kind);
  const runs = of("SparkFlowRun");
  for (const one of of("SparkTask")) started.push(startTask(one));
  for (const one of of("SparkFlow")) {
    const { name } = one.prepared.manifest.metadata;
    const own = runs.filter(({ after }) => (after.spec as { flow?: string }).flow === name);
    started.push(...own.map((run) => startRun(run, one.after)));
    if (own.length === 0) started.push(await startFlow(client, one, params.get(name) ?? {}));
  }
  return started;
}
