// Watching runs and tasks of a cluster to their end, with the reports that local runs have.

import { failed } from "../exit.ts";
import { programName } from "../plugin.ts";
import { nextThere } from "../report/next.ts";
import { plainTeller } from "../report/plain.ts";
import { liveTree } from "../report/tree.ts";
import { endLines } from "../report/words.ts";
import type { Cluster } from "./connect.ts";
import { type Followed, follow, type Target } from "./follow.ts";
import { interruption } from "./interruption.ts";
import { kindWord } from "./kinds.ts";
import { find } from "./read.ts";
import { hasSucceeded, type TaskObject, taskRecordOf, taskView } from "./views.ts";

export type WatchOptions = {
  /** JSON objects instead of text. */
  json?: boolean;
  /** Only the end is told. */
  quiet?: boolean;
  /** Lines instead of a tree, also on a terminal. */
  plain?: boolean;
  /** Besides: told of every change. */
  onChange?: (followed: Followed, task: TaskObject | undefined) => void;
  /** Awaited before the end is told, which may be one that the user made. */
  beforeEnd?: (interrupted: boolean) => Promise<void>;
};
type Report = {
  change: (followed: Followed, task: TaskObject | undefined) => void;
  note: (text: string) => void;
  end: (all: readonly Followed[]) => void;
};

/** When a run that nobody makes is told of, in milliseconds. */
const patience = 15_000;

/**
 * Watches targets until all have ended. The exit code: 0 if all succeeded, 1 if one didn't, 130 (143, 129) if the user
 * ended the watching, which ends nothing on the cluster.
 */
export async function watchToEnd(cluster: Cluster, targets: readonly Target[], options: WatchOptions): Promise<number> {
  const { client } = cluster;
  for (const target of targets) await withFlow(cluster, target);
  const report = reportFor(options, targets);
  const { signal, exitCode, stop } = interruption();
  const seen = new Set<string>();
  const timer = setTimeout(() => {
    for (const { name, kind } of targets)
      if (!seen.has(name))
        report.note(`still no ${kindWord[kind]} ${name}: is the operator running, and does it watch this namespace?`);
  }, patience);
  try {
    const all = await follow(
      client,
      targets,
      (followed, task) => {
        seen.add(followed.target.name);
        report.change(followed, task);
        options.onChange?.(followed, task);
      },
      signal,
    );
    await options.beforeEnd?.(signal.aborted);
    report.end(all);
    const code = exitCode();
    if (code === undefined) return all.every(({ object }) => object && hasSucceeded(object)) ? 0 : failed;
    for (const line of leftRunning(all)) console.error(line);
    return code;
  } finally {
    clearTimeout(timer);
    stop();
  }
}

/** The tasks that haven't begun are the flow's to name; the cluster's own is taken where the caller has none. */
async function withFlow({ client }: Cluster, target: Target): Promise<void> {
  if (target.kind !== "SparkFlowRun" || target.flow) return;
  const run = await find(client, "SparkFlowRun", target.namespace, target.name);
  const flow = run && (await find(client, "SparkFlow", target.namespace, run.spec.flow));
  if (flow) target.flow = flow;
}

const leftRunning = (all: readonly Followed[]): string[] =>
  all
    .filter(({ finished }) => !finished)
    .flatMap(({ target: { kind, name, namespace } }) => [
      `${name} goes on without being watched`,
      `  watch:  ${programName()} get ${kindWord[kind]} ${name} -n ${namespace} --watch`,
      `  cancel: ${programName()} cancel ${kindWord[kind]}/${name} -n ${namespace}`,
    ]);

function reportFor({ json, quiet, plain }: WatchOptions, targets: readonly Target[]): Report {
  if (json) return jsonReport();
  if (quiet) return quietReport();
  return process.stdout.isTTY && !process.env.CI && !plain ? treeReport(targets) : plainReport();
}

const endings = (all: readonly Followed[]): string[] =>
  all.flatMap((followed) => {
    const ended = followed.finished ? followed.ended(Date.now()) : undefined;
    return ended ? endLines(ended, nextThere(followed.object!)) : [];
  });

function treeReport(targets: readonly Target[]): Report {
  const followed = new Map<string, Followed>();
  const key = ({ kind, namespace, name }: Target) => `${kind}/${namespace}/${name}`;
  const tree = liveTree((now) =>
    targets.map((target) => ({ name: target.name, tasks: followed.get(key(target))?.views(now) ?? [] })),
  );
  return {
    change: (one) => void followed.set(key(one.target), one),
    note: tree.note,
    end: (all) => tree.end(endings(all)),
  };
}

function plainReport(): Report {
  const teller = plainTeller();
  const phases = new Map<Followed, string>();
  return {
    note: teller.say,
    change: (followed, task) => {
      const { object, target } = followed;
      if (task) teller.task(target.name, taskView(task, Date.now()));
      else if (object?.kind === "SparkFlowRun") {
        const phase = object.status?.phase ?? "Pending";
        if (phases.get(followed) === phase || phase === "Pending") return;
        phases.set(followed, phase);
        if (phase === "Running") teller.say(`${target.name}: started`);
      }
    },
    end: (all) => {
      for (const line of endings(all)) console.log(line);
    },
  };
}

function quietReport(): Report {
  return {
    note: (text) => console.error(text),
    change: () => {},
    end: (all) => {
      for (const line of endings(all)) console.log(line);
    },
  };
}

/** A line per change of a task, and one per run at its end, as `run --json` prints them. */
function jsonReport(): Report {
  const say = (value: object) => console.log(JSON.stringify(value));
  return {
    note: (text) => console.error(text),
    change: ({ target }, task) => {
      if (task) say({ type: "task", run: target.name, ...taskRecordOf(task) });
    },
    end: (all) => {
      for (const followed of all) {
        const ended = followed.finished ? followed.ended(Date.now()) : undefined;
        if (ended) say({ type: "run", ...ended });
      }
    },
  };
}
