// How an attempt ended: what its result says, else what its exit code says.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { outcomeOf } from "../../../operator/engines/local/outcome.ts";
import { folderOf } from "../folder.ts";

const words = { name: "words", uri: "file:///s/words", format: "parquet" };
const outcome = (code: number, result: unknown, outputs = [words]) => {
  const folder = folderOf(
    result === undefined ? {} : { "result.json": typeof result === "string" ? result : JSON.stringify(result) },
  );
  return outcomeOf(code, join(folder, "result.json"), { outputs }, (at) => at.replace("/home/me/project/", ""));
};

describe("an attempt", () => {
  it("that succeeded has its values, and its outputs with what was found out of them", () => {
    const result = {
      outcome: "Succeeded",
      values: { n: 14 },
      outputs: { words: { rows: 3, schemaHash: "0123abcd", schema: "word STRING" } },
    };
    expect(outcome(0, result)).toEqual({
      state: "Succeeded",
      values: { n: 14 },
      outputs: [{ ...words, rows: 3, schemaHash: "0123abcd", schema: "word STRING" }],
    });
  });

  it("that succeeded says what its user should know all the same, in a sentence and not more", () => {
    expect(outcome(0, { outcome: "Succeeded", note: "leave .master(…) out" })).toMatchObject({
      note: "leave .master(…) out",
    });
    expect(outcome(0, { outcome: "Succeeded", note: ["no", "text"] })).not.toHaveProperty("note");
    expect(outcome(0, { outcome: "Succeeded", note: "x".repeat(5000) })).toMatchObject({ note: "x".repeat(500) });
  });

  it("that failed has the error's class, message and the user's line, as the user knows it", () => {
    const error = { class: "ValueError", message: "no such word", at: "/home/me/project/jobs/words.py:12" };
    expect(outcome(1, { outcome: "Failed", error })).toEqual({
      state: "Failed",
      cause: { class: "Program", reason: "ValueError", message: "no such word", at: "jobs/words.py:12", exitCode: 1 },
    });
  });

  it.each([
    ["a schema that doesn't hold is the declaration's fault", "SparkflowError", "x", { class: "Input", message: "x" }],
    [
      "Java's want of memory has a hint",
      "java.lang.OutOfMemoryError",
      "Java heap space",
      { class: "Program", message: "Java heap space (give the driver more with driver.memory)" },
    ],
  ])("%s", (_, of, message, cause) => {
    expect(outcome(1, { outcome: "Failed", error: { class: of, message } })).toMatchObject({ state: "Failed", cause });
  });

  it.each([
    [137, "Infrastructure", "Killed"],
    [143, "Infrastructure", "Terminated"],
    [127, "Infrastructure", "NotStarted"],
    [52, "Program", "OutOfMemoryError"],
    [3, "Program", "ExitCode3"],
    [0, "Program", "OutputMissing"],
  ])("without a result and with exit code %d failed: %s, %s", (code, of, reason) => {
    expect(outcome(code, undefined)).toMatchObject({ state: "Failed", cause: { class: of, reason, exitCode: code } });
  });

  it("without a result, outputs and exit code has succeeded: a program may end its process itself", () => {
    expect(outcome(0, undefined, [])).toEqual({ state: "Succeeded", values: {}, outputs: [] });
  });

  it("whose result was cut off by a kill is told by its exit code", () => {
    expect(outcome(137, '{"outcome": "Succ')).toMatchObject({ state: "Failed", cause: { reason: "Killed" } });
  });

  it("that wrote a success and exited with an error has failed", () => {
    expect(outcome(1, { outcome: "Succeeded" })).toMatchObject({ state: "Failed", cause: { reason: "ExitCode1" } });
  });
});
