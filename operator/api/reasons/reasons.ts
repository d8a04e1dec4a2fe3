// Every reason of a status, a condition, a cause or an Event, by its word.
import { conditionReason } from "../conditions.ts";
import { cluster } from "./cluster.ts";
import { program } from "./program.ts";
import type { Reason, Reasons } from "./reason.ts";
import { states } from "./states.ts";

/** The tables, with what they are about. */
export const reasonGroups: readonly { title: string; reasons: Reasons }[] = [
  { title: "States and steps", reasons: states },
  { title: "The program, its data, its end", reasons: program },
  { title: "Manifests and the cluster", reasons: cluster },
];
export const reasons: Reasons = Object.assign({}, ...reasonGroups.map((group) => group.reasons));

/** Words that come in many forms. */
const patterns: readonly { pattern: RegExp; reason: Reason }[] = [
  {
    pattern: /^ExitCode\d+$/,
    reason: {
      of: ["Program"],
      means: "The program ended with this exit code, and left no word about why.",
      mend: ["`sparkflow logs` prints the driver's log; its last lines mostly say it."],
    },
  },
  {
    pattern:
      /^(OutOf[a-z]\w*|Node(Shutdown|Affinity|Name|Ports|Unschedulable)|UnexpectedAdmissionError|TopologyAffinityError|AppArmor|Shutdown)$/,
    reason: {
      of: ["Infrastructure"],
      means: "The driver's node refused the pod that the scheduler gave it, or ended it while shutting down.",
      mend: ["Another attempt follows by itself, up to `retry.infrastructureLimit` (5 by default)."],
    },
  },
  {
    pattern: /(Error|Exception|Exit|Warning|Interrupt)$/,
    reason: {
      of: ["Program"],
      means: "An exception's class: the program, Spark or a library raised it.",
      mend: [
        "The message is the exception's own, and the place beside the task's name is your line.",
        "`sparkflow logs` prints the driver's log with the whole traceback.",
      ],
      more: "task-code.md#errors",
    },
  },
];
export const exceptionReason = patterns.at(-1)!.reason;

/** The page of a reason, whatever its capitals and with or without an exception's package; undefined if there is none. */
export function reasonOf(text: string): { word: string; reason: Reason } | undefined {
  if (text.trim() === "") return undefined;
  const word = conditionReason(text);
  const known = Object.keys(reasons).find((one) => one.toLowerCase() === word.toLowerCase());
  if (known) return { word: known, reason: reasons[known]! };
  const form = patterns.find(({ pattern }) => pattern.test(word));
  return form && { word, reason: form.reason };
}

/** By which budget a failure is tried again, as a sentence; "" for what isn't a failure. */
export function retriedText({ of = [] }: Reason): string {
  const budgets = of.map((one) =>
    one === "Infrastructure"
      ? "by `retry.infrastructureLimit`"
      : one === "Program" || one === "Timeout"
        ? "by `retry.limit`"
        : "no",
  );
  return of.length === 0 ? "" : `${of.join(" or ")}; tried again: ${[...new Set(budgets)].join(" or ")}`;
}
