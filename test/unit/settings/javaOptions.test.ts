// Java options split as Spark's launcher splits them (CommandBuilderUtils.parseOptionString).
import { describe, expect, it } from "vitest";
import { splitJavaOptions } from "../../../operator/settings/javaOptions.ts";

describe("Java options", () => {
  it.each([
    ["nothing is no word", "", []],
    ["white space alone is no word", " \t\n ", []],
    ["words are separated by any white space", " -Xss4m  -Da=b\t-Dc\n-Dd ", ["-Xss4m", "-Da=b", "-Dc", "-Dd"]],
    ["double quotes group", '-Da="b c" -Dd', ["-Da=b c", "-Dd"]],
    ["single quotes group", "-Da='b c'", ["-Da=b c"]],
    ["quotes may begin within a word", '-Da=x" "y', ["-Da=x y"]],
    ["one kind of quote holds the other", `-Da="it's" -Db='say "x"'`, ["-Da=it's", '-Db=say "x"']],
    ["an empty pair of quotes is a word", "'' \"\"", ["", ""]],
    ["a backslash keeps the next character", '-Da=b\\ c \\"x', ["-Da=b c", '"x']],
    ["a backslash works in double quotes", '"a\\"b"', ['a"b']],
    ["a backslash is itself in single quotes", "'a\\b'", ["a\\b"]],
  ])("%s", (_, text, words) => {
    expect(splitJavaOptions(text)).toEqual(words);
  });

  it.each([
    ['-Da="b', '(")'],
    ["'x", "(')"],
  ])("with a quote left open are refused: %s", (text, quote) => {
    expect(() => splitJavaOptions(text)).toThrow(`a quote ${quote} isn't closed`);
  });

  it("that end with a backslash are refused, as Spark refuses them", () => {
    expect(() => splitJavaOptions("-Da=b\\")).toThrow("a backslash at the end keeps nothing");
  });
});
