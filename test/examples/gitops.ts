import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect } from "vitest";
import { csv, type Example, folderOf, groupSum } from "./example.ts";
import { tool } from "./tools.ts";

type Station = { lng: number; lat: number; pm10: number };
const readings = (): Station[] =>
  csv("gitops", "base/data/readings.csv").map(({ lng, lat, pm10 }) => ({
    lng: Number(lng),
    lat: Number(lat),
    pm10: Number(pm10),
  }));

/** The districts are rectangles along the axes; points on their borders would count for each of them. */
function districtsOf({ lng, lat }: Station): string[] {
  return csv("gitops", "base/data/districts.csv", ";").flatMap(({ district, outline }) => {
    const numbers = outline!.match(/[\d.]+/g)!.map(Number);
    const [xs, ys] = [0, 1].map((axis) => numbers.filter((_, index) => index % 2 === axis)) as [number[], number[]];
    const within = (value: number, all: number[]) => value >= Math.min(...all) && value <= Math.max(...all);
    return within(lng, xs) && within(lat, ys) ? [district!] : [];
  });
}

/** An overlay of the overlay `dev`, without its namespace: whoever applies it says where. */
function devAnywhere(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "sparkflow-gitops-")));
  try {
    const dev = relative(folder, folderOf("gitops/overlays/dev"));
    writeFileSync(join(folder, "kustomization.yaml"), `resources: ["${dev}"]\n`);
    return tool("kubectl", ["kustomize", folder]).replace(/^ {2}namespace: dev\n/gm, "");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const gitops: Example = {
  name: "gitops",
  source: { manifests: devAnywhere },
  kind: "SparkFlow",
  object: "dev-air",
  must: {
    "drops the readings of broken sensors": ({ values }) => {
      expect(values("clean")).toEqual({ dropped: readings().filter(({ pm10 }) => pm10 < 0).length });
    },
    "averages the others by district as a computation without Spark does": ({ rows }) => {
      const placed = readings()
        .filter(({ pm10 }) => pm10 >= 0)
        .flatMap((reading) => districtsOf(reading).map((district) => ({ district, pm10: reading.pm10 })));
      const sums = groupSum(
        placed,
        ({ district }) => district,
        ({ pm10 }) => pm10,
      );
      const counts = groupSum(
        placed,
        ({ district }) => district,
        () => 1,
      );
      const averages = rows("by-district", "averages");
      expect(averages.map(({ district, readings: n }) => [district, Number(n)])).toEqual(Object.entries(counts).sort());
      for (const { district, pm10 } of averages)
        expect(Number(pm10)).toBeCloseTo(sums[String(district)]! / counts[String(district)]!, 2);
    },
  },
};
