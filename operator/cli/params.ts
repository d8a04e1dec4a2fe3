// The option --param, the same for every command that has it.
import { UserError } from "./exit.ts";

export const paramFlag = "-p, --param <name=value>";
export const paramHelp = "give a param of the flow; may be repeated";

/** Adds `name=value` to the params given so far. */
export function addParam(text: string, sofar: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new UserError([`--param ${text}: expected NAME=VALUE, such as --param top=20`]);
  return { ...sofar, [text.slice(0, at)]: text.slice(at + 1) };
}
