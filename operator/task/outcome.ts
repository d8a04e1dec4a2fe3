// How an attempt ended: from the driver's exit code and the result that it left. Pure: the same on a laptop and on a cluster.
import type { Cause, OutputStatus } from "../api/status.ts";

/** The result channel's JSON, at most 4,096 bytes. Whoever can write the file can write anything, so each field is checked. */
export type Result = {
  outcome: "Succeeded" | "Failed";
  values: Record<string, unknown>;
  outputs: Record<string, Partial<OutputStatus>>;
  error?: { class: string; message: string; at?: string };
  /** What the user should know although all is well. */
  note?: string;
};
export type DeclaredOutput = { name: string; uri: string; format: string };
export type Outcome =
  | { state: "Succeeded"; values: Record<string, unknown>; outputs: OutputStatus[]; note?: string }
  | { state: "Failed"; cause: Cause };
/** What can be advised depends on where the driver ran. */
export type Where = "laptop" | "cluster";

/** What a driver writes that somebody told to end: its exit code says it better. */
const terminated = "Terminated";
/** The class of errors in what the user declared, rather than in what the program did. */
const declaration = "SparkflowError";

/** The result that a text holds; undefined if it is none, such as one that a kill cut off, or the tail of a log. */
export function parseResult(text: string | undefined): Result | undefined {
  try {
    const read: unknown = JSON.parse(text ?? "");
    return isMap(read) ? resultOf(read) : undefined;
  } catch {
    return undefined;
  }
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function resultOf({ outcome, values, outputs, error, note }: Record<string, unknown>): Result | undefined {
  if (outcome !== "Succeeded" && outcome !== "Failed") return undefined;
  const facts = Object.entries(isMap(outputs) ? outputs : {}).map(([name, of]) => [name, isMap(of) ? factsOf(of) : {}]);
  return {
    outcome,
    values: isMap(values) ? values : {},
    outputs: Object.fromEntries(facts),
    ...(isMap(error) ? { error: errorOf(error) } : {}),
    ...(typeof note === "string" && note !== "" ? { note: note.slice(0, 500) } : {}),
  };
}

const factsOf = ({ rows, schemaHash, schema }: Record<string, unknown>): Partial<OutputStatus> => ({
  ...(Number.isSafeInteger(rows) ? { rows: rows as number } : {}),
  ...(typeof schemaHash === "string" ? { schemaHash: schemaHash.slice(0, 64) } : {}),
  ...(typeof schema === "string" ? { schema } : {}),
});

// The bounds are those of `cause` in api/status.ts: the API server refuses a longer one.
const errorOf = (error: Record<string, unknown>): NonNullable<Result["error"]> => ({
  class: String(error.class ?? "Error").slice(0, 128),
  message: String(error.message ?? "").slice(0, 3500),
  ...(typeof error.at === "string" ? { at: error.at.slice(0, 512) } : {}),
});

/** Whether a result names an error of the program's own, rather than that somebody ended it. */
export const hasOwnError = (result: Result | undefined): boolean =>
  result?.error !== undefined && result.error.class !== terminated;

/** What to say of an attempt whose driver exited with this code. */
export function outcomeOf(
  code: number,
  result: Result | undefined,
  declared: readonly DeclaredOutput[],
  where: Where,
): Outcome {
  if (result?.outcome === "Succeeded" && code === 0) {
    const outputs = declared.map((one) => withFacts(one, result));
    return { state: "Succeeded", values: result.values, outputs, ...(result.note ? { note: result.note } : {}) };
  }
  if (result?.error && hasOwnError(result)) return { state: "Failed", cause: errorCause(code, result.error) };
  // A program that ends its process itself (os._exit) leaves no result: its exit code is its word.
  if (code === 0 && declared.length === 0) return { state: "Succeeded", values: {}, outputs: [] };
  return { state: "Failed", cause: { ...codeCause(code, where), exitCode: code } };
}

const withFacts = (output: DeclaredOutput, { outputs }: Result): OutputStatus => ({
  ...output,
  ...(Object.hasOwn(outputs, output.name) ? outputs[output.name] : {}),
});

function errorCause(code: number, error: NonNullable<Result["error"]>): Cause {
  const oom = /OutOfMemoryError/.test(error.class) ? " (give the driver more with driver.memory)" : "";
  return {
    class: error.class === declaration ? "Input" : "Program",
    reason: error.class,
    message: `${error.message}${oom}`,
    ...(error.at ? { at: error.at } : {}),
    exitCode: code,
  };
}

type Meaning = Pick<Cause, "class" | "reason" | "message">;
const program = (reason: string, message: string): Meaning => ({ class: "Program", reason, message });
const infrastructure = (reason: string, message: string): Meaning => ({ class: "Infrastructure", reason, message });

const killed: Record<Where, string> = {
  laptop:
    "the driver was killed with SIGKILL, often for want of memory: lower driver.memory or maxMemory, or close other programs",
  cluster:
    "the driver was killed with SIGKILL, and not for its memory limit: it didn't end in time when it was stopped, or its node was short of memory",
};

/** Exit codes that say something by themselves; sources: SparkExitCode and ExecutorExitCode of Spark 3.5, and 128 + signal. */
const codes: Readonly<Record<number, (where: Where) => Meaning>> = {
  0: () => program("OutputMissing", "the program ended without a result, so its outputs can't be trusted"),
  11: () =>
    program(
      "ExecutorsFailed",
      "too many executors failed (spark.executor.maxNumFailures): the driver's log and the executors' say why, often their memory (executor.memoryOverhead)",
    ),
  50: () =>
    program("UncaughtException", "a thread of the driver threw an exception that nobody caught; the log has it"),
  51: () => program("UncaughtException", "a thread of the driver threw an exception twice; the log has it"),
  52: () => program("OutOfMemoryError", "the JVM ran out of memory: give the driver more with driver.memory"),
  53: () => infrastructure("DiskStore", "Spark couldn't make its local directories: is the node's disk full?"),
  101: () => program("ClassNotFound", "the program's main class isn't in the jar or on the class path"),
  127: (where) =>
    where === "laptop"
      ? infrastructure("NotStarted", "the driver's process could not be started")
      : program("NotStarted", "a command of the driver's image doesn't exist; the log says which"),
  134: () =>
    program(
      "Crashed",
      "the driver crashed (SIGABRT), often in native code; the log has the JVM's or the library's words",
    ),
  137: (where) => infrastructure("Killed", killed[where]),
  139: () =>
    program("Crashed", "the driver crashed (SIGSEGV), in native code or the JVM itself; the log may say where"),
  143: () => infrastructure("Terminated", "the driver was told to end (SIGTERM) by somebody else"),
};

function codeCause(code: number, where: Where): Meaning {
  const known = Object.hasOwn(codes, code) ? codes[code]!(where) : undefined;
  return known ?? program(`ExitCode${code}`, `the program ended with exit code ${code}`);
}
