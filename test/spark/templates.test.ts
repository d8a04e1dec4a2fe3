// The projects that `sparkflow init` makes run as they are.
import { describe, expect, it } from "vitest";
import { project, rows, run, sparkflow } from "./cli.ts";

/** A project from a template, run at once. */
function started(template: string, ...args: string[]) {
  const folder = project({});
  const { code, stderr } = sparkflow(folder, ["init", "my-flow", "--template", template]);
  if (code !== 0) throw new Error(stderr);
  return run(folder, { target: "my-flow", args });
}

describe("a new project", () => {
  it("from the template plain counts words", () => {
    const record = started("plain", "--param", "top=3");
    expect(rows(record, "count", "counts").map(({ word, n }) => [word, Number(n)])).toEqual([
      ["a", 6],
      ["task", 3],
      ["and", 2],
    ]);
  });

  it.each(["sedona", "gitops"])("from the template %s finds the cities that are near", (template) => {
    const record = started(template, "--param", "km=900");
    const near = rows(record, "near", "cities").map(({ name, km }) => [name, Number(km)] as const);
    expect(near.map(([name]) => name)).toEqual(["Paris", "Brussels", "London", "Amsterdam", "Berlin"]);
    // Distances of great circles, as anybody's map has them.
    expect(near.find(([name]) => name === "London")![1]).toBeGreaterThan(335);
    expect(near.find(([name]) => name === "London")![1]).toBeLessThan(350);
  });
});
