// The command line as a function: one file per command.
import { Command, CommanderError } from "commander";
import { backfillCommand } from "./backfill.ts";
import { cancelCommand } from "./cancel.ts";
import { addClusterOptions } from "./cluster/connect.ts";
import { complete, completeWord, completionCommand } from "./completion.ts";
import { exitCodes, UserError } from "./exit.ts";
import { explainCommand } from "./explain.ts";
import { getCommand } from "./get.ts";
import { graphCommand } from "./graph.ts";
import { initCommand } from "./init.ts";
import { logsCommand } from "./logs.ts";
import { planCommand } from "./plan.ts";
import { asTyped, programName } from "./plugin.ts";
import { renderCommand } from "./render.ts";
import { retryCommand } from "./retry.ts";
import { runCommand } from "./run.ts";
import { runNowCommand } from "./runNow.ts";
import { runsCommand } from "./runs.ts";
import { submitCommand } from "./submit.ts";
import { uiCommand } from "./ui.ts";
import { validateCommand } from "./validate.ts";
import { packageVersion } from "./version.ts";

/** Runs a command line; what it says goes to the process' own streams, and how it ended to its exit code. */
export async function sparkflow(args: readonly string[]): Promise<void> {
  const program = everyCommand();
  try {
    if (args[0] === completeWord) await complete(program, args.slice(1));
    else await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof UserError) {
      for (const line of error.lines) console.error(asTyped(line));
      process.exitCode = error.code;
    } else {
      console.error(error);
      console.error("This is a fault of sparkflow's own. Please report it with the lines above.");
      process.exitCode = 70;
    }
  }
}

function everyCommand(): Command {
  const program = new Command(programName())
    .description("Spark + Apache Sedona tasks and flows, from the same manifests on a laptop and on Kubernetes.")
    .version(packageVersion(), "-V, --version", "print the version")
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText("after", `\nExit codes: ${exitCodes}\nDocs: docs/README.md in the repository.`);

  // `kubectl sparkflow -n spark get`: kubectl's users write these options before the command, too.
  for (const option of addClusterOptions(new Command()).options) program.addOption(option.hideHelp());
  program.enablePositionalOptions();

  const local = [
    initCommand(),
    runCommand(),
    validateCommand(),
    renderCommand(),
    planCommand(),
    graphCommand(),
    runsCommand(),
  ];
  const onCluster = [
    submitCommand(),
    runNowCommand(),
    backfillCommand(),
    getCommand(),
    logsCommand(),
    uiCommand(),
    cancelCommand(),
    retryCommand(),
    explainCommand(),
  ];
  for (const command of [...local, ...onCluster]) program.addCommand(command.exitOverride());

  program.addCommand(completionCommand().exitOverride());
  // Help shows commands as they are called here.
  for (const command of [program, ...program.commands])
    command.configureOutput({ writeOut: (text) => void process.stdout.write(asTyped(text)) });
  return program;
}
