// Spark's DDL of a schema, such as `word STRING, where GEOMETRY`: found wrong here before any Spark runs. The driver reads the
// same language with ddl.py of its library; test/ddl.json holds what both must take and refuse.
import { nearest, placeOf, type TextPlace } from "../api/problems.ts";

const plainTypes = new Set(
  `boolean string double date binary void timestamp_ntz variant tinyint byte smallint short int integer bigint long float real
   timestamp timestamp_ltz geometry`.split(/\s+/),
);
const yearMonth = ["year", "month"];
const dayTime = ["day", "hour", "minute", "second"];
/** Words that begin a type. */
const typeWords =
  `${[...plainTypes].join(" ")} decimal dec numeric char character varchar array map struct interval`.split(" ");

const space = String.raw`(?:\s|--[^\n]*|/\*.*?\*/)*`;
const text = String.raw`[rR]?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")`;
const tokenPattern = new RegExp(
  String.raw`${space}(?:(?<text>${text})|(?<word>[\p{L}\p{N}_]+)|(?<quoted>${"`(?:[^`]|``)+`"})|(?<mark>[<>(),:])|(?<end>$))`,
  "suy",
);

type Token = { kind: "text" | "word" | "quoted" | "mark" | "end"; text: string; at: number };

/** What is wrong with a schema, as the end of a sentence, and where; undefined if it is Spark's DDL. */
export function ddlProblem(ddl: string): { message: string; place: TextPlace } | undefined {
  try {
    new Parser(ddl).schema();
    return undefined;
  } catch (error) {
    if (!(error instanceof DdlError)) throw error;
    return { message: `is not Spark DDL: ${error.message}`, place: placeOf(ddl, error.at) };
  }
}

class DdlError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** A recursive descent over `colTypeList` and `dataType` of Spark 3.5's SqlBaseParser.g4; `ahead` is the next token. */
class Parser {
  readonly ddl: string;
  ahead: Token = { kind: "end", text: "", at: 0 };
  end = 0;

  constructor(ddl: string) {
    this.ddl = ddl;
    this.advance();
  }

  schema(): void {
    this.list(() => this.column(false));
    if (this.ahead.kind !== "end") this.fail("a comma or the end");
  }

  advance(): string {
    const taken = this.ahead.text;
    tokenPattern.lastIndex = this.end;
    const found = tokenPattern.exec(this.ddl);
    if (!found) {
      const at = this.end + new RegExp(space, "suy").exec(this.ddl.slice(this.end))![0].length;
      throw new DdlError(`character ${at + 1}, ${JSON.stringify(this.ddl[at])}, isn't part of a schema`, at);
    }
    this.end = tokenPattern.lastIndex;
    const [kind, word] = Object.entries(found.groups!).find(([, value]) => value !== undefined)!;
    const at = kind === "end" ? this.ddl.trimEnd().length : this.end - word!.length;
    this.ahead = { kind: kind as Token["kind"], text: word!, at };
    return taken;
  }

  fail(expected: string, more = ""): never {
    const { kind, text: found, at } = this.ahead;
    const what = kind === "end" ? "the end" : JSON.stringify(found);
    throw new DdlError(`expected ${expected} at character ${at + 1}, found ${what}${more}`, at);
  }

  /** Whether the token ahead is one of these words or marks; then it is passed. */
  take(...words: string[]): boolean {
    if (!["word", "mark"].includes(this.ahead.kind) || !words.includes(this.ahead.text.toLowerCase())) return false;
    this.advance();
    return true;
  }

  need(...words: string[]): void {
    if (!this.take(...words)) this.fail(words.map((word) => `"${word}"`).join(" or "));
  }

  list(one: () => void): void {
    do one();
    while (this.take(","));
  }

  column(colon: boolean): void {
    if (!["word", "quoted"].includes(this.ahead.kind)) this.fail("a column's name");
    this.advance();
    if (colon) this.take(":");
    this.type();
    if (this.take("not")) this.need("null");
    if (!this.take("comment")) return;
    if (this.ahead.kind !== "text") this.fail("a text in quotes");
    this.advance();
  }

  type(): void {
    const { kind, text: written } = this.ahead;
    const word = written.toLowerCase();
    if (kind !== "word") this.fail("a type");
    if (!typeWords.includes(word)) {
      const near = nearest(word, typeWords);
      this.fail("a type", near && `; did you mean "${near.toUpperCase()}"?`);
    }
    this.advance();
    if (plainTypes.has(word)) return;
    if (word === "array") this.within("<", ">", () => this.type());
    else if (word === "map") this.within("<", ">", () => this.pair());
    else if (word === "struct") this.within("<", ">", () => this.fields());
    else if (word === "interval") this.interval();
    else if (word.includes("char")) this.within("(", ")", () => this.number());
    else if (this.ahead.text === "(") this.within("(", ")", () => this.precision());
  }

  within(open: string, close: string, inner: () => void): void {
    this.need(open);
    inner();
    this.need(close);
  }

  pair(): void {
    this.type();
    this.need(",");
    this.type();
  }

  fields(): void {
    if (this.ahead.text !== ">") this.list(() => this.column(true));
  }

  number(): void {
    if (!/^\d+$/.test(this.ahead.text)) this.fail("a number");
    this.advance();
  }

  precision(): void {
    this.number();
    if (this.take(",")) this.number();
  }

  interval(): void {
    const units = dayTime.includes(this.ahead.text.toLowerCase()) ? dayTime : yearMonth;
    const start = units.indexOf(this.ahead.text.toLowerCase());
    if (start >= 0 && this.take(...units) && this.take("to")) this.need(...units.slice(start + 1));
  }
}
