import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { type Example, folderOf, root } from "./example.ts";

export const geoCities: Example = {
  name: "geo-cities",
  source: { folder: folderOf("geo-cities") },
  kind: "SparkFlow",
  object: "geo-cities",
  must: {
    "counts each country's cities as a computation without Spark and Sedona does": ({ rows }) => {
      const python = join(root, ".venv/bin/python");
      const { stdout } = spawnSync(python, [join(root, "test/geo-cities/independent.py")], { encoding: "utf8" });
      const counts = Object.fromEntries(rows("count-cities", "counts").map(({ country, cities }) => [country, cities]));
      expect(Object.keys(counts).length).toBe(177);
      expect(counts).toEqual(JSON.parse(stdout));
    },
    "lists as many countries as its param says, the largest first": ({ rows }) => {
      const top = rows("count-cities", "top").map(({ cities }) => Number(cities));
      expect(top).toHaveLength(10);
      expect(top).toEqual([...top].sort((a, b) => b - a));
    },
    "draws a map as a PNG picture": ({ file }) => {
      const picture = readFileSync(file("draw-map", "map"));
      expect(picture.subarray(1, 4).toString()).toBe("PNG");
      expect(picture.readUInt32BE(16)).toBeGreaterThan(1000); // width in pixels
    },
    "reports how many cities were matched as values": ({ values }) => {
      const { matched, unmatched } = values("count-cities");
      expect(Number(matched) + Number(unmatched)).toBe(10693);
    },
  },
};
