// Fugue's schema expressions: `*, batch_size: int`, `*-country`, `*+n:long`. Found wrong here before any Spark runs; what needs the
// input's columns is for the driver. Source: triad 1.0, collections/schema.py (Schema.transform) and utils/pyarrow.py.
import { suggestion } from "../api/problems.ts";

const plainTypes = new Set(
  `null str string bool boolean int8 byte int16 short int32 int long int64 uint8 ubyte uint16 ushort uint32 uint ulong uint64
   float16 float float32 double float64 date datetime binary bytes`.split(/\s+/),
);
const known = "str, int, long, double, bool, date, datetime, bytes, decimal(10,2), [int], {a:int} and <str,int>";

class SchemaError extends Error {}

/** What is wrong with a schema expression, as the end of a sentence; undefined if nothing can be seen to be. */
export function schemaProblem(text: string): string | undefined {
  try {
    const [first, ...operations] = split(text, /[-~+]/, true);
    const columns = split(first!.text, /,/);
    for (const { text: column } of columns) if (column !== "*") checkColumn(column);
    if (operations.length > 0 && !columns.some(({ text: column }) => column === "*"))
      throw new SchemaError(`has "${operations[0]!.operator}" but no "*" to take from or add to`);
    for (const { operator, text: list } of operations)
      for (const { text: item } of split(list, /,/)) {
        if (operator === "+") checkColumn(item);
        else checkName(item);
      }
    return undefined;
  } catch (error) {
    if (error instanceof SchemaError) return error.message;
    throw error;
  }
}

type Part = { operator: string; text: string };

/** Parts between separators that are in no backticks and, unless `everywhere`, in no brackets. */
function split(text: string, separator: RegExp, everywhere = false): Part[] {
  const parts: Part[] = [{ operator: "", text: "" }];
  let depth = 0;
  for (const [token] of text.matchAll(/`(?:[^`]|``)*`|./gs)) {
    if (/[[{<(]/.test(token)) depth += 1;
    if (/[\]}>)]/.test(token)) depth -= 1;
    if (token.length === 1 && separator.test(token) && (everywhere || depth === 0))
      parts.push({ operator: token, text: "" });
    else parts.at(-1)!.text += token;
  }
  return parts.map((part) => ({ ...part, text: part.text.trim() }));
}

function checkName(name: string): void {
  if (!/^([\p{L}_][\p{L}\d_]*|`(?:[^`]|``)+`)$/u.test(name))
    throw new SchemaError(`has "${name}" where a column's name is expected (in backticks if it isn't plain)`);
}

function checkColumn(text: string): void {
  const found = /^([\p{L}_][\p{L}\d_]*|`(?:[^`]|``)+`)\s*:\s*(.+)$/su.exec(text);
  if (found) {
    checkType(found[2]!.trim());
    return;
  }
  const ddl = /^([\p{L}_][\p{L}\d_]*)\s+(\w+)/u.exec(text);
  const fix = ddl ? `; this is Fugue's notation, not Spark's: ${ddl[1]}:${ddl[2]!.toLowerCase()}` : "";
  throw new SchemaError(`has "${text}" where a column such as n:int is expected${fix}`);
}

function checkType(text: string): void {
  if (plainTypes.has(text) || /^(decimal\(\s*\d+\s*(,\s*\d+\s*)?\)|timestamp\([^()]+\))$/.test(text)) return;
  const inner = text.slice(1, -1).trim();
  const pair = split(inner, /,/);
  if (/^\[.*\]$/s.test(text)) checkType(inner);
  else if (/^\{.*\}$/s.test(text)) for (const { text: column } of pair) checkColumn(column);
  else if (/^<.*>$/s.test(text) && pair.length === 2) for (const { text: type } of pair) checkType(type);
  else unknownType(text);
}

function unknownType(text: string): never {
  throw new SchemaError(
    `has the type "${text}", which Fugue doesn't know${suggestion(text, [...plainTypes])}; known are ${known}`,
  );
}
