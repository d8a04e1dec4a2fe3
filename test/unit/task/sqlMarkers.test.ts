// `:name` in SQL that is no param: what is told before anything runs, and what is left to Spark's parser.
import { describe, expect, it } from "vitest";
import { markerProblems } from "../../../operator/task/sqlMarkers.ts";

const params = ["top", "min-n", "t"];
const wrong = (sql: string) =>
  markerProblems(sql, params).map(({ message, place: { line, column } }) => `${line}:${column} ${message}`);

describe("a marker", () => {
  it.each([
    "SELECT * FROM IDENTIFIER(:t) WHERE n > :min_n LIMIT :top",
    "SELECT ':x', \":x\", `a :x`, r'\\' AS y -- :x\n, /* :x /* :x */ :x */ 1",
    "SELECT 'it\\'s :x', 'it''s :x'",
    "SELECT a::x, a:x, payload :x, f(a) :x, a[0] :x",
    "SELECT CAST(x AS STRUCT<a :INT, values :INT, b: STRUCT<select :INT>>)",
    "CREATE TABLE t (in STRUCT<in :STRING, by: ARRAY<STRUCT<from :INT>>>)",
    "SET spark.x = :y",
    "ADD JAR ivy://a:b:c",
    "SELECT 1 -- goes on \\\n :x\n",
    "SELECT 'never closed :x",
    "SELECT /* never closed :x",
    "",
  ])("%j needs nothing that the task hasn't got", (sql) => {
    expect(wrong(sql)).toEqual([]);
  });

  it.each([
    ["SELECT :topp", '1:8 ":topp" is no param of the task; did you mean "top"?'],
    ["SELECT 1;\n-- why\nSELECT *\nFROM a LIMIT :x", '4:14 ":x" is no param of the task; known are top, min_n, t'],
    ["SELECT * FROM a WHERE n>:min_m", '1:25 ":min_m" is no param of the task; did you mean "min_n"?'],
    [
      "create temp view v as select ':t' where a in (:a, 1)",
      '1:47 ":a" is no param of the task; known are top, min_n, t',
    ],
    [
      "WITH a AS (SELECT 1 AS `;`) SELECT * FROM a LIMIT :Top",
      '1:51 ":Top" is no param of the task; did you mean "top"?',
    ],
    ["SELECT CAST(:v AS STRUCT<a: INT>)", '1:13 ":v" is no param of the task; known are top, min_n, t'],
    ["SELECT CAST(x AS STRUCT<a: INT>), :v", '1:35 ":v" is no param of the task; known are top, min_n, t'],
  ])("%j is refused with its place", (sql, sentence) => {
    expect(wrong(sql)).toEqual([sentence]);
  });

  it("is told once for each name, and by itself where the task has no params", () => {
    expect(markerProblems("SELECT :a, :a, :b", []).map(({ message }) => message)).toEqual([
      '":a" is no param of the task; it has none',
      '":b" is no param of the task; it has none',
    ]);
  });
});
