// sparkflow validate: everything that can be said without starting anything.
import { Command } from "commander";
import { UserError } from "./exit.ts";
import { checkedProject, problemText } from "./project.ts";
import { green, yellow } from "./style.ts";

const examples = `
Examples:
  sparkflow validate examples/geo-cities          a folder (with or without kustomization.yaml)
  sparkflow validate flow.yaml engine.yaml        files
  helm template . | sparkflow validate -          what another tool prints`;

export const validateCommand = (): Command =>
  new Command("validate")
    .description("check manifests, with line and column of every mistake; `run` says the same")
    .argument("<file|folder|-...>", "manifests; - is standard input")
    .option("--json", "print problems as JSON")
    .addHelpText("after", examples)
    .action((targets: string[], { json }: { json?: boolean }) => {
      const { project, warnings } = json ? orJson(() => checkedProject(targets)) : checkedProject(targets);
      for (const one of warnings) console.error(yellow(`warning: ${problemText(one)}`));
      const tasks = project.tasks.length + project.flows.reduce((sum, { object }) => sum + object.spec.tasks.length, 0);
      if (json)
        console.log(
          JSON.stringify({ valid: true, flows: project.flows.length, tasks, warnings: warnings.map(problemText) }),
        );
      else
        console.log(
          `${green("valid")}: ${count(project.flows.length, "flow")}, ${count(tasks, "task")}, ${count(project.engines.size, "engine")}`,
        );
    });

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
