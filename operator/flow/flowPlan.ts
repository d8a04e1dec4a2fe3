// A flow made ready to run: what decide asks of it, and the SparkTasks that its run makes. The same on the cluster and on a
// laptop, which differ only in how they know what was made.
import type { FlowTask } from "../api/flow.ts";
import type { SparkFlow, SparkTask } from "../api/kinds.ts";
import { type Condition, parseCondition } from "./condition.ts";
import type { Outcome, RunObservation } from "./decide.ts";
import { expandTask } from "./expand.ts";
import { splitKey } from "./fanOut.ts";
import { type Graph, graphOf } from "./graph.ts";
import { fanOutOf } from "./items.ts";
import { placedTasks } from "./merged.ts";
import { endedTasks, type MadeTasks, resultsOf } from "./results.ts";
import { type RunContext, runVariables } from "./runContext.ts";

export type FlowPlan = {
  flow: SparkFlow;
  graph: Graph;
  tasks: ReadonlyMap<string, FlowTask>;
  conditions: ReadonlyMap<string, Condition>;
  /** Params of type number. */
  numbers: ReadonlySet<string>;
};

const plans = new WeakMap<SparkFlow, FlowPlan>();

/** The plan of a checked flow, made once for an object. */
export function planOf(flow: SparkFlow): FlowPlan {
  const known = plans.get(flow);
  if (known) return known;
  const tasks = new Map(placedTasks(flow.spec).map(({ task }) => [task.name, task]));
  const plan = {
    flow,
    graph: graphOf(flow.spec),
    tasks,
    conditions: new Map(
      [...tasks.values()].flatMap(({ name, when }) =>
        when === undefined ? [] : [[name, parseCondition(when)] as const],
      ),
    ),
    numbers: new Set(
      Object.entries(flow.spec.params ?? {}).flatMap(([name, { type }]) => (type === "number" ? [name] : [])),
    ),
  };
  plans.set(flow, plan);
  return plan;
}

export type RunRules = Required<Pick<RunObservation, "condition" | "fanOut">> & {
  /** The SparkTask of a key. Throws a TemplateError if something that it refers to isn't there. */
  make: (key: string, outcome: Outcome | undefined) => SparkTask;
};

/** What decide asks of one run, and what the run makes. `made` tells what there is by now. */
export function runRules(plan: FlowPlan, run: Omit<RunContext, "results" | "outcome">, made: MadeTasks): RunRules {
  const { flow, tasks, conditions, numbers } = plan;
  const { params } = run;
  const results = resultsOf(flow.spec, tasks, params, made);
  return {
    condition: (name, { phases, outcome }) => {
      const condition = conditions.get(name);
      if (!condition) return true;
      const read = [
        ...new Set(
          condition.references.flatMap(([root, task]) => (root === "tasks" && task !== undefined ? [task] : [])),
        ),
      ];
      return condition.holds({
        params,
        numbers,
        run: runVariables({ ...run, ...(outcome ? { outcome } : {}) }),
        tasks: endedTasks(read, phases, results),
      });
    },
    fanOut: (name) => {
      const forEach = tasks.get(name)?.forEach;
      return forEach && fanOutOf(forEach, { params, results });
    },
    make: (key, outcome) => {
      const { task, index } = splitKey(key);
      const context = { ...run, results, ...(outcome ? { outcome } : {}) };
      return expandTask(flow, tasks.get(task)!, context, index);
    },
  };
}
