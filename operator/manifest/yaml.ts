// YAML as kubectl reads it (sigs.k8s.io/yaml: YAML 1.1, but no timestamps and no sexagesimal numbers), with the line and
// column of every value.
import { type Document, isCollection, isNode, isPair, LineCounter, parseAllDocuments, type Scalar, visit } from "yaml";
import { type Path, type Problem, problem } from "../api/problems.ts";

export type Position = { line: number; column: number };
export type YamlDocument = { value: unknown; positionOf: (path: Path) => Position };

/** Tags of YAML 1.1 that Go's library doesn't give to values without an explicit tag. */
const withoutTags = new Set(["tag:yaml.org,2002:timestamp"]);

/** The documents of a file, empty ones left out. A problem's path is empty: its message names line and column. */
export function parseYaml(text: string): { documents: YamlDocument[] } | { problems: Problem[] } {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    version: "1.1",
    lineCounter: lines,
    uniqueKeys: true,
    customTags: (tags) => tags.filter((tag) => !isForeign(tag)),
  });
  const documents = "empty" in parsed ? [] : parsed;
  const problems = documents.flatMap((document) => [...syntaxProblems(document), ...valueProblems(document, lines)]);
  if (problems.length > 0) return { problems };
  return {
    documents: documents.filter((document) => document.contents !== null).map((document) => toValue(document, lines)),
  };
}

function isForeign(tag: unknown): boolean {
  if (typeof tag === "string") return false;
  const { tag: name, format } = tag as { tag: string; format?: string };
  return withoutTags.has(name) || format === "TIME";
}

const syntaxProblems = (document: Document.Parsed): Problem[] =>
  document.errors.map((error) =>
    problem([], `this is not valid YAML: ${error.message.split("\n")[0]!.replace(/:$/, "")}`),
  );

/** Keys that JavaScript objects can't hold safely, and whole numbers that would lose digits. */
function valueProblems(document: Document.Parsed, lines: LineCounter): Problem[] {
  const problems: Problem[] = [];
  const at = (node: unknown) => {
    const { line, col } = lines.linePos(isNode(node) ? (node.range?.[0] ?? 0) : 0);
    return `line ${line}, column ${col}`;
  };
  visit(document, {
    Pair(_, pair) {
      const key = (pair.key as Scalar | null)?.value;
      if (key === "__proto__") problems.push(problem([], `the key "__proto__" is not allowed (${at(pair.key)})`));
    },
    Scalar(_, node) {
      if (typeof node.value === "number" && Number.isInteger(node.value) && !Number.isSafeInteger(node.value)) {
        problems.push(
          problem(
            [],
            `the number ${node.source ?? node.value} is too large to keep its digits; quote it (${at(node)})`,
          ),
        );
      }
    },
  });
  return problems;
}

function toValue(document: Document.Parsed, lines: LineCounter): YamlDocument {
  return {
    value: document.toJS({ maxAliasCount: 1000 }),
    positionOf: (path) => {
      const { line, col } = lines.linePos(offsetOf(document, path));
      return { line, column: col };
    },
  };
}

/** Offset of the key at the end of a path, or of the nearest place above that exists. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of path) {
    if (!isCollection(node)) break;
    const item: unknown =
      typeof step === "number"
        ? node.items[step]
        : node.items.find((pair) => isPair(pair) && String((pair.key as Scalar)?.value) === step);
    const start = isPair(item) ? item.key : item;
    if (!isNode(start)) break;
    offset = start.range?.[0] ?? offset;
    node = isPair(item) ? item.value : item;
  }
  return offset;
}
