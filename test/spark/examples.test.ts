// The examples, run as their READMEs say, and their results held against what they must be.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { project, python, root, rows, run, task } from "./cli.ts";

describe("word-count", () => {
  it("counts the seed's text as the seed's notebook did", () => {
    const record = run(project({}), { target: join(root, "examples/word-count") });
    const counts = Object.fromEntries(
      rows(record, "word-count", "counts").map(({ word, count }) => [word, Number(count)]),
    );
    const expected = {
      "gold.": 1,
      new: 1,
      for: 1,
      is: 2,
      updated: 1,
      data: 3,
      "count.": 1,
      file: 2,
      the: 1,
      word: 1,
      black: 1,
      This: 1,
      a: 1,
      test: 1,
    };
    expect(counts).toEqual(expected);
  });
});

describe("geo-cities", () => {
  const record = run(project({}), { target: join(root, "examples/geo-cities"), args: ["--param", "top=5"] });

  it("counts each country's cities as a computation without Spark and Sedona does", () => {
    const { stdout } = spawnSync(python, [join(root, "test/geo-cities/independent.py")], { encoding: "utf8" });
    const independent = JSON.parse(stdout) as Record<string, number>;
    const counts = Object.fromEntries(
      rows(record, "count-cities", "counts").map(({ country, cities }) => [country, cities]),
    );
    expect(Object.keys(counts).length).toBe(177);
    expect(counts).toEqual(independent);
  });

  it("lists as many countries as its param says, the largest first", () => {
    const top = rows(record, "count-cities", "top").map(({ cities }) => Number(cities));
    expect(top).toHaveLength(5);
    expect(top).toEqual([...top].sort((a, b) => b - a));
  });

  it("draws a map as a PNG picture", () => {
    const { uri } = task(record, "draw-map").outputs![0]!;
    const picture = readFileSync(uri.replace("file://", ""));
    expect(picture.subarray(1, 4).toString()).toBe("PNG");
    expect(picture.readUInt32BE(16)).toBeGreaterThan(1000); // width in pixels
  });

  it("reports how many cities were matched as values", () => {
    const { values } = task(record, "count-cities");
    expect(Number(values!.matched) + Number(values!.unmatched)).toBe(10693);
  });
});
