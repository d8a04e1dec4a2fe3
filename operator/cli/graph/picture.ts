// A drawing with the state that each task is in, if it is that of a run, and the colours of states.
import type { TaskPhase } from "../../api/status.ts";
import type { Drawing } from "../../flow/drawing.ts";

export type Picture = { drawing: Drawing; phases?: ReadonlyMap<string, TaskPhase> };

/** Light fills with dark borders: black text is read on all of them. */
export const colours: Record<TaskPhase, { fill: string; stroke: string }> = {
  Pending: { fill: "#f4f4f4", stroke: "#9a9a9a" },
  Running: { fill: "#cfe8fc", stroke: "#1b6fb3" },
  Retrying: { fill: "#fdebc8", stroke: "#b87503" },
  Suspended: { fill: "#fdf6c8", stroke: "#8a7a03" },
  Succeeded: { fill: "#d3f0d6", stroke: "#2b7a34" },
  Failed: { fill: "#fad4d4", stroke: "#b01c1c" },
  Skipped: { fill: "#ececf6", stroke: "#7a7a9c" },
  Omitted: { fill: "#ececf6", stroke: "#7a7a9c" },
};
