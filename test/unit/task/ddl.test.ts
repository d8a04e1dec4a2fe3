// Schemas that the command line refuses are those that the driver refuses: test/ddl.json is the driver's table, too, and a
// test with a real Spark holds it against Spark's own parser.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ddlProblem } from "../../../operator/task/ddl.ts";

const cases = JSON.parse(readFileSync("test/ddl.json", "utf8")) as Record<"valid" | "refused", Record<string, string>>;

describe("a schema", () => {
  it.each(Object.keys(cases.valid))("%j is Spark's DDL", (ddl) => {
    expect(ddlProblem(ddl)).toBe(undefined);
  });

  it.each(Object.entries(cases.refused))("%j is refused with the driver's words", (ddl, words) => {
    expect(ddlProblem(ddl)?.message.replaceAll('"', "`")).toContain(words);
  });

  it.each([
    ["id BIGNT", 'expected a type at character 4, found "BIGNT"; did you mean "BIGINT"?', 1, 4],
    ["id BIGINT name STRING", 'expected a comma or the end at character 11, found "name"', 1, 11],
    ["a INT,\nb ARRAY<STRNG>", 'expected a type at character 16, found "STRNG"; did you mean "STRING"?', 2, 9],
    ["a MAP<INT, STRUCT<x: INT>", 'expected ">" at character 26, found the end', 1, 26],
    ["a INT, b-c INT", 'character 9, "-", isn\'t part of a schema', 1, 9],
    ["a INTEGR(3)", 'expected a type at character 3, found "INTEGR"; did you mean "INTEGER"?', 1, 3],
  ])("%j gets one sentence and its place", (ddl, sentence, line, column) => {
    expect(ddlProblem(ddl)).toEqual({ message: `is not Spark DDL: ${sentence}`, place: { line, column } });
  });
});
