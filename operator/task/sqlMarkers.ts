// Markers of params in SQL, `:top`, that name no param of the task. The driver asks Spark's parser whether `:name` is a marker;
// here only what can be nothing else is told, and in doubt nothing.
import { placeOf, suggestion, type TextPlace } from "../api/problems.ts";

/** Comments and quoted pieces as Spark's lexer has them (sql_text.py of the library); what isn't closed reaches to the end. */
const quoted = new RegExp(
  [
    String.raw`--(?:\\\n|[^\n])*`, // goes on after a line that ends with a backslash
    String.raw`\/\*`, // nests
    String.raw`(?<!\w)[rR](?:'[^']*'?|"[^"]*"?)`, // has no escapes
    String.raw`'(?:\\.|[^'\\])*'?|"(?:\\.|[^"\\])*"?`,
    "`[^`]*`?",
  ].join("|"),
  "gs",
);
/** Statements that may hold expressions anywhere; others, such as SET and ADD JAR, take free text. */
const withExpressions =
  /^[\s(]*(?:SELECT|WITH|VALUES|FROM|TABLE|INSERT|MERGE|UPDATE|DELETE|CREATE|REPLACE|EXPLAIN|CACHE)\b/i;
/** Words that an expression follows, and marks: anything else before a colon may be a name, `payload :field`. */
const beforeExpression =
  /(?:[(,=<>+\-*/%|&^~!]|\b(?:SELECT|DISTINCT|ALL|WHERE|HAVING|ON|AND|OR|NOT|IN|LIKE|ILIKE|RLIKE|BETWEEN|CASE|WHEN|THEN|ELSE|BY|LIMIT|OFFSET|VALUES|FROM|JOIN|INTO|TABLE))\s*$/i;

/** What is wrong with a SQL program's markers: a sentence each, and its place. `params` are the task's. */
export function markerProblems(sql: string, params: readonly string[]): { message: string; place: TextPlace }[] {
  const known = params.map((name) => name.replaceAll("-", "_"));
  const code = blanked(sql);
  const problems = [];
  let start = 0;
  for (const statement of code.split(";")) {
    if (withExpressions.test(statement))
      for (const [name, at] of markers(statement))
        if (!known.includes(name)) {
          const place = placeOf(sql, start + at);
          const none = known.length === 0 ? "; it has none" : suggestion(name, known);
          problems.push({ message: `":${name}" is no param of the task${none}`, place });
        }
    start += statement.length + 1;
  }
  return problems;
}

/** The first marker of each name. */
function markers(statement: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const { 1: name, index } of statement.matchAll(/(?<![:\w`]):([A-Za-z_]\w*)/g))
    if (!found.has(name!) && beforeExpression.test(statement.slice(0, index)) && !inStruct(statement, index))
      found.set(name!, index);
  return found;
}

/** Whether a place is between the brackets of `STRUCT<values :INT>`, where a colon follows a column's name. */
const inStruct = (statement: string, at: number): boolean =>
  [...statement.slice(0, at).matchAll(/\bSTRUCT\s*</gi)].some(({ index, 0: head }) => {
    const between = statement.slice(index + head.length, at);
    return between.split(">").length <= between.split("<").length;
  });

/** The text with blanks for comments and for what is in quotes; names in backticks become underscores. */
function blanked(sql: string): string {
  let code = "";
  let at = 0;
  for (;;) {
    quoted.lastIndex = at;
    const found = quoted.exec(sql);
    if (!found) return code + sql.slice(at);
    const [piece] = found;
    const end = piece === "/*" ? commentEnd(sql, found.index) : found.index + piece.length;
    code += sql.slice(at, found.index) + sql.slice(found.index, end).replace(/[^\n]/g, piece[0] === "`" ? "_" : " ");
    at = end;
  }
}

function commentEnd(sql: string, at: number): number {
  let depth = 0;
  for (const { 0: mark, index } of sql.slice(at).matchAll(/\/\*|\*\//g)) {
    depth += mark === "/*" ? 1 : -1;
    if (depth === 0) return at + index + 2;
  }
  return sql.length;
}
