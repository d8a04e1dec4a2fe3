// The command line: one file per command.
import { Command, CommanderError } from "commander";
import { exitCodes, UserError } from "./exit.ts";
import { logsCommand } from "./logs.ts";
import { planCommand } from "./plan.ts";
import { renderCommand } from "./render.ts";
import { runCommand } from "./run.ts";
import { runsCommand } from "./runs.ts";
import { validateCommand } from "./validate.ts";
import { packageVersion } from "./version.ts";

const program = new Command("sparkflow")
  .description("Spark + Apache Sedona tasks and flows, from the same manifests on a laptop and on Kubernetes.")
  .version(packageVersion(), "-V, --version", "print the version")
  .showSuggestionAfterError()
  .exitOverride()
  .addHelpText("after", `\nExit codes: ${exitCodes}\nDocs: docs/README.md in the repository.`);

for (const command of [runCommand(), validateCommand(), renderCommand(), planCommand(), runsCommand(), logsCommand()]) {
  program.addCommand(command.exitOverride());
}

// A reader that has seen enough (`| head`) closes the pipe: that is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof UserError) {
    for (const line of error.lines) console.error(line);
    process.exitCode = error.code;
  } else {
    console.error(error);
    console.error("This is a fault of sparkflow's own. Please report it with the lines above.");
    process.exitCode = 70;
  }
}
