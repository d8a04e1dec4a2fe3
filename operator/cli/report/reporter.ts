// What the command line tells a run by: the engine's reporter, what comes before, and a last word.
import type { Reporter } from "../../engines/local/state.ts";
import type { RunRecord } from "../../engines/local/store.ts";

export type FullReporter = Reporter & {
  /** Told of something that takes its time before the runs begin; the answer is to be called at its end. */
  busy: (what: string) => () => void;
  end: (records: readonly RunRecord[]) => void;
};
