// Exactly one program, from exactly one source.
import { describe, expect, it } from "vitest";
import type { TaskSpec } from "../../../operator/api/task.ts";
import { isPython, programOf, programProblems } from "../../../operator/task/program.ts";
import { said } from "../builders.ts";

describe("a program", () => {
  it.each<[string, TaskSpec, object]>([
    ["a file", { python: { file: "a.py" } }, { kind: "python", source: { file: "a.py" } }],
    [
      "a module with a function",
      { python: { module: "a.b", function: "f" } },
      { kind: "python", source: { module: "a.b" }, function: "f" },
    ],
    ["a script", { python: { script: "x" } }, { kind: "python", source: { script: "x" } }],
    [
      "a ConfigMap",
      { python: { configMap: { name: "code", key: "a.py" } } },
      { kind: "python", source: { configMap: { name: "code", key: "a.py" } } },
    ],
    ["a jar", { jar: { file: "a.jar" } }, { kind: "jar", source: { file: "a.jar" } }],
    [
      "a jar with a main class",
      { jar: { file: "a.jar", mainClass: "x.Main" } },
      { kind: "jar", source: { file: "a.jar" }, mainClass: "x.Main" },
    ],
    [
      "a jar in a ConfigMap",
      { jar: { configMap: { name: "code", key: "a.jar" } } },
      { kind: "jar", source: { configMap: { name: "code", key: "a.jar" } } },
    ],
    ["SQL", { sql: { statements: "SELECT 1" } }, { kind: "sql", source: { text: "SELECT 1" } }],
    ["Fugue SQL", { fugueSql: { query: "PRINT" } }, { kind: "fugueSql", source: { text: "PRINT" } }],
    ["a file of Fugue SQL", { fugueSql: { file: "a.fsql" } }, { kind: "fugueSql", source: { file: "a.fsql" } }],
    ["a file of SQL", { sql: { file: "a.sql" } }, { kind: "sql", source: { file: "a.sql" } }],
    [
      "SQL in a ConfigMap",
      { sql: { configMap: { name: "code", key: "a.sql" } } },
      { kind: "sql", source: { configMap: { name: "code", key: "a.sql" } } },
    ],
  ])("may be %s", (_, spec, program) => {
    expect(programProblems(spec, ["spec"])).toEqual([]);
    expect(programOf(spec)).toEqual(program);
    expect(isPython(programOf(spec))).toBe("python" in spec || "fugueSql" in spec);
  });

  it.each<[string, TaskSpec, string]>([
    ["none at all", {}, "spec: a task needs a program: one of python, jar, sql and fugueSql"],
    [
      "two of them",
      { python: { file: "a.py" }, sql: { statements: "x" } },
      "spec.sql: a task has exactly one program, but here are python and sql; keep one",
    ],
    [
      "python without a source",
      { python: { function: "f" } },
      "spec.python: python needs one of file, module, configMap and script: where is the program?",
    ],
    [
      "python with two sources",
      { python: { file: "a.py", script: "x" } },
      "spec.python.script: python has exactly one source, but here are file and script; keep one",
    ],
    [
      "a jar without a source",
      { jar: { mainClass: "x.Main" } },
      "spec.jar: jar needs one of file and configMap: where is the program?",
    ],
    [
      "SQL with two sources",
      { sql: { statements: "x", file: "a.sql" } },
      "spec.sql.file: sql has exactly one source, but here are statements and file; keep one",
    ],
  ])("can't be %s", (_, spec, sentence) => {
    expect(said(programProblems(spec, ["spec"]))).toEqual([sentence]);
  });
});
