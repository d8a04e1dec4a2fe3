// YAML as kubectl reads it. What stands here was compared with `kubectl annotate --local -o json` (kubectl 1.31 to 1.34).
import { describe, expect, it } from "vitest";
import { parseYaml } from "../../../operator/manifest/yaml.ts";

const documents = (text: string) => {
  const parsed = parseYaml(text);
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.documents;
};
const value = (text: string) => documents(text)[0]?.value;
const problems = (text: string) => {
  const parsed = parseYaml(text);
  return "problems" in parsed
    ? parsed.problems.map(({ message, position }) => `${position.line}:${position.column}: ${message}`)
    : [];
};

describe("a plain word", () => {
  it.each<[string, unknown]>([
    // YAML 1.1's booleans and nulls
    ["y", true],
    ["Y", true],
    ["on", true],
    ["Yes", true],
    ["n", false],
    ["Off", false],
    ["NO", false],
    ["yES", "yES"],
    ["tRue", "tRue"],
    ["~", null],
    ["Null", null],
    // whole numbers
    ["0755", 493],
    ["0o755", 493],
    ["0b101", 5],
    ["0B11", 3],
    ["0x1F", 31],
    ["0X1f", 31],
    ["1_000", 1000],
    ["-0755", -493],
    ["+1", 1],
    ["-0", 0],
    ["08", 8],
    ["0o8", "0o8"],
    ["0x", "0x"],
    // decimal numbers
    [".5", 0.5],
    ["1.", 1],
    ["1e3", 1000],
    ["1_0.5", 10.5],
    ["1e400", "1e400"],
    ["0x1.8p1", "0x1.8p1"],
    // what looks like a number and isn't
    [".", "."],
    ["-.", "-."],
    ["e3", "e3"],
    ["E10", "E10"],
    [".e3", ".e3"],
    ["._5", "._5"],
    ["_1", "_1"],
    ["1.2.3", "1.2.3"],
    ["1e3e", "1e3e"],
    // no timestamps, no sexagesimals
    ["2026-10-01", "2026-10-01"],
    ["2026-10-01T03:00:00Z", "2026-10-01T03:00:00Z"],
    ["12:30", "12:30"],
    ["190:20:30", "190:20:30"],
    ["1:2.5", "1:2.5"],
    // other words of YAML 1.1
    ["=", "="],
    ["'0755'", "0755"],
    ['"y"', "y"],
    ["!!str 5", "5"],
    ["!!float 3", 3],
    ['!!int "7"', 7],
    ["!!binary aGVsbG8=", "hello"],
    ["!!timestamp 2026-01-01", "2026-01-01"],
  ])("%s is %j", (text, expected) => {
    expect(value(`x: ${text}`)).toEqual({ x: expected });
  });

  it("as a key is text, if it means itself", () => {
    expect(value("{true: 1, 2: b, 0.5: d}")).toEqual({ true: 1, 2: "b", "0.5": "d" });
  });

  it("may be merged in with <<, which a map's own keys win over", () => {
    expect(value("a: &a {x: 1, z: 2}\nb: {<<: *a, z: 3}")).toMatchObject({ b: { x: 1, z: 3 } });
  });
});

describe("documents", () => {
  it("are taken one by one, empty ones left out", () => {
    expect(documents("---\n---\na: 1\n---\n# nothing\n---\nb: 2\n...\n").map((document) => document.value)).toEqual([
      { a: 1 },
      { b: 2 },
    ]);
  });

  it.each(["", "\n\n", "# a comment\n", "---\n"])("of an empty file are none: %j", (text) => {
    expect(documents(text)).toEqual([]);
  });

  it("of which one is bad are all refused, with the bad one's place", () => {
    expect(problems("a: 1\n---\nb: [1\n---\nc: 3\n")).toEqual([
      expect.stringMatching(/^[345]:\d+: this is not valid YAML: /),
    ]);
  });
});

describe("what is not YAML, or can't be held", () => {
  it.each([
    ["a: b: c", "1:4: this is not valid YAML: Nested mappings are not allowed in compact mappings"],
    ["a: 1\n\tb: 2", "2:1: this is not valid YAML: "],
    ["a: 1\nb: 2\na: 3", '3:1: the key "a" stands twice in this map'],
    [
      "apiVersion: v1\nkind: A\nspec:\n  kind: x\nkind: B\napiVersion: v1\nspec: {}",
      "5:1: a second object begins here, in the same document as the first: put a line with --- between the two",
    ],
    ["spec:\n  kind: x\n  kind: y", '3:3: the key "kind" stands twice in this map'],
    ["kind: A\nspec: 1\nspec: 2", '3:1: the key "spec" stands twice in this map'],
    ["yes: 1\nyes: 2", '2:1: the key "yes" stands twice in this map'],
    ['"a b": 1\n"a b": 2', '2:1: the key "a b" stands twice in this map'],
    ["a:\n  __proto__: {}", '2:3: the key "__proto__" is not allowed'],
    ['"__proto__": 1', '1:1: the key "__proto__" is not allowed'],
    ["? [a, b]\n: c", "1:3: a key must be text, not a list or a map"],
    ["params: {n: 1}", "1:10: the key n is read as false: quote it"],
    ["on: push", "1:1: the key on is read as true: quote it"],
    ["0755: x", "1:1: the key 0755 is read as 493: quote it"],
    ["~: x", "1:1: the key ~ is read as null: quote it"],
    ["a: *b", '1:4: there is no anchor "&b" above'],
    ["i: 9007199254740993", "1:4: the number 9007199254740993 is too large to keep its digits; quote it"],
    ["i: 0x7fffffffffffffff", "1:4: the number 0x7fffffffffffffff is too large to keep its digits; quote it"],
    ["i: .inf", "1:4: .inf is not a number that a manifest can hold; quote it if it is text"],
    ["i: -.Inf", "1:4: -.Inf is not a number that a manifest can hold; quote it if it is text"],
    ["i: .nan", "1:4: .nan is not a number that a manifest can hold; quote it if it is text"],
    ['s: "\\ud800"', "1:4: this text holds half of a surrogate pair"],
  ])("is refused with its place: %j", (text, sentence) => {
    expect(problems(text)[0]).toContain(sentence);
  });

  it("is a bomb of aliases, refused and not blown up", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 10; i++)
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(", ")}]`);
    expect(problems(lines.join("\n"))).toEqual(["1:1: its aliases (*name) would make it too large"]);
  });

  it("isn't a large number in quotes, nor the largest exact one", () => {
    expect(value('i: "9007199254740993"\nm: 9007199254740991')).toEqual({
      i: "9007199254740993",
      m: 9007199254740991,
    });
  });
});

describe("positions", () => {
  const [document] = documents(
    "kind: X\nspec:\n  tasks:\n    - name: a\n      python: {file: a.py}\n    - name: b\n      sparkConf:\n        spark.ui.port: 1\n",
  );

  it.each([
    [[], "1:1"],
    [["kind"], "1:1"],
    [["spec", "tasks"], "3:3"],
    [["spec", "tasks", 0], "4:7"],
    [["spec", "tasks", 0, "python", "file"], "5:16"],
    [["spec", "tasks", 1, "name"], "6:7"],
    [["spec", "tasks", 1, "sparkConf", "spark.ui.port"], "8:9"],
    // What isn't there is where it should be.
    [["spec", "tasks", 1, "python"], "6:7"],
    [["spec", "params", "x"], "2:1"],
    [["metadata", "name"], "1:1"],
  ])("of %j is %s", (path, place) => {
    const { line, column } = document!.positionOf(path as (string | number)[]);
    expect(`${line}:${column}`).toBe(place);
  });

  it.each([
    ["x: a b c", 1, 3, "1:6"],
    ["x: 'a b c'", 1, 3, "1:7"],
    ['- x\n- {z: "a b c"}', 1, undefined, "2:8"],
    ["x: |\n  a\n    b c", 2, 3, "3:5"],
    ["x: |-\n    a\n\n    b c\n", 3, 3, "4:7"],
    ["x: |  # text\n  a\n", 1, undefined, "2:3"],
    // Where YAML folds or escapes a text, it is the beginning of the value.
    ["x: >\n  a\n  b c\n", 1, 3, "1:4"],
    ['x: "a\\tb"', 1, 3, "1:4"],
    ["x: a\n  b c", 1, 3, "1:4"],
    ["x: *a", 1, undefined, "2:4"],
  ])("within the text of %j, line %d and column %s, are %s", (text, line, column, place) => {
    const [one] = documents(text === "x: *a" ? `w: &a b\n${text}` : text);
    const path = text.includes("{z") ? [1, "z"] : ["x"];
    const found = one!.positionOf(path, column === undefined ? { line } : { line, column });
    expect(`${found.line}:${found.column}`).toBe(place);
  });

  it("of a later document count from the file's beginning", () => {
    const [, second] = documents("a: 1\n---\nb:\n  c: 2\n");
    expect(second!.positionOf(["b", "c"])).toEqual({ line: 4, column: 3 });
  });
});
