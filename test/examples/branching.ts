import { expect } from "vitest";
import { csv, type Example, folderOf, groupSum } from "./example.ts";

const orders = () =>
  csv("branching", "data/orders.csv").map(({ country, pieces }) => ({ country: country!, pieces: Number(pieces) }));
const good = () => orders().filter(({ country, pieces }) => country !== "" && pieces > 0);

export const branching: Example = {
  name: "branching",
  source: { folder: folderOf("branching") },
  kind: "SparkFlow",
  object: "orders",
  must: {
    "takes the way of the failed check, and succeeds": ({ phases }) => {
      expect(phases).toMatchObject({ load: "Succeeded", check: "Failed", mend: "Succeeded", report: "Succeeded" });
    },
    "skips what the condition excludes": ({ phases, values }) => {
      expect(values("load")).toEqual({ rows: orders().length });
      expect(phases).toMatchObject({ archive: "Skipped" });
    },
    "sums up at the end, and knows how the run went and what failed": ({ phases, values }) => {
      expect(phases).toMatchObject({ summary: "Succeeded" });
      expect(values("summary")).toEqual({ text: "Succeeded, failed: check" });
    },
    "reports of the mended rows what a computation without Spark does": ({ rows }) => {
      const pieces = groupSum(
        good(),
        ({ country }) => country,
        (row) => row.pieces,
      );
      expect(rows("report", "report").map(({ country, pieces: n }) => [country, Number(n)])).toEqual(
        Object.entries(pieces).sort(),
      );
    },
  },
};
