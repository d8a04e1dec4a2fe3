// What may stand at the end of a command line, from the program's own commands, options and arguments. Pure.
import type { Command, Option } from "commander";

export type Proposal = { value: string; description: string };
/** What an argument or an option's value is, where the program doesn't list its values: `file`, `run`, `kind` … */
export type Place = {
  /** The argument's or option's own name, as `file|folder|-` or `name`. */
  what: string;
  /** Name of the command, and what is given before the word that is asked for. */
  command: string;
  given: string[];
  options: Record<string, string>;
  /** The option whose value is asked for. */
  option?: string;
  prefix: string;
};
export type Ending = { proposals: Proposal[]; place?: Place };

/** What may follow: `words` are those after the program's name, the last one as far as it has been typed. */
export function endingOf(program: Command, words: readonly string[]): Ending {
  const { command, given, options, pending, current, literal } = read(program, rejoined(words));
  const place = (what: string, option?: string): Place => ({
    what,
    command: command.name(),
    given,
    options,
    prefix: current,
    ...(option ? { option } : {}),
  });
  if (pending) return valuesOf(pending, current, "", place(placeholder(pending), pending.attributeName()));
  const assigned = literal ? undefined : /^(--[^=]+)=(.*)$/s.exec(current);
  const option = assigned && optionOf(command, assigned[1]!);
  if (option)
    return valuesOf(option, assigned![2]!, `${assigned![1]}=`, {
      ...place(placeholder(option), option.attributeName()),
      prefix: assigned![2]!,
    });
  if (!literal && current.startsWith("-") && current !== "-") return { proposals: optionsOf(command, current) };
  const commands = command.createHelp().visibleCommands(command);
  if (commands.length > 0 && given.length === 0)
    return {
      proposals: startingWith(
        current,
        commands.map((one) => ({ value: one.name(), description: one.description() })),
      ),
    };
  const known = command.registeredArguments;
  const argument = known[given.length] ?? (known.at(-1)?.variadic ? known.at(-1) : undefined);
  if (!argument) return { proposals: [] };
  if (argument.argChoices) return { proposals: startingWith(current, plain(argument.argChoices)) };
  return { proposals: [], place: place(argument.name()) };
}

/** Bash breaks `--output=json` into three words: as if it had been written with a space. */
function rejoined(words: readonly string[]): string[] {
  const last = words.length - 1;
  return words.flatMap((word, index) => {
    const assigns = word === "=" && words[index - 1]?.startsWith("--");
    if (!assigns) return [word];
    return index === last ? [""] : [];
  });
}

type Read = {
  command: Command;
  given: string[];
  options: Record<string, string>;
  pending?: Option;
  current: string;
  /** After `--` nothing is an option. */
  literal: boolean;
};

function read(program: Command, words: readonly string[]): Read {
  const state: Read = { command: program, given: [], options: {}, current: words.at(-1) ?? "", literal: false };
  for (const word of words.slice(0, -1)) {
    const { command, given, options, pending } = state;
    if (pending) {
      options[pending.attributeName()] = word;
      delete state.pending;
    } else if (!state.literal && word === "--") state.literal = true;
    else if (!state.literal && word.startsWith("-") && word !== "-") readOption(state, word);
    else {
      const sub = given.length === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (sub) state.command = sub;
      else given.push(word);
    }
  }
  return state;
}

function readOption(state: Read, word: string): void {
  const [name = "", ...value] = word.split("=");
  const option = optionOf(state.command, name);
  if (!option?.required) return;
  if (value.length > 0) state.options[option.attributeName()] = value.join("=");
  else state.pending = option;
}

const optionOf = (command: Command, name: string): Option | undefined =>
  command.options.find(({ long, short }) => long === name || short === name);

const placeholder = ({ flags }: Option): string => /<([^>]+)>/.exec(flags)?.[1] ?? "";

function valuesOf({ argChoices }: Option, current: string, before: string, place: Place): Ending {
  if (!argChoices) return { proposals: [], place };
  return {
    proposals: startingWith(current, plain(argChoices)).map(({ value, description }) => ({
      value: `${before}${value}`,
      description,
    })),
  };
}

const optionsOf = (command: Command, current: string): Proposal[] =>
  startingWith(
    current,
    command
      .createHelp()
      .visibleOptions(command)
      .flatMap(({ long, description }) => (long ? [{ value: long, description }] : [])),
  );

export const plain = (values: readonly string[]): Proposal[] => values.map((value) => ({ value, description: "" }));
export const startingWith = (prefix: string, proposals: readonly Proposal[]): Proposal[] =>
  proposals.filter(({ value }) => value.startsWith(prefix));
