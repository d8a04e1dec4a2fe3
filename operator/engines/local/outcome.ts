// How an attempt ended: from the driver's exit code and what it wrote to result.json.
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import type { OutputStatus } from "../../api/status.ts";
import type { Attempt } from "../../task/attempt.ts";
import type { Cause } from "../../task/decide.ts";

/** The result channel's JSON (at most 4,096 bytes), as the driver writes it. */
type Result = {
  outcome: "Succeeded" | "Failed";
  values?: Record<string, unknown>;
  outputs?: Record<string, { rows?: number; schemaHash?: string; schema?: string }>;
  error?: { class: string; message: string; at?: string };
};

export type Outcome =
  | { state: "Succeeded"; values: Record<string, unknown>; outputs: OutputStatus[] }
  | { state: "Failed"; cause: Cause };

/** What to say of an attempt whose driver exited with this code. Lines of the user's are named from the manifest's folder. */
export function outcomeOf(
  code: number,
  resultFile: string,
  attempt: Pick<Attempt, "outputs">,
  manifestFolder: string,
): Outcome {
  const result = readResult(resultFile);
  if (result?.outcome === "Succeeded" && code === 0)
    return { state: "Succeeded", values: result.values ?? {}, outputs: outputs(attempt, result) };
  if (result?.error && result.error.class !== terminated)
    return { state: "Failed", cause: errorCause(code, result.error, manifestFolder) };
  // A program that ends its process itself (os._exit) leaves no result: its exit code is its word.
  if (code === 0 && attempt.outputs.length === 0) return { state: "Succeeded", values: {}, outputs: [] };
  return { state: "Failed", cause: { ...codeCause(code), exitCode: code } };
}

function readResult(file: string): Result | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Result;
  } catch {
    return undefined; // cut off by a kill in the middle of writing
  }
}

function outputs(attempt: Pick<Attempt, "outputs">, result: Result): OutputStatus[] {
  return attempt.outputs.map((output) => ({ ...output, ...result.outputs?.[output.name] }));
}

/** What a driver writes that somebody told to end: its exit code says it better. */
const terminated = "Terminated";
/** The class of errors in what the user declared, rather than in what the program did. */
const declaration = "SparkflowError";

function errorCause(code: number, error: NonNullable<Result["error"]>, manifestFolder: string): Cause {
  const oom = /OutOfMemoryError/.test(error.class) ? " (give the driver more with driver.memory)" : "";
  return {
    class: error.class === declaration ? "Input" : "Program",
    reason: error.class,
    message: `${error.message}${oom}`,
    ...(error.at ? { at: fromFolder(error.at, manifestFolder) } : {}),
    exitCode: code,
  };
}

function fromFolder(at: string, folder: string): string {
  const below = relative(folder, at);
  return at.startsWith("/") && !below.startsWith("..") ? below : at;
}

/** Exit codes that say something by themselves; source: Spark's SparkExitCode, and 128 + signal. */
function codeCause(code: number): Cause {
  if (code === 137)
    return {
      class: "Infrastructure",
      reason: "Killed",
      message:
        "the driver was killed with SIGKILL, often for want of memory: lower driver.memory or maxMemory, or close other programs",
    };
  if (code === 143)
    return {
      class: "Infrastructure",
      reason: "Terminated",
      message: "the driver was told to end (SIGTERM) by somebody else",
    };
  if (code === 52)
    return {
      class: "Program",
      reason: "OutOfMemoryError",
      message: "the JVM ran out of memory: give the driver more with driver.memory",
    };
  if (code === 127)
    return { class: "Infrastructure", reason: "NotStarted", message: "the driver's process could not be started" };
  if (code === 0)
    return {
      class: "Program",
      reason: "OutputMissing",
      message: "the program ended without a result, so its outputs can't be trusted",
    };
  return { class: "Program", reason: `ExitCode${code}`, message: `the program ended with exit code ${code}` };
}
