// A case through the real local engine, with a scripted process in the place of each driver.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LocalMachine, localMachine } from "../../operator/engines/local/machine.ts";
import { planRuns } from "../../operator/engines/local/plan.ts";
import { runLocally } from "../../operator/engines/local/run.ts";
import { type RunState, recordOf, type TaskState } from "../../operator/engines/local/state.ts";
import { hasEnded } from "../../operator/flow/decide.ts";
import { loadProject, type Project } from "../../operator/manifest/project.ts";
import { type Case, manifest } from "./case.ts";
import { type RunEnd, taskEnd, withoutPlace } from "./end.ts";

/** Lives of a laptop, with their state in a folder. */
export class Laptop {
  readonly #folder: string;
  readonly #python: string;

  /** `folder` is an empty one of the caller's. */
  constructor(folder: string) {
    this.#folder = folder;
    process.env.SPARKFLOW_STATE = join(folder, "state");
    process.env.ENDED_TASKS = join(folder, "ended"); // drivers get it, and look there: <flow>/<task>
    this.#python = join(folder, "python");
    const real = join(import.meta.dirname, "../../.venv/bin/python");
    const driver = join(import.meta.dirname, "driver.py");
    // The supervisor is the real one; what it starts, `python -m sparkflow.driver`, isn't.
    const script = `#!/bin/sh\nif [ "$1" = -m ]; then exec ${real} -S ${driver} "$3"; fi\nexec ${real} "$@"\n`;
    writeFileSync(this.#python, script);
    chmodSync(this.#python, 0o755);
  }

  async run(name: string, one: Case): Promise<RunEnd> {
    const folder = join(this.#folder, name);
    mkdirSync(folder);
    const ended = join(this.#folder, "ended", name);
    mkdirSync(ended, { recursive: true });
    writeFileSync(join(folder, "flow.yaml"), manifest(name, one));
    const { project, problems } = loadProject([folder]);
    const { plans, problems: wrong } = planRuns(project, {}, new Date());
    if (problems.length + wrong.length > 0) throw new Error([...problems, ...wrong].map((p) => p.message).join("\n"));
    const abort = new AbortController();
    let state: RunState | undefined;
    const reporter = {
      task: (run: RunState, { name: task, phase }: TaskState) => {
        state = run;
        if (hasEnded(phase)) writeFileSync(join(ended, task), "");
        if (task === one.cancel?.task && phase === one.cancel.phase) abort.abort();
      },
      run: (run: RunState) => {
        state = run;
      },
      note: () => {},
      progressEveryMs: 600_000,
    };
    await runLocally(this.#machine(project), plans, reporter, abort.signal);
    return withoutPlace(endOf(state!), state!.plan.name);
  }

  #machine(project: Project): LocalMachine {
    const machine = localMachine({ config: {}, folder: this.#folder }, project);
    const capacity = { cores: 10_000, memoryMiB: 10_000_000 };
    return { ...machine, capacity, toolchain: { ...machine.toolchain, python: this.#python } };
  }
}

function endOf(run: RunState): RunEnd {
  const { phase, message, tasks } = recordOf(run);
  const end = tasks.map((record) => {
    const state = run.tasks.get(record.name);
    return [
      record.name,
      taskEnd({ ...record, attempts: state?.attempts ?? [], made: state?.made?.object.spec }),
    ] as const;
  });
  return { phase, message, tasks: Object.fromEntries(end) };
}
