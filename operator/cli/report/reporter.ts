// What the command line tells a run by: the engine's reporter, and a last word.
import type { Reporter } from "../../engines/local/state.ts";
import type { RunRecord } from "../../engines/local/store.ts";

export type FullReporter = Reporter & { end: (records: readonly RunRecord[]) => void };
