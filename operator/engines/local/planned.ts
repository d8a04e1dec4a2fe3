// Every task of a run as it will be, without running any: what only a run can know stands as `<…>`.
import type { TaskResult } from "../../flow/expand.ts";
import { topological } from "../../flow/graph.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import type { RunPlan } from "./plan.ts";

/** The tasks in an order in which they may run. `outputsUri` says where a task's attempts would write. */
export function plannedTasks(plan: RunPlan, outputsUri: (task: ResolvedTask) => string): Map<string, ResolvedTask> {
  const tasks = new Map<string, ResolvedTask>();
  const results = new Map<string, TaskResult>();
  for (const name of topological(plan.graph)) {
    const { resolved } = plan.make(name, results);
    tasks.set(name, resolved);
    const outputs = resolved.outputs.map((output) => ({
      name: output.name,
      uri: `${outputsUri(resolved)}/<attempt>/${output.name}`,
      format: output.format ?? "parquet",
      ...(output.schema ? { schema: output.schema } : {}),
    }));
    results.set(name, { outputs, values: placeholders(name) });
  }
  return tasks;
}

/** An object that has every value, as `<tasks.load.values.n>`. */
function placeholders(task: string): TaskResult["values"] {
  const text = (name: string) => `<tasks.${task}.values.${name}>`;
  return new Proxy<Record<string, string>>(
    {},
    {
      get: (_, name) => text(String(name)),
      getOwnPropertyDescriptor: (_, name) => ({ configurable: true, enumerable: true, value: text(String(name)) }),
    },
  );
}
