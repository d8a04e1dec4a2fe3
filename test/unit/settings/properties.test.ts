// spark-defaults.conf: what can be written reads back exactly; what can't be carried is refused or goes by --conf.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Setting } from "../../../operator/settings/layers.ts";
import { commandLineConf, fitsFile, refusal, writeProperties } from "../../../operator/settings/properties.ts";
import { javaTrim, loadProperties, readBySpark } from "./javaProperties.ts";

const setting = (key: string, value: string): Setting => ({ key, value, source: "task count" });
const throughSpark = (settings: Setting[]) => readBySpark(Buffer.from(writeProperties(settings), "utf8"));

/** Characters that mean something to properties files, to trimming or to UTF-8, often; any others too. */
const special = fc.constantFrom(
  ..."\\:=#! \t\n\r\f\0\v\u0001\u001f\u0020\u007f\u0085\u00a0\u2028\u2029\ufeffu0041é漢🗺",
);
const unit = fc.oneof(
  { weight: 3, arbitrary: special },
  { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 1 }) },
);
const value = fc.oneof(
  fc.string({ unit, maxLength: 24 }),
  fc.string({ unit: "binary" }),
  fc.constantFrom("\ud800", "a\udc00b"),
);
const key = value.map((text) => `spark.${text}`);

describe("the port of java.util.Properties", () => {
  it.each([
    ["separators are =, : and blanks", "a=1\nb:2\nc 3\nd = 4\ne\t:\t5\n", { a: "1", b: "2", c: "3", d: "4", e: "5" }],
    ["only the first separator counts", "a==1\nb=:2\n", { a: "=1", b: ":2" }],
    ["a key alone has an empty value", "a\nb=\n", { a: "", b: "" }],
    ["comments begin with # or !, after blanks too", "# a=1\n  ! b=2\nc=3 # not one\n", { c: "3 # not one" }],
    ["a backslash joins lines, the next one's leading blanks aside", "a=1,\\\n   2\\\r\n3\n", { a: "1,23" }],
    ["an even number of backslashes doesn't", "a=1\\\\\nb=2\n", { a: "1\\", b: "2" }],
    ["escapes are undone in keys and values", "a\\=b\\:c\\ d=\\t\\u0041\\q\n", { "a=b:c d": "\tAq" }],
    ["a later line wins", "a=1\na=2\n", { a: "2" }],
    ["\\r alone ends a line", "a=1\rb=2", { a: "1", b: "2" }],
  ])("reads as the documentation says: %s", (_, text, expected) => {
    expect(Object.fromEntries(loadProperties(text))).toEqual(expected);
  });

  it("trims what String.trim does, and no other white space", () => {
    expect(javaTrim("\0\t a \u00a0\u001f")).toBe("a \u00a0");
  });
});

describe("spark-defaults.conf", () => {
  it("gives Spark every key and value that it may carry, exactly", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value), { maxLength: 8 }), (entries) => {
        const written = new Map(entries.filter(([k, v]) => refusal(k, v) === undefined && fitsFile(v)));
        const settings = [...written].map(([k, v]) => setting(k, v));
        expect(throughSpark(settings)).toEqual(written);
      }),
      { numRuns: 1500 },
    );
  });

  it("leaves the rest to --conf: every accepted setting is in exactly one of the two", () => {
    fc.assert(
      fc.property(key, value, (k, v) => {
        fc.pre(refusal(k, v) === undefined);
        const inFile = throughSpark([setting(k, v)]).has(k);
        const onCommandLine = commandLineConf([setting(k, v)]).some(([name, text]) => name === k && text === v);
        expect([inFile, onCommandLine].filter(Boolean)).toHaveLength(1);
      }),
    );
  });

  it("says above each setting where it is from, whatever the source is named", () => {
    const text = writeProperties([
      { key: "spark.a", value: "1", source: "engine x\nspark.evil=1\u2028y\\" },
      {
        key: "spark.jars",
        value: "a,b",
        source: "a, b",
        parts: [
          { value: "a", source: "engine e" },
          { value: "b", source: "task t" },
        ],
      },
    ]);
    expect(text).toContain("\n# from engine x spark.evil=1 y\\\nspark.a=1\n");
    expect(text).toContain("\n# from engine e (a), task t (b)\nspark.jars=a,b\n");
    expect([...loadProperties(text).keys()]).toEqual(["spark.a", "spark.jars"]);
  });
});

describe("what can't be carried", () => {
  it.each([
    ["fs.s3a.endpoint", "x", /Spark ignores keys/],
    ["Spark.a", "x", /Spark ignores keys/],
    ["spark.a b", "x", /white space/],
    ["spark.a\u00a0b", "x", /white space/],
    ["spark.a\nb", "x", /white space, control characters/],
    ["spark.a\u0085", "x", /control characters/],
    ["spark.a=b", "x", /'='/],
    ["spark.a\ud800", "x", /the key isn't valid Unicode/],
    ["spark.a", "x\udc00", /the value isn't valid Unicode/],
    ["spark.a", " \0", /NUL/],
  ])("is refused: %j = %j", (k, v, why) => {
    expect(refusal(k, v)).toMatch(why);
  });

  it.each([
    ["", true],
    ["a b", true],
    ["\u00a0a\u3000", true],
    [" a", false],
    ["a\n", false],
    ["\u0001a", false],
  ])("by the file alone goes by --conf: %j fits: %s", (v, fits) => {
    expect(fitsFile(v)).toBe(fits);
    expect(refusal("spark.a", v)).toBeUndefined();
  });
});
