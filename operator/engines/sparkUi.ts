// Progress of a running driver, from its web interface: the stages that are active now.
export type Progress = { stage: string; done: number; total: number };

const timeoutMs = 2000;

/** What the driver there is doing, or undefined while it says nothing. `since` (ms) guards against another Spark there. */
export async function pollProgress(host: string, port: number, since: number): Promise<Progress | undefined> {
  try {
    const base = `http://${host.includes(":") ? `[${host}]` : host}:${port}/api/v1`;
    const applications = await getJson<{ id: string; attempts: { startTimeEpoch: number }[] }[]>(
      `${base}/applications`,
    );
    const application = applications[0];
    if (!application || (application.attempts[0]?.startTimeEpoch ?? 0) < since) return undefined;
    const stages = await getJson<Stage[]>(`${base}/applications/${application.id}/stages?status=active`);
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

async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${response.status}`);
  return (await response.json()) as T;
}
