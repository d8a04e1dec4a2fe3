// Progress of a running attempt, from its driver's web interface: the stages that are active now.
import { createServer } from "node:net";

export type Progress = { stage: string; done: number; total: number };

const timeoutMs = 2000;

/** What the driver at this port is doing, or undefined while it says nothing. `since` (ms) guards against another Spark there. */
export async function pollProgress(port: number, since: number): Promise<Progress | undefined> {
  try {
    const applications = await getJson<{ id: string; attempts: { startTimeEpoch: number }[] }[]>(port, "applications");
    const application = applications[0];
    if (!application || (application.attempts[0]?.startTimeEpoch ?? 0) < since) return undefined;
    const stages = await getJson<Stage[]>(port, `applications/${application.id}/stages?status=active`);
    if (stages.length === 0) return undefined;
    const sum = (pick: (stage: Stage) => number) => stages.reduce((total, stage) => total + pick(stage), 0);
    const name = stages[0]!.name.replace(/ at .*$/, "");
    return {
      stage: `stage ${stages[0]!.stageId} ${name}`,
      done: sum((stage) => stage.numCompleteTasks),
      total: sum((stage) => stage.numTasks),
    };
  } catch {
    return undefined; // not up yet, or just gone
  }
}

type Stage = { stageId: number; name: string; numTasks: number; numCompleteTasks: number };

async function getJson<T>(port: number, path: string): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${response.status}`);
  return (await response.json()) as T;
}

/** A port that was free a moment ago. Spark takes the next one if somebody was faster. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
