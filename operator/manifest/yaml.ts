// YAML as kubectl reads it (sigs.k8s.io/yaml: YAML 1.1, but no timestamps and no sexagesimal numbers), with the line and
// column of every value.
import {
  type Document,
  isCollection,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
  visit,
} from "yaml";
import { type Path, type Problem, problem, type TextPlace } from "../api/problems.ts";
import { isForeign, kubectlTags } from "./yamlTags.ts";

export type Position = { line: number; column: number };
export type YamlDocument = { value: unknown; positionOf: (path: Path, within?: TextPlace) => Position };

/** A problem of the text itself, with its place. */
export type YamlProblem = Problem & { position: Position };

/** The documents of a file, empty ones left out. */
export function parseYaml(text: string): { documents: YamlDocument[] } | { problems: YamlProblem[] } {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    version: "1.1",
    lineCounter: lines,
    uniqueKeys: true,
    customTags: (tags) => [...kubectlTags, ...tags.filter((tag) => !isForeign(tag))],
  });
  const documents = "empty" in parsed ? [] : parsed;
  const problems = documents.flatMap((document) => {
    const syntax = syntaxProblems(document, text, lines);
    return syntax.length > 0 ? syntax : valueProblems(document, lines);
  });
  if (problems.length > 0) return { problems };
  return {
    documents: documents.map((document) => toValue(document, text, lines)).filter(({ value }) => value !== null),
  };
}

/** Mistakes of syntax; a document that has some isn't looked at further. */
function syntaxProblems({ errors }: Document.Parsed, text: string, lines: LineCounter): YamlProblem[] {
  // After a first mistake of syntax, further ones are its consequences.
  const first = errors.find(({ code }) => code !== "DUPLICATE_KEY");
  const second = first ? undefined : secondObject(errors, text);
  if (second !== undefined) return [problemAt(second, lines, missingSeparator)];
  return (first ? [first] : errors).map(({ code, message, pos }) => {
    const what = message.split("\n")[0]!.replace(/ at line \d+, column \d+:?$/, "");
    const key = code === "DUPLICATE_KEY" ? /^(?:"[^"]*"|'[^']*'|[^\s:]+)/.exec(text.slice(pos[0]))?.[0] : undefined;
    return problemAt(
      pos[0],
      lines,
      key ? `the key "${key.replace(/^["']|["']$/g, "")}" stands twice in this map` : `this is not valid YAML: ${what}`,
    );
  });
}

const missingSeparator =
  "a second object begins here, in the same document as the first: put a line with --- between the two";

/** Where a second object begins, if one does: what every object has stands twice at the outermost level. */
function secondObject(errors: Document.Parsed["errors"], text: string): number | undefined {
  const twice = errors.map(({ pos }) => pos[0]).filter((at) => at === 0 || text[at - 1] === "\n");
  const isHead = (at: number) => /^(apiVersion|kind)\s*:/.test(text.slice(at, at + 40));
  return twice.some(isHead) ? Math.min(...twice) : undefined;
}

function problemAt(offset: number, lines: LineCounter, message: string): YamlProblem {
  const { line, col } = lines.linePos(offset);
  return { ...problem([], message), position: { line, column: col } };
}

/** Aliases of one anchor that a document may have: more is a bomb. */
const maxAliases = 1000;

/** What JavaScript objects can't hold safely or kubectl doesn't read: the values would not be what is written. */
function valueProblems(document: Document.Parsed, lines: LineCounter): YamlProblem[] {
  const problems: YamlProblem[] = [];
  let aliases = 0;
  const add = (node: unknown, message: string) =>
    problems.push(problemAt(isNode(node) ? (node.range?.[0] ?? 0) : 0, lines, message));
  visit(document, {
    Pair(_, { key }) {
      if (isCollection(key)) add(key, "a key must be text, not a list or a map");
      if (isScalar(key) && key.value === "__proto__") add(key, 'the key "__proto__" is not allowed');
      if (isScalar(key) && isMisread(key))
        add(key, `the key ${key.source || "here"} is read as ${key.value}: quote it`);
    },
    Alias(_, node) {
      aliases++;
      if (!node.resolve(document)) add(node, `there is no anchor "&${node.source}" above`);
    },
    Scalar(_, node) {
      const wrong = scalarProblem(node);
      if (wrong) add(node, wrong);
    },
  });
  if (problems.length > 0 || aliases === 0) return problems;
  try {
    document.toJS({ maxAliasCount: maxAliases });
    return [];
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return [problemAt(document.range[0], lines, "its aliases (*name) would make it too large")];
  }
}

/** A key such as `n` or `0755`, which becomes the text of another value: nobody means that. */
const isMisread = ({ value, source }: Scalar): boolean =>
  value === null || ((typeof value === "boolean" || typeof value === "number") && String(value) !== source);

function scalarProblem({ value, source }: Scalar): string | undefined {
  const written = source ?? String(value);
  if (typeof value === "string" && !value.isWellFormed()) return "this text holds half of a surrogate pair";
  if (typeof value !== "number") return undefined;
  if (!Number.isFinite(value)) return `${written} is not a number that a manifest can hold; quote it if it is text`;
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    return `the number ${written} is too large to keep its digits; quote it`;
  return undefined;
}

function toValue(document: Document.Parsed, text: string, lines: LineCounter): YamlDocument {
  return {
    value: document.toJS({ maxAliasCount: maxAliases }),
    positionOf: (path, within) => {
      const { key, value } = placeIn(document, path);
      const { line, col } = lines.linePos(within && value ? offsetWithin(value, within, text, lines) : key);
      return { line, column: col };
    },
  };
}

/** Offset of the key at the end of a path, and the value there; or the nearest place above that exists. */
function placeIn(document: Document.Parsed, path: Path): { key: number; value?: Node } {
  let node: unknown = document.contents;
  let key = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of path) {
    if (!isCollection(node)) return { key };
    const item: unknown =
      typeof step === "number"
        ? node.items[step]
        : node.items.find((pair) => isPair(pair) && String((pair.key as Scalar)?.value) === step);
    const start = isPair(item) ? item.key : item;
    if (!isNode(start)) return { key };
    key = start.range?.[0] ?? key;
    node = isPair(item) ? item.value : item;
  }
  return isNode(node) ? { key, value: node } : { key };
}

/** Offset of a place of a value's text; where YAML folds or escapes the text, that of the value's beginning. */
function offsetWithin(value: Node, { line, column = 1 }: TextPlace, text: string, { lineStarts }: LineCounter): number {
  const [start = 0, end = 0] = value.range ?? [];
  if (!isScalar(value) || typeof value.value !== "string") return start;
  if (value.type === "BLOCK_LITERAL") {
    const header = lineStarts.findLastIndex((offset) => offset <= start);
    const from = lineStarts[header + line];
    const written = value.value.split("\n")[line - 1];
    if (from === undefined || written === undefined) return start;
    const indentation = text.slice(from, lineStarts[header + line + 1]).trimEnd().length - written.trimEnd().length;
    return from + Math.max(0, indentation) + column - 1;
  }
  const quote = value.type === "PLAIN" ? 0 : 1;
  return line === 1 && text.slice(start + quote, end - quote) === value.value ? start + quote + column - 1 : start;
}
