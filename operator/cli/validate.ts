// sparkflow validate: everything that can be said without starting anything.
import { Command } from "commander";
import { planRuns } from "../engines/local/plan.ts";
import { placedTasks } from "../flow/merged.ts";
import { type EngineOption, engineFlag, engineHelp } from "./engine.ts";
import { UserError } from "./exit.ts";
import { type Checked, checkedProject, checkTools, problemsError, problemText } from "./project.ts";
import { green, yellow } from "./style.ts";

const examples = `
Examples:
  sparkflow validate examples/geo-cities          a folder (with or without kustomization.yaml)
  sparkflow validate flow.yaml engine.yaml        files
  helm template . | sparkflow validate -          what another tool prints
  sparkflow validate deploy/ --engine prod        as if every task named the SparkEngine prod
  sparkflow validate --no-tools deploy/           where nothing is to run: JDK and Python aren't asked for`;

type Options = EngineOption & { json?: boolean; tools: boolean };

export const validateCommand = (): Command =>
  new Command("validate")
    .description("check manifests, with line and column of every mistake; `run` says the same")
    .argument("<file|folder|-...>", "manifests; - is standard input")
    .option(engineFlag, engineHelp)
    .option("--json", "print problems as JSON")
    .option("--no-tools", "don't ask for the JDK and the Python that a run here would need")
    .addHelpText("after", examples)
    .action((targets: string[], options: Options) => {
      const { json } = options;
      const { project, warnings } = json ? orJson(() => checked(targets, options)) : checked(targets, options);
      for (const one of warnings) console.error(yellow(`warning: ${problemText(one)}`));
      const tasks =
        project.tasks.length + project.flows.reduce((sum, { object }) => sum + placedTasks(object.spec).length, 0);
      if (json)
        console.log(
          JSON.stringify({ valid: true, flows: project.flows.length, tasks, warnings: warnings.map(problemText) }),
        );
      else
        console.log(
          `${green("valid")}: ${count(project.flows.length, "flow")}, ${count(tasks, "task")}, ${count(project.engines.size, "engine")}`,
        );
    });

/** The project, and the params of the runs that stand in it; those of other runs are given when they start. */
function checked(targets: readonly string[], { tools, engine }: Options): Checked {
  const all = checkedProject(targets, { engine });
  const asked = new Set(all.project.runs.map(({ object }) => object.spec.flow));
  const flows = all.project.flows.filter(({ object }) => asked.has(object.metadata.name));
  const { problems } = planRuns({ ...all.project, flows }, {}, new Date());
  if (problems.length > 0) throw problemsError(problems);
  if (tools) checkTools(all);
  return all;
}

/** With --json, problems are data on standard output; the exit code stays the same. */
function orJson<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof UserError) {
      console.log(JSON.stringify({ valid: false, problems: error.lines }));
      throw new UserError([], error.code);
    }
    throw error;
  }
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;
