// sparkflow explain: what a reason in a status, a log or an Event means, and what to do.
import { Command } from "commander";
import { nearest } from "../api/problems.ts";
import type { Reason } from "../api/reasons/reason.ts";
import { reasonGroups, reasonOf, reasons, retriedText } from "../api/reasons/reasons.ts";
import { UserError } from "./exit.ts";
import { asTyped } from "./plugin.ts";
import { bold, columns, dim } from "./style.ts";

const examples = `
Examples:
  sparkflow explain                               every reason, in a line each
  sparkflow explain SchemaMismatch
  sparkflow explain ImagePullBackOff
  sparkflow explain org.apache.spark.sql.AnalysisException`;

export const explainCommand = (): Command =>
  new Command("explain")
    .description("say what the reason of a failure, or of waiting, means and what to do")
    .argument("[reason]", "the word before the message, in any capitals; an exception's class; left out, lists all")
    .addHelpText("after", examples)
    .action((text: string | undefined) => {
      console.log(asTyped(text === undefined ? list() : page(text)));
    });

/** A line for each reason: its word and the first sentence of what it means. */
const list = (): string =>
  reasonGroups
    .map(({ title, reasons: group }) =>
      [
        bold(title),
        columns(Object.entries(group).map(([word, { means }]) => [`  ${word}`, firstSentence(means)])),
      ].join("\n"),
    )
    .join("\n\n");

const firstSentence = (text: string): string => /^.*?[.:](?= |$)/.exec(text)![0].replace(/[.:]$/, "");

function page(text: string): string {
  const found = reasonOf(text);
  if (!found) {
    const near = nearest(text, Object.keys(reasons));
    throw new UserError([
      `there is no reason "${text}"${near ? `; did you mean "${near}"?` : ": `sparkflow explain` lists them"}`,
    ]);
  }
  const { word, reason } = found;
  return [bold(word), reason.means, ...mendLines(reason), ...footer(reason)].join("\n");
}

const mendLines = ({ mend = [] }: Reason): string[] =>
  mend.length === 0 ? [] : ["", "What to do:", ...mend.map((line) => `  - ${line}`)];

function footer(reason: Reason): string[] {
  const retried = retriedText(reason);
  return [
    ...(retried === "" ? [] : ["", `Class ${retried}`]),
    ...(reason.more ? [dim(`More: docs/${reason.more}`)] : []),
  ];
}
