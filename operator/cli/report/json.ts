// JSON for programs: one object a line. Tasks at each change, runs at their end; notes go to standard error.
import { taskRecord } from "../../engines/local/state.ts";
import type { FullReporter } from "./reporter.ts";

export function jsonReporter(): FullReporter {
  const say = (value: object) => console.log(JSON.stringify(value));
  return {
    progressEveryMs: 2000,
    note: (text) => console.error(text),
    busy: (what) => {
      console.error(what);
      return () => {};
    },
    run: () => {},
    task: (run, task) =>
      say({
        type: "task",
        run: run.plan.name,
        ...taskRecord(task),
        ...(task.attempts.at(-1)?.progress ? { progress: task.attempts.at(-1)?.progress } : {}),
      }),
    end: (records) => {
      for (const { owner: _owner, ...record } of records) say({ type: "run", ...record });
    },
  };
}
