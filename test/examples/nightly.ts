import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { type Example, folderOf } from "./example.ts";

/** A Saturday's sales, by the example's own rule: 100 for each letter of the country, 10 a shop, and the day. */
const amount = [0, 1, 2, 3, 4].reduce((sum, shop) => sum + 100 * "FR".length + 10 * shop + 31, 0);

export const nightly: Example = {
  name: "nightly",
  source: { folder: folderOf("nightly") },
  kind: "SparkFlow",
  object: "nightly",
  night: { day: "2026-10-31", params: ["countries=FR"] },
  must: {
    "knows the day that it runs for, and its params": ({ values }) => {
      expect(values("load")).toEqual({ n: 5 });
      expect(values("notify")).toEqual({ text: "2026-10-31: Succeeded" });
    },
    "reports of each country what was sold there": ({ phases, file }) => {
      expect(phases).toMatchObject({ enrich: "Succeeded", "per-country[0]": "Succeeded" });
      expect(readFileSync(file("per-country[0]", "report"), "utf8")).toBe(`FR: ${amount} in 5 shops\n`);
    },
  },
};
