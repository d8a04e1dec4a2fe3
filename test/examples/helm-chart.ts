import { expect } from "vitest";
import { csv, type Example, folderOf, groupSum } from "./example.ts";
import { tool } from "./tools.ts";

export const helmChart: Example = {
  name: "helm-chart",
  source: { manifests: () => tool("helm", ["template", "sales", folderOf("helm-chart"), "--set", "top=4"]) },
  kind: "SparkFlow",
  object: "sales",
  must: {
    "lists as many products as the chart's value says, those with most revenue": ({ rows }) => {
      const cents = groupSum(
        csv("helm-chart", "files/orders.csv"),
        ({ product }) => product!,
        ({ pieces, price }) => Number(pieces) * Math.round(Number(price) * 100),
      );
      const best = Object.entries(cents)
        .sort(([, a], [, b]) => b - a)
        .slice(0, 4);
      expect(rows("best", "best").map(({ product, revenue }) => [product, Math.round(Number(revenue) * 100)])).toEqual(
        best,
      );
    },
  },
};
