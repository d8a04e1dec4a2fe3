// The options by which a command that starts something also follows it, and doing so.
import type { Command } from "commander";
import { programName } from "../plugin.ts";
import type { Cluster } from "./connect.ts";
import { kindWord } from "./kinds.ts";
import { tailLogs } from "./tailLogs.ts";
import type { Started } from "./targets.ts";
import { watchToEnd } from "./watch.ts";

export type FollowOptions = { watch?: boolean; wait?: boolean; logs?: boolean; json?: boolean };

export const addFollowOptions = (command: Command): Command =>
  command
    .option("-w, --watch", "show what happens until the end")
    .option("--wait", "wait for the end")
    .option("--logs", "print the drivers' logs until the end")
    .option("--json", "print a JSON object a line, as `run` does, until the end");

/** Where a command speaks: with --json standard output is for JSON alone. */
export const sayer =
  ({ json }: FollowOptions) =>
  (text: string): void =>
    json ? console.error(text) : console.log(text);

/** Says what was started and, if an option asks for it, follows it to its end. Gives the exit code. */
export async function followStarted(
  cluster: Cluster,
  started: readonly Started[],
  options: FollowOptions,
): Promise<number> {
  const say = sayer(options);
  for (const { sentence } of started) say(sentence);
  const targets = started.flatMap(({ target }) => target ?? []);
  if (targets.length > 0 && (options.watch || options.wait || options.logs || options.json)) {
    const logs = options.logs ? tailLogs(cluster, targets) : undefined;
    const quiet = !options.watch && !options.logs;
    return watchToEnd(cluster, targets, {
      ...(options.json ? { json: true } : { quiet, plain: options.logs === true }),
      ...(logs ? { onChange: logs.onChange, beforeEnd: logs.end } : {}),
    });
  }
  for (const { kind, name, namespace } of targets)
    say(`watch: ${programName()} get ${kindWord[kind]} ${name} -n ${namespace} --watch`);
  return 0;
}
