// A task with forEach as reports show it: the whole as one line, and of its drivers those that matter, failed ones first.
import type { TaskPhase } from "../../api/status.ts";
import { splitKey } from "../../flow/fanOut.ts";
import type { TaskView } from "./view.ts";

/** Up to so many drivers have a line each. */
export const fewDrivers = 10;
/** So many failed ones, and so many of those that run, of a task with more. */
const shownOfEach = 5;

/** The views, in which a task with many drivers is one, followed by its failed and some of its running ones. */
export function folded(tasks: readonly TaskView[]): TaskView[] {
  const groups = Map.groupBy(tasks, ({ name }) => splitKey(name).task);
  return [...groups].flatMap(([name, drivers]) => {
    if (drivers.length <= fewDrivers) return drivers;
    const of = (...phases: TaskPhase[]) => drivers.filter(({ phase }) => phases.includes(phase));
    const failed = of("Failed");
    const running = of("Running", "Retrying");
    return [whole(name, drivers), ...failed.slice(0, shownOfEach), ...running.slice(0, shownOfEach)];
  });
}

function whole(name: string, drivers: readonly TaskView[]): TaskView {
  const counts = new Map<TaskPhase, number>();
  for (const { phase } of drivers) counts.set(phase, (counts.get(phase) ?? 0) + 1);
  const words = shownPhases.flatMap((phase) =>
    counts.has(phase) ? [`${counts.get(phase)} ${phase.toLowerCase()}`] : [],
  );
  const open = (["Running", "Retrying", "Pending"] as const).some((phase) => counts.has(phase));
  const begun = [...counts.keys()].some((phase) => phase !== "Pending");
  const end = counts.has("Failed") ? "Failed" : counts.has("Omitted") ? "Omitted" : "Succeeded";
  const phase = open ? (begun ? "Running" : "Pending") : end;
  return { name, phase, message: `${drivers.length} items: ${words.join(", ")}`, attempt: 0 };
}

const shownPhases: readonly TaskPhase[] = [
  "Failed",
  "Running",
  "Retrying",
  "Suspended",
  "Succeeded",
  "Skipped",
  "Omitted",
  "Pending",
];
