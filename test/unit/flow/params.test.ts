// Params of a run: declared with type, default and limits; what is given is checked and typed.
import { describe, expect, it } from "vitest";
import type { ParamValue } from "../../../operator/api/common.ts";
import type { ParamDeclaration } from "../../../operator/api/flow.ts";
import { checkDeclarations, paramValues } from "../../../operator/flow/params.ts";
import { runScope } from "../../../operator/flow/runContext.ts";
import { said } from "../builders.ts";

const run = runScope({ name: "nightly-1", id: "nightly-1", date: "2026-10-01", scheduledAt: "2026-10-01T01:00:00Z" });
const given = (declaration: ParamDeclaration, value: ParamValue) =>
  paramValues({ p: declaration }, { p: value }, run, ["spec", "params"]);

describe("a value of a param", () => {
  it.each<[ParamDeclaration["type"], ParamValue, ParamValue]>([
    ["string", "Zürich", "Zürich"],
    ["string", "", ""],
    ["integer", 20, 20],
    ["integer", "20", 20],
    ["integer", "-3", -3],
    ["number", "1.5e3", 1500],
    ["number", 2, 2],
    ["boolean", "true", true],
    ["boolean", false, false],
    ["date", "2028-02-29", "2028-02-29"],
    ["timestamp", "2026-10-01T03:00:00Z", "2026-10-01T03:00:00Z"],
    ["timestamp", "2026-10-01T03:00:00.123456+02:00", "2026-10-01T03:00:00.123456+02:00"],
    ["list", ["FR", "DE"], ["FR", "DE"]],
    ["list", "FR, DE", ["FR", "DE"]],
    ["list", '["F,R","DE"]', ["F,R", "DE"]],
    ["list", "", []],
  ])("of type %s: %j is %j, whether from YAML or from --param", (type, value, typed) => {
    expect(given({ type }, value)).toEqual({ values: { p: typed }, problems: [] });
  });

  it.each<[ParamDeclaration, ParamValue, string]>([
    [{ type: "string" }, 10, 'expected text; quote it: "10"'],
    [{ type: "string" }, ["x"], "expected text, not a list"],
    [{ type: "integer" }, "2.5", "expected a whole number"],
    [{ type: "integer" }, "9007199254740993", "expected a whole number"],
    [{ type: "integer" }, "", "expected a whole number"],
    [{ type: "integer" }, true, "expected a whole number"],
    [{ type: "number" }, "1,5", "expected a number"],
    [{ type: "number" }, "Infinity", "expected a number"],
    [{ type: "number" }, " ", "expected a number"],
    [{ type: "boolean" }, "yes", "expected true or false"],
    [{ type: "boolean" }, 1, "expected true or false"],
    [{ type: "date" }, "2026-02-30", "expected a date such as 2026-10-01"],
    [{ type: "date" }, "2026-1-1", "expected a date such as 2026-10-01"],
    [{ type: "timestamp" }, "2026-10-01", "expected a timestamp such as 2026-10-01T03:00:00Z"],
    [{ type: "timestamp" }, "2026-10-01T25:00:00Z", "expected a timestamp such as 2026-10-01T03:00:00Z"],
    [{ type: "list" }, 3, "expected a list, such as [FR, DE]"],
    [{ type: "list" }, '["a", {}]', "expected a list, such as [FR, DE]"],
    [{ type: "list", items: "integer" }, ["1", "x"], "expected a whole number for each item"],
  ])("%j can't be %j", (declaration, value, why) => {
    expect(said(given(declaration, value).problems)).toEqual([
      `spec.params.p: ${JSON.stringify(value)} is not valid for the param "p": ${why}`,
    ]);
  });
});

describe("limits", () => {
  it.each<[ParamDeclaration, ParamValue, string | undefined]>([
    [{ type: "integer", min: 1 }, 1, undefined],
    [{ type: "integer", min: 1 }, 0, "expected at least 1"],
    [{ type: "number", max: 0.5 }, 0.51, "expected at most 0.5"],
    [{ type: "list", min: 1 }, [], "expected a list of at least 1"],
    [{ type: "list", max: 2 }, "a,b,c", "expected a list of at most 2"],
    [{ type: "string", pattern: "[A-Z]{2}" }, "FR", undefined],
    [{ type: "string", pattern: "[A-Z]{2}" }, "FRA", "expected text that matches [A-Z]{2}"],
    [{ type: "string", pattern: "a|b" }, "ax", "expected text that matches a|b"],
    [{ type: "list", pattern: "[A-Z]{2}" }, ["FR", "x"], "expected text that matches [A-Z]{2}"],
    [{ type: "string", enum: ["FR", "DE"] }, "DE", undefined],
    [{ type: "string", enum: ["FR", "DE"] }, "IT", "expected one of FR, DE"],
    [{ type: "integer", enum: [1, 2] }, "2", undefined],
    [{ type: "list", enum: ["FR"] }, ["FR", "IT"], "expected one of FR for each item"],
  ])("%j of %j: %s", (declaration, value, why) => {
    const wrong = given(declaration, value).problems.map(({ message }) => message.replace(/^.*?"p": /, ""));
    expect(wrong).toEqual(why === undefined ? [] : [why]);
  });
});

describe("params", () => {
  const declared = {
    top: { type: "integer", default: 10 },
    date: { type: "date", default: "$(run.date)" },
    days: { type: "list", items: "date", default: ["$(run.date)", "2026-12-31"] },
    price: { type: "string", default: "$$(x)" },
  } as const satisfies Record<string, ParamDeclaration>;

  it("have their defaults, whose templates know the run", () => {
    expect(paramValues(declared, {}, run, [])).toEqual({
      values: { top: 10, date: "2026-10-01", days: ["2026-10-01", "2026-12-31"], price: "$(x)" },
      problems: [],
    });
  });

  it("take given values as data: no template in them is resolved", () => {
    expect(paramValues(declared, { price: "$(run.date)" }, run, []).values.price).toBe("$(run.date)");
  });

  it.each<[Record<string, ParamDeclaration>, Record<string, ParamValue>, string]>([
    [
      { top: { type: "integer" } },
      {},
      'spec.params.top: the param "top" (integer) has no default: give it, such as --param top=10',
    ],
    [
      { days: { type: "list", items: "date" } },
      {},
      'spec.params.days: the param "days" (list of date) has no default: give it, such as --param days=A,B',
    ],
    [
      { top: { type: "integer", default: 1 } },
      { tops: 2 },
      'spec.params.tops: the flow has no param "tops"; did you mean "top"?',
    ],
    [{}, { constructor: "x" }, 'spec.params.constructor: the flow has no param "constructor"'],
  ])("that are missing or unknown are named: %j given %j", (declarations, values, sentence) => {
    expect(said(paramValues(declarations, values, run, ["spec", "params"]).problems)).toEqual([sentence]);
  });
});

describe("a declaration", () => {
  it.each<[ParamDeclaration, string]>([
    [{ type: "integer", items: "string" }, "p.items: only a list has items"],
    [{ type: "integer", min: 5, max: 1 }, "p.max: 1 is less than min, which is 5"],
    [{ type: "integer", min: 5, default: 1 }, "p.default: 1 is not valid: expected at least 5"],
    [{ type: "string", enum: ["a"], default: "b" }, 'p.default: "b" is not valid: expected one of a'],
    [{ type: "date", default: "tomorrow" }, 'p.default: "tomorrow" is not valid: expected a date such as 2026-10-01'],
    [
      { type: "date", default: "$(run.dat)" },
      "p.default: $(run.dat) refers to nothing known here; a default may refer to run.date, run.scheduledAt, run.name and run.id",
    ],
    [
      { type: "string", default: "$(params.x)" },
      "p.default: $(params.x) refers to nothing known here; a default may refer to run.date, run.scheduledAt, run.name and run.id",
    ],
    [
      { type: "list", items: "date", default: ["x"] },
      'p.default: ["x"] is not valid: expected a date such as 2026-10-01 for each item',
    ],
  ])("%j breaks its own rules", (declaration, sentence) => {
    expect(said(checkDeclarations({ p: declaration }, run, []))).toEqual([sentence]);
  });

  it("whose pattern is no regular expression says so", () => {
    expect(said(checkDeclarations({ p: { type: "string", pattern: "(" } }, run, []))[0]).toMatch(
      /^p\.pattern: "\(" is not a regular expression: /,
    );
  });

  it("without a default is fine: a run must give it", () => {
    expect(checkDeclarations({ p: { type: "date" } }, run, [])).toEqual([]);
  });
});
