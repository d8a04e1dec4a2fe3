// sparkflow completion: what makes a shell propose commands, options and names on TAB.
import { Argument, Command } from "commander";
import { endingOf, type Proposal } from "./completion/line.ts";
import { namesFor } from "./completion/names.ts";
import { type Shell, scripts, shells } from "./completion/scripts.ts";

const examples = `
Examples:
  sparkflow completion fish > ~/.config/fish/completions/sparkflow.fish
  source <(sparkflow completion bash)             in ~/.bashrc: in every bash
  source <(sparkflow completion zsh)              in ~/.zshrc, below compinit

The shell asks the \`sparkflow\` that is typed, so it must be on the PATH. \`kubectl sparkflow\` has completion with kubectl's own,
where kubectl_complete-sparkflow is on the PATH, too.`;

export const completionCommand = (): Command =>
  new Command("completion")
    .description("print a script that completes commands, options and names in a shell")
    .addArgument(new Argument("<shell>", "which shell").choices(shells))
    .addHelpText("after", examples)
    .action((shell: Shell) => {
      process.stdout.write(scripts[shell]);
    });

/** What the scripts, and kubectl, ask instead of a command. */
export const completeWord = "__complete";

/** Answers them. The words aren't for the program itself, so its own parser doesn't see them. */
export async function complete(program: Command, words: readonly string[]): Promise<void> {
  const { proposals, place } = endingOf(program, words);
  const named = place ? await namesFor(place) : { proposals: [], files: false };
  const lines = [...proposals, ...named.proposals].map(lineOf);
  process.stdout.write(`${[...lines, named.files ? ":0" : ":4"].join("\n")}\n`);
}

const lineOf = ({ value, description }: Proposal): string =>
  description === "" ? value : `${value}\t${description.replace(/\s+/g, " ")}`;
