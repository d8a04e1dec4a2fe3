// Values come from templates, so what the operating system or Spark can't take as it is shows only when all are filled in.
import type { EnvVar, ParamValue } from "../api/common.ts";
import type { Setting } from "../settings/layers.ts";
import { refusal } from "../settings/properties.ts";
import type { TypedParam } from "./attempt.ts";
import { TemplateError } from "./template.ts";

/** Most bytes that Linux takes as one variable, its name and the closing NUL included (MAX_ARG_STRLEN). */
const variableBytes = 128 * 1024;

/** Throws TemplateError, whose message is a sentence for the user, for the first value that can't reach the program unchanged. */
export function checkRepresentable(
  args: readonly string[],
  params: Readonly<Record<string, TypedParam>>,
  env: readonly EnvVar[],
  settings: readonly Setting[],
): void {
  const half = (what: string, text: string) => {
    if (!text.isWellFormed()) throw new TemplateError(`${what} isn't valid Unicode: it holds half of a surrogate pair`);
  };
  const noNul = (what: string, text: string) => {
    half(what, text);
    if (text.includes("\0"))
      throw new TemplateError(`${what} holds a NUL character, at which the system would cut it off`);
  };
  for (const [name, { value }] of Object.entries(params))
    for (const text of textsOf(value)) half(`the param "${name}"`, text);
  for (const [index, arg] of args.entries()) noNul(`args[${index}]`, arg);
  for (const { name, value = "" } of env) {
    noNul(`the variable ${name}`, value);
    const size = Buffer.byteLength(`${name}=${value}`) + 1;
    if (size > variableBytes)
      throw new TemplateError(
        `the variable ${name} has ${size} bytes, and Linux takes ${variableBytes}: give long values as an input`,
      );
  }
  for (const { key, value } of settings) {
    const why = refusal(key, value);
    if (why) throw new TemplateError(`the setting "${key}" can't be written: ${why}`);
  }
}

const textsOf = (value: ParamValue): string[] =>
  (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");
