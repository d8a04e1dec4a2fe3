// Templates: whole ones keep their type, `$$(` is a literal, values are never parsed again.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ParamValue } from "../../../operator/api/common.ts";
import {
  hasTemplate,
  type Reference,
  references,
  resolvePartly,
  resolveTemplate,
  resolveText,
  TemplateError,
} from "../../../operator/task/template.ts";

const values: Record<string, ParamValue> = {
  "params.top": 10,
  "params.rate": 0.5,
  "params.dry": false,
  "params.list": ["FR", 'D"E', 3],
  "params.text": "Zürich",
  "params.empty": "",
  "inputs.words.uri": "s3a://raw/words/",
};
const scope = (reference: Reference) => values[reference.join(".")];

describe("a template that is the whole text", () => {
  it.each([["params.top"], ["params.rate"], ["params.dry"], ["params.list"], ["params.text"]])(
    "keeps the type of %s",
    (name) => {
      expect(resolveTemplate(`$(${name})`, scope)).toEqual(values[name]);
    },
  );

  it("stands for text where a place holds text", () => {
    expect(resolveText("$(params.top)", scope)).toBe("10");
    expect(resolveText("$(params.list)", scope)).toBe('["FR","D\\"E",3]');
  });
});

describe("a template within text", () => {
  it.each([
    ["numbers and booleans are written out", "top=$(params.top), dry=$(params.dry)", "top=10, dry=false"],
    ["lists become JSON", "x $(params.list)", 'x ["FR","D\\"E",3]'],
    ["an empty value leaves nothing", "[$(params.empty)]", "[]"],
    ["templates may touch", "$(params.top)$(params.top)", "1010"],
    ["`$$(` is a literal `$(`", "$$(params.top) is $(params.top)", "$(params.top) is 10"],
    ["a literal needn't be closed", "$$(", "$("],
    ["four dollars are two literal ones", "$$$$(x)", "$$(x)"],
    ["three dollars are one and a template", "$$$(params.top)", "$10"],
    ["dollars without a parenthesis are themselves", "$ $$ $a ${env.X} a$", "$ $$ $a ${env.X} a$"],
    ["parentheses without a dollar are themselves", "(a) f(x)", "(a) f(x)"],
    ["nothing is nothing", "", ""],
  ])("%s", (_, text, expected) => {
    expect(resolveText(text, scope)).toBe(expected);
  });
});

describe("a malformed template", () => {
  it.each([
    ["$(params.top", /"\$\(params\.top" has no closing "\)"/],
    ["a $(", /has no closing/],
    ["$()", /is not a reference/],
    ["$(params..top)", /is not a reference such as \$\(params\.top\)/],
    ["$( params.top )", /is not a reference/],
    ["$(1.a)", /is not a reference/],
    ["$(a b)", /is not a reference/],
    ["$(a$(params.top))", /has no closing/],
  ])("%s says what is wrong and how to write a literal", (text, message) => {
    expect(() => resolveTemplate(text, scope)).toThrow(TemplateError);
    expect(() => resolveTemplate(text, scope)).toThrow(message);
    expect(() => references(text)).toThrow(/write \$\$\( for a literal \$\(/);
    expect(hasTemplate(text)).toBe(true);
  });

  it("and one that refers to nothing are errors of the user's, by name", () => {
    expect(() => resolveTemplate("x $(params.typo)", scope)).toThrow("$(params.typo) refers to nothing known here");
  });
});

describe("references", () => {
  it("are found in order, literals left out", () => {
    expect(references("$(b) $$(c) $$$(a.x-y.z)")).toEqual([["b"], ["a", "x-y", "z"]]);
    expect(hasTemplate("$$(c) $")).toBe(false);
  });
});

// What a run resolves (params) and what only the task can (inputs): two passes must give what one would.
const hostile = fc.constantFrom(
  "$(params.a)",
  "$$(",
  "$$",
  "$",
  "(",
  ")",
  "$(inputs.x.uri)",
  "$(",
  '"',
  "'",
  "\n",
  "\\",
  "{",
  "$&",
  "$1",
  "é",
);
const text = fc.oneof(
  fc.array(hostile, { maxLength: 6 }).map((parts) => parts.join("")),
  fc.string({ maxLength: 8 }),
);
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const value: fc.Arbitrary<ParamValue> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
);
const piece = fc.oneof(
  fc.constantFrom("$(params.a)", "$(params.b)", "$(inputs.x.uri)", "$(inputs.y.uri)", "$$(", "$$$$("),
  fc.string({ unit: fc.constantFrom(...'ab()"\\\n'), maxLength: 4 }),
);
const template = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
const isLater = ([head]: Reference) => head === "inputs";

describe("resolving in two passes", () => {
  it("gives what one pass gives, whatever the values hold", () => {
    fc.assert(
      fc.property(template, value, value, text, text, (source, a, b, x, y) => {
        const known: Record<string, ParamValue> = {
          "params.a": a,
          "params.b": b,
          "inputs.x.uri": x,
          "inputs.y.uri": y,
        };
        const all = (reference: Reference) => known[reference.join(".")];
        const early = (reference: Reference) => (isLater(reference) ? undefined : all(reference));
        const late = (reference: Reference) => (isLater(reference) ? all(reference) : undefined);
        const between = resolvePartly(source, early, isLater);
        const twice = Array.isArray(between)
          ? between.map((item) => (typeof item === "string" ? resolveTemplate(item, late) : item))
          : typeof between === "string"
            ? resolveTemplate(between, late)
            : between;
        expect(twice).toEqual(resolveTemplate(source, all));
      }),
      { numRuns: 3000 },
    );
  });

  it.each(["$(params.x)", "$$(", "$$$(a)", "a'b\"c", "line\nline", "$(", "\\", "$&", "${env.SECRET}"])(
    "brings the value %j through unchanged",
    (hostileValue) => {
      const first = resolvePartly("v=$(params.a)$(inputs.x.uri)", () => hostileValue, isLater);
      expect(resolveTemplate(String(first), () => "URI")).toBe(`v=${hostileValue}URI`);
      const whole = resolvePartly("$(params.a)", () => hostileValue, isLater);
      expect(resolveTemplate(String(whole), () => undefined)).toBe(hostileValue);
    },
  );
});
