// Durations, memory sizes and names, as the kinds take them and as numbers.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { dnsLabel, duration, identifier, memory } from "../../../operator/api/common.ts";
import { parse } from "../../../operator/api/problems.ts";
import {
  durationMs,
  durationText,
  memoryMiB,
  memoryText,
  sparkMemory,
  toSparkMemory,
} from "../../../operator/api/quantity.ts";

const wrong = (schema: z.ZodType, value: unknown) => {
  const parsed = parse(schema, value);
  return "problems" in parsed ? parsed.problems[0]?.message : undefined;
};

describe("a memory size", () => {
  it.each([
    ["512m", "512m", 512],
    ["4g", "4g", 4096],
    ["4Gi", "4g", 4096],
    ["1536Mi", "1536m", 1536],
    ["1t", "1t", 1024 * 1024],
    ["2048k", "2048k", 2],
    ["1025k", "1025k", 2],
  ])("%s is Spark's %s, %d MiB", (text, spark, mib) => {
    expect(wrong(memory, text)).toBeUndefined();
    expect(toSparkMemory(text)).toBe(spark);
    expect(memoryMiB(text)).toBe(mib);
  });

  it.each([
    ["4G", "(Spark and Kubernetes read this unit differently); write 4g or 4Gi"],
    ["4M", "(Spark and Kubernetes read this unit differently); write 4m or 4Mi"],
    ["4GB", "; write 4g or 4Gi"],
    ["4gb", "; write 4g or 4Gi"],
  ])("in the unit of %s is refused with the right one", (text, fix) => {
    expect(wrong(memory, text)).toBe(
      `"${text}" is not valid: expected a memory size such as 512m, 4g or 4Gi${fix.startsWith("(") ? " " : ""}${fix}`,
    );
  });

  it.each(["4", "4 g", "g", "-4g", "0g", "1.5g", "4gi", "four", "", "4e3"])("can't be %j", (text) => {
    expect(wrong(memory, text)).toBe(`"${text}" is not valid: expected a memory size such as 512m, 4g or 4Gi`);
  });

  it("must have a unit: a bare number has none", () => {
    expect(wrong(memory, 4096)).toBe("4096 is not valid: expected a memory size such as 512m, 4g or 4Gi");
    expect(wrong(duration, 90)).toBe("90 is not valid: expected a duration such as 90s, 10m or 1h30m");
  });

  it.each([
    ["4096", 4096],
    ["4gb", 4096],
    ["4 gigabytes", undefined],
    ["", undefined],
  ])("of a Spark key, %j, is %s MiB", (text, mib) => {
    expect(memoryMiB(text)).toBe(mib);
  });

  it("of any whole MiB reads back from how Spark writes it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 30 }), (mib) => {
        expect(memoryMiB(sparkMemory(mib))).toBe(mib);
      }),
    );
  });

  it.each([
    [900, "900 MiB"],
    [4096, "4 GiB"],
    [4506, "4.4 GiB"],
  ])("of %d MiB reads as %s", (mib, text) => {
    expect(memoryText(mib)).toBe(text);
  });
});

describe("a duration", () => {
  it.each([
    ["90s", 90_000],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["2d", 172_800_000],
    ["500ms", 500],
    ["1m500ms", 60_500],
    ["1d2h3m4s5ms", 93_784_005],
  ])("%s is %d ms", (text, ms) => {
    expect(wrong(duration, text)).toBeUndefined();
    expect(durationMs(text)).toBe(ms);
  });

  it.each(["", "10", "10 m", "m", "1.5h", "-1s", "1h 30m", "10M"])("can't be %j", (text) => {
    expect(wrong(duration, text)).toContain("expected a duration such as 90s, 10m or 1h30m");
  });

  it.each([
    [850, "850 ms"],
    [4200, "4.2 s"],
    [999.9, "1.0 s"],
    [59_999, "1 min 0 s"],
    [3_599_999, "1 h 0 min"],
    [200_000, "3 min 20 s"],
    [7_500_000, "2 h 5 min"],
  ])("of %d ms reads as %s", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe("names", () => {
  it.each(["a", "load-cities", "0", "a".repeat(63)])("of objects may be %s", (name) => {
    expect(wrong(dnsLabel, name)).toBeUndefined();
  });
  it.each(["", "-a", "a-", "A", "a_b", "a.b", "a".repeat(64), "é"])("of objects can't be %j", (name) => {
    expect(wrong(dnsLabel, name)).toBeDefined();
  });
  it.each(["a", "A_b-c9"])("of inputs, outputs and params may be %s", (name) => {
    expect(wrong(identifier, name)).toBeUndefined();
  });
  it.each(["", "1a", "_a", "a.b", "a b", "é"])("of inputs, outputs and params can't be %j", (name) => {
    expect(wrong(identifier, name)).toBeDefined();
  });
});
