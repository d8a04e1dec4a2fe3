// Every task of a run as it will be, without running any: what only a run can know stands as `<…>`.
import type { Outcome } from "../../flow/decide.ts";
import { driverKey, splitKey } from "../../flow/fanOut.ts";
import { topological } from "../../flow/graph.ts";
import type { Made } from "../../flow/results.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import type { RunPlan } from "./plan.ts";

/** What a task of `finally` sees of a run that went well. */
const outcome: Outcome = { state: "Succeeded", failedTasks: [] };

/**
 * The tasks in an order in which they may run, of one with forEach its first driver. `outputsUri` says where a task's
 * attempts would write. A task whose forEach is known to have no items isn't there.
 */
export function plannedTasks(plan: RunPlan, outputsUri: (task: ResolvedTask) => string): Map<string, ResolvedTask> {
  const tasks = new Map<string, ResolvedTask>();
  const made = new Map<string, Made>();
  const lists = new Set([...plan.forEach.values()].flatMap(({ value }) => value ?? []));
  const { make, fanOut } = plan.rules((key) => made.get(splitKey(key).task));
  for (const name of topological(plan.graph)) {
    const fan = fanOut?.(name);
    if (fan && !("wrong" in fan) && fan.items === 0) continue;
    const { resolved } = make(plan.forEach.has(name) ? driverKey(name, 0) : name, outcome);
    tasks.set(name, resolved);
    const outputs = resolved.outputs.map((output) => ({
      name: output.name,
      uri: output.table ?? `${outputsUri(resolved)}/<attempt>/${output.name}`,
      format: output.table ? "table" : (output.format ?? "parquet"),
      rows: 1,
      ...(output.schema ? { schema: output.schema } : {}),
    }));
    made.set(name, { phase: "Succeeded", attempt: 1, outputs, values: placeholders(name, lists) });
  }
  return tasks;
}

/** An object that has every value, as `<tasks.load.values.n>`; those that a forEach takes are lists of one. */
function placeholders(task: string, lists: ReadonlySet<string>): Made["values"] {
  const value = (name: string) => {
    const text = `<tasks.${task}.values.${name}>`;
    return lists.has(`${task}.${name}`) ? [text] : text;
  };
  return new Proxy<Record<string, string>>(
    {},
    {
      get: (_, name) => value(String(name)),
      getOwnPropertyDescriptor: (_, name) => ({ configurable: true, enumerable: true, value: value(String(name)) }),
    },
  );
}
