import { expect } from "vitest";
import { csv, type Example, folderOf, groupSum } from "./example.ts";

const visitors = () =>
  groupSum(
    csv("typed-tables", "data/visits.csv"),
    ({ park }) => park!,
    (row) => Number(row.visitors),
  );

export const typedTables: Example = {
  name: "typed-tables",
  source: { folder: folderOf("typed-tables") },
  kind: "SparkFlow",
  object: "visits",
  must: {
    "sums and ranks visitors in SQL and Scala as a computation without Spark does": ({ rows, values }) => {
      const sums = Object.entries(visitors()).sort(([, a], [, b]) => b - a);
      const ranked = rows("shares", "shares").sort((a, b) => Number(a.rank) - Number(b.rank));
      expect(ranked.map(({ park, visitors: n }) => [park, n])).toEqual(sums);
      expect(values("shares")).toEqual({ visitors: sums.reduce((all, [, n]) => all + n, 0) });
    },
    "reports shares in percent, and running sums of them as exact decimals": ({ rows }) => {
      const all = Object.values(visitors()).reduce((sum, n) => sum + n, 0);
      const shares = Object.entries(visitors())
        .sort(([, a], [, b]) => b - a)
        .map(([park, n]) => ({ park, share: Math.round((n / all) * 10_000) }));
      let soFar = 0;
      const expected = shares.map(({ park, share }, index) => {
        soFar += share;
        return [index + 1, park, share, soFar];
      });
      const cents = (text: unknown) => Math.round(Number(text) * 100);
      expect(
        rows("report", "report").map(({ rank, park, share, so_far }) => [
          Number(rank),
          park,
          cents(share),
          cents(so_far),
        ]),
      ).toEqual(expected);
    },
    "keeps geometries and dates from the first table on": ({ rows }) => {
      const [first] = rows("load", "visits").filter(({ park }) => park === "Alder");
      expect(first).toMatchObject({ entrance: "POINT (7.1 46.2)", day: "2026-06-01" });
    },
  },
};
