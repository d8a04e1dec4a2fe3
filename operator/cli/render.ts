// sparkflow render: every file and pod that a task would get. Secrets stay references.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { stringify } from "yaml";
import { nearest } from "../api/problems.ts";
import { configMap } from "../engines/kubernetes/configMap.ts";
import { driverPod } from "../engines/kubernetes/driverPod.ts";
import type { AttemptIdentity } from "../engines/kubernetes/names.ts";
import { clusterPlace } from "../engines/kubernetes/place.ts";
import { outputsUri } from "../engines/kubernetes/storage.ts";
import { planRuns, type RunPlan } from "../engines/local/plan.ts";
import { plannedTasks } from "../engines/local/planned.ts";
import { localUid } from "../engines/local/store.ts";
import { render } from "../task/render.ts";
import type { ResolvedTask } from "../task/resolve.ts";
import { type EngineOption, engineFlag, engineHelp } from "./engine.ts";
import { UserError } from "./exit.ts";
import { addParam, paramFlag, paramHelp } from "./params.ts";
import { checkedProject, problemsError } from "./project.ts";

const examples = `
Examples:
  sparkflow render examples/geo-cities                          ConfigMap and driver pod of each task, as YAML
  sparkflow render examples/geo-cities --task count-cities --conf      only its spark-defaults.conf, with sources
  sparkflow render flow.yaml --output rendered/                 one folder per task
  helm template . | sparkflow render - --engine prod            what another tool prints, on another engine`;

type Options = EngineOption & { task?: string; conf?: boolean; output?: string; param?: Record<string, string> };

export const renderCommand = (): Command =>
  new Command("render")
    .description("print every file and pod that tasks would get on a cluster")
    .argument("<file|folder|-...>", "manifests; - is standard input")
    .option("-t, --task <name>", "only this task")
    .option("--conf", "only spark-defaults.conf")
    .option("-o, --output <folder>", "write files instead of printing")
    .option(paramFlag, paramHelp, addParam)
    .option(engineFlag, engineHelp)
    .addHelpText("after", examples)
    .action((targets: string[], options: Options) => {
      const { project } = checkedProject(targets, options);
      const { plans, problems } = planRuns(project, options.param ?? {}, new Date());
      if (problems.length > 0) throw problemsError(problems);
      for (const { name, files } of chosen(plans, options.task)) {
        const wanted = options.conf ? { "spark-defaults.conf": files["spark-defaults.conf"]! } : files;
        for (const [file, text] of Object.entries(wanted)) {
          if (options.output) write(join(options.output, name, file), text);
          else if (options.conf) process.stdout.write(`# ${name}\n${text}`);
          else if (file.endsWith(".yaml")) process.stdout.write(`---\n${text}`);
        }
      }
    });

const yaml = (object: object) => stringify(object, { lineWidth: 0 });

type Rendered = { name: string; files: Record<string, string> };

function chosen(plans: readonly RunPlan[], only: string | undefined): Rendered[] {
  const names = plans.flatMap((plan) => [...plan.graph.keys()]);
  if (only !== undefined && !names.includes(only)) {
    const near = nearest(only, names);
    throw new UserError([
      `--task: there is no task "${only}" here${near ? `; did you mean "${near}"?` : `; there are ${names.join(", ")}`}`,
    ]);
  }
  return plans.flatMap((plan) => {
    const tasks = [...plannedTasks(plan, (task) => outputsUri(task, identityOf(plan, task)))];
    return tasks.filter(([name]) => only === undefined || name === only).map(([, task]) => renderTask(plan, task));
  });
}

/** The first attempt of a task as a cluster would get it; the uid is made of the flow's and the task's names. */
function renderTask(plan: RunPlan, task: ResolvedTask): Rendered {
  const identity = identityOf(plan, task);
  const attempt = render(task, 1, clusterPlace(task, identity));
  const objects = {
    "configmap.yaml": yaml(configMap(task, attempt, identity)),
    "driver.yaml": yaml(driverPod(task, attempt, identity)),
  };
  return { name: task.name, files: { ...attempt.files, ...objects } };
}

const identityOf = (plan: RunPlan, { name }: ResolvedTask): AttemptIdentity => ({
  objectName: name,
  uid: localUid(plan.uid, name),
  number: 1,
  ...(plan.kind === "SparkFlow" ? { flowUid: plan.uid } : {}),
});

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(file);
}
