// What a pod of a light cluster does: the test's word for a program that nobody runs.

export type Script = {
  /** Scripts of single attempts, the first attempt's first; those beyond do as the rest of this one says. */
  attempts?: Script[];
  /** Milliseconds from its creation until its node sets it up. Default: 0. */
  setupMs?: number;
  /** No node takes it; the scheduler's words. */
  unschedulable?: string;
  /** The container waits for ever, as for an image that can't be pulled. */
  waiting?: { reason: string; message: string };
  /** Milliseconds from Running to its end. Default: 0. "never": until it is told to end. */
  runMs?: number | "never";
  /** It is never seen running: from Pending to its end in one step. */
  skipRunning?: boolean;
  exitCode?: number;
  /** The container's reason, such as OOMKilled. Default: Completed or Error. */
  reason?: string;
  /** The termination message; an object as JSON. Default, with exit code 0: success without values. */
  result?: string | object;
  /** How it ends when it is told to: 143 after SIGTERM, or 137 if it doesn't listen. Default: 143. */
  termExitCode?: number;
  /** Executor pods that the driver makes, and removes at its end if that is a good one. */
  executors?: number;
};

/** On a pod: its script as JSON. Tasks give it by `driver.podTemplate`. */
export const scriptAnnotation = "test.example/script";

type Scripted = { metadata: { annotations?: Record<string, string>; labels?: Record<string, string> } };

/** The script on a pod; executors without one run until they are deleted. */
export function scriptOf({ metadata }: Scripted): Script {
  const text = metadata.annotations?.[scriptAnnotation];
  if (text !== undefined) {
    const { attempts = [], ...rest } = JSON.parse(text) as Script;
    return attempts[Number(metadata.labels?.["sparkflow.dev/attempt"]) - 1] ?? rest;
  }
  return metadata.labels?.["spark-role"] === "executor" ? { runMs: "never" } : {};
}

/** What the driver leaves: the termination message of a script. */
export function messageOf({ result, exitCode = 0 }: Script): string {
  if (typeof result === "string") return result;
  if (result) return JSON.stringify(result);
  return exitCode === 0 ? JSON.stringify({ outcome: "Succeeded", values: {}, outputs: {} }) : "";
}
