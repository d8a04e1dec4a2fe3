// Logs of all drivers of what is followed, as they come: each line with its task's name, where there is more than one.
import type { Cluster } from "./connect.ts";
import { writeLog } from "./driverLog.ts";
import type { Followed, Target } from "./follow.ts";
import { shortName, type TaskObject } from "./views.ts";

/** How long logs may go on after the last task has ended, in milliseconds. */
const graceMs = 10_000;

export type Tail = {
  onChange: (followed: Followed, task: TaskObject | undefined) => void;
  /** Resolves when all logs are written, or at once if the user doesn't wait. */
  end: (interrupted: boolean) => Promise<void>;
};

export function tailLogs({ client }: Cluster, targets: readonly Target[]): Tail {
  const begun = new Set<string>();
  const running: Promise<void>[] = [];
  const stop = new AbortController();
  const alone = targets.length === 1 && targets[0]!.kind === "SparkTask";
  return {
    onChange: (_followed, task) => {
      const uid = task?.metadata.uid;
      if (!task || !uid || !task.status?.driver || begun.has(uid)) return;
      begun.add(uid);
      const lines = lineWriter(alone ? "" : `${shortName(task)} | `);
      running.push(
        writeLog(client, task, { follow: true, signal: stop.signal }, lines.write).then(lines.end, (error: Error) => {
          if (!stop.signal.aborted) console.error(`${shortName(task)}: ${error.message}`);
        }),
      );
    },
    end: async (interrupted) => {
      if (interrupted) stop.abort();
      const timer = setTimeout(() => stop.abort(), graceMs);
      await Promise.all(running);
      clearTimeout(timer);
    },
  };
}

/** Writes whole lines, each with a prefix. */
function lineWriter(prefix: string): { write: (chunk: Buffer) => void; end: () => void } {
  let rest = Buffer.alloc(0);
  const say = (line: Buffer) => void process.stdout.write(`${prefix}${line.toString()}\n`);
  return {
    write: (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        say(rest.subarray(0, end));
        rest = rest.subarray(end + 1);
      }
    },
    end: () => {
      if (rest.length > 0) say(rest);
    },
  };
}
