import { expect } from "vitest";
import { csv, type Example, folderOf } from "./example.ts";

/** The regions are rectangles along the axes. */
function inRegions() {
  const quakes = csv("fan-out", "data/quakes.csv").map((row) => ({
    at: [Number(row.lng), Number(row.lat)] as const,
    magnitude: Number(row.magnitude),
  }));
  return csv("fan-out", "data/regions.csv", ";").map(({ region, outline }) => {
    const numbers = outline!.match(/-?[\d.]+/g)!.map(Number);
    const within = (value: number, axis: number) => {
      const all = numbers.filter((_, index) => index % 2 === axis);
      return value >= Math.min(...all) && value <= Math.max(...all);
    };
    const here = quakes.filter(({ at }) => within(at[0], 0) && within(at[1], 1)).map(({ magnitude }) => magnitude);
    return { region: region!, quakes: here.length, strongest: here.length > 0 ? Math.max(...here) : "" };
  });
}

export const fanOut: Example = {
  name: "fan-out",
  source: { folder: folderOf("fan-out") },
  kind: "SparkFlow",
  object: "quakes",
  must: {
    "counts the quakes of every row's region as a computation without Spark does": ({ rows, values }) => {
      const expected = inRegions().sort((a, b) => b.quakes - a.quakes || (a.region < b.region ? -1 : 1));
      const report = rows("report", "report").map(({ region, quakes, strongest }) => ({
        region,
        quakes: Number(quakes),
        strongest: strongest === "" ? "" : Number(strongest),
      }));
      expect(report).toEqual(expected);
      expect(values("report")).toEqual({ total: expected.reduce((sum, { quakes }) => sum + quakes, 0) });
    },
  },
};
