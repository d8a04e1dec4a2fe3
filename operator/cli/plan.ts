// sparkflow plan: the cores and memory that tasks will ask for, each and at the flow's widest point.
import { Command } from "commander";
import { memoryText } from "../api/quantity.ts";
import { clusterPlace } from "../engines/kubernetes/place.ts";
import { totalMiB } from "../engines/kubernetes/size.ts";
import { localSources } from "../engines/local/machine.ts";
import { localSize } from "../engines/local/place.ts";
import { planRuns, type RunPlan } from "../engines/local/plan.ts";
import { plannedTasks } from "../engines/local/planned.ts";
import { widest } from "../flow/widest.ts";
import { confMap, heapModel } from "../settings/memory.ts";
import type { Attempt } from "../task/attempt.ts";
import { render } from "../task/render.ts";
import type { ResolvedTask } from "../task/resolve.ts";
import { type EngineOption, engineFlag, engineHelp } from "./engine.ts";
import { addParam, paramFlag, paramHelp } from "./params.ts";
import { checkedProject, problemsError } from "./project.ts";
import { bold, columns } from "./style.ts";

const examples = `
Examples:
  sparkflow plan examples/geo-cities
  sparkflow plan flow.yaml --json | jq .widest
  sparkflow plan deploy/ --engine large           what another engine would ask for

Widest point: the most that tasks which may run at the same time ask for together, dependencies and maxParallelTasks
considered. Memory is what pods are given: heap, overhead, off-heap and Python.`;

type Options = EngineOption & { param?: Record<string, string>; json?: boolean };

export const planCommand = (): Command =>
  new Command("plan")
    .description("print the cores and memory that tasks will ask for")
    .argument("<file|folder|-...>", "manifests; - is standard input")
    .option(paramFlag, paramHelp, addParam)
    .option(engineFlag, engineHelp)
    .option("--json", "print one JSON object per flow")
    .addHelpText("after", examples)
    .action((targets: string[], { param = {}, json, engine }: Options) => {
      const { project, config } = checkedProject(targets, { engine });
      const { plans, problems } = planRuns(project, param, new Date());
      if (problems.length > 0) throw problemsError(problems);
      const { capacity } = localSources(config, project);
      for (const plan of plans) {
        const sizes = [...plannedTasks(plan, () => "<storage>").values()].map((task) =>
          taskSize(task, localSize(task, capacity).note),
        );
        const summary = { flow: plan.of, tasks: sizes, widest: widestPoint(plan, sizes) };
        console.log(json ? JSON.stringify(summary) : planText(summary));
      }
    });

type TaskSize = {
  name: string;
  engine: string;
  driver: string;
  executors: string;
  cores: number;
  memoryMiB: number;
  heap: string;
  notes: string[];
};

/** What a task asks of a cluster, at its most where executors come and go. */
function taskSize(task: ResolvedTask, onThisMachine: string | undefined): TaskSize {
  const attempt = render(task, 1, clusterPlace(task, { objectName: task.name, uid: "00000000", number: 1 }));
  const { driver, executors } = attempt.resources;
  const many = executors ? (executors.maxInstances ?? executors.instances) : 0;
  const conf = confMap(attempt.settings);
  const model = heapModel(
    (executors ?? { memory: driver.memory }).memory.heapMiB,
    Number(conf.get("spark.memory.fraction") ?? 0.6),
    Number(conf.get("spark.memory.storageFraction") ?? 0.5),
  );
  return {
    name: task.name,
    engine: `${task.engine.name} (${task.engine.kind})`,
    driver: `${driver.cores} × ${memoryText(driver.memory.totalMiB)}`,
    executors: executors ? `${many} × (${executors.cores} cores, ${memoryText(executors.memory.totalMiB)})` : "",
    cores: driver.cores + many * (executors?.cores ?? 0),
    memoryMiB: totalMiB(attempt),
    heap: `execution ${memoryText(model.executionMiB)}, storage ${memoryText(model.storageMiB)}, user ${memoryText(model.userMiB)}`,
    notes: [...archiveNotes(attempt), ...(onThisMachine ? [onThisMachine] : [])],
  };
}

/** What costs the class archive, and so a slower start. */
function archiveNotes({ settings, resources }: Attempt): string[] {
  const notes = settings
    .filter(({ key }) => key === "spark.driver.extraClassPath")
    .map(() => "spark.driver.extraClassPath costs the class archive: the driver starts some seconds slower");
  if (resources.driver.memory.heapMiB >= 32 * 1024)
    notes.push("a heap of 32 GiB or more costs the class archive: the driver starts some seconds slower");
  return notes;
}

/** Cores and memory each at their own widest point: they needn't be the same tasks. */
function widestPoint(plan: RunPlan, sizes: TaskSize[]) {
  const byName = new Map(sizes.map((size) => [size.name, size]));
  const most = (pick: (size: TaskSize) => number) => {
    const heaviest = sizes
      .map(pick)
      .sort((a, b) => b - a)
      .slice(0, Math.min(sizes.length, plan.maxParallelTasks));
    return Math.min(
      widest(plan.graph, (name) => pick(byName.get(name)!)),
      heaviest.reduce((sum, one) => sum + one, 0),
    );
  };
  return {
    cores: most((size) => size.cores),
    memoryMiB: most((size) => size.memoryMiB),
    tasks: Math.min(
      widest(plan.graph, () => 1),
      plan.maxParallelTasks,
    ),
  };
}

function planText({
  flow,
  tasks,
  widest: { cores, memoryMiB, tasks: atOnce },
}: {
  flow: string;
  tasks: TaskSize[];
  widest: ReturnType<typeof widestPoint>;
}): string {
  const rows = tasks.map((task) => [
    task.name,
    task.engine,
    task.driver,
    task.executors || "-",
    String(task.cores),
    memoryText(task.memoryMiB),
    task.heap,
  ]);
  const notes = tasks.flatMap((task) => task.notes.map((note) => `  ${task.name}: ${note}`));
  return [
    bold(flow),
    columns([["TASK", "ENGINE", "DRIVER", "EXECUTORS", "CORES", "MEMORY", "HEAP"], ...rows]),
    `widest point: ${atOnce} ${atOnce === 1 ? "task" : "tasks"} at once, ${cores} cores, ${memoryText(memoryMiB)}`,
    ...notes,
  ].join("\n");
}
