// Spark's own Python examples, which never heard of us, as tasks of a four-line manifest each.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { project, sparkflow } from "./cli.ts";

const examples: [name: string, file: string, says: RegExp][] = [
  ["pi", "pi.py", /Pi is roughly 3\.1/],
  ["fp-growth", "ml/fpgrowth_example.py", /antecedent/],
  ["als", "als.py", /RMSE: /],
  ["correlation", "ml/correlation_example.py", /Pearson correlation matrix/],
  ["tokenizer", "ml/tokenizer_example.py", /Hi I heard about Spark/],
  ["tf-idf", "ml/tf_idf_example.py", /features/],
  ["pca", "ml/pca_example.py", /pcaFeatures/],
  ["bucketizer", "ml/bucketizer_example.py", /Bucketizer output with \d+ buckets/],
  ["chi-square", "ml/chi_square_test_example.py", /pValues/],
  ["arrow", "sql/arrow.py", /Running Pandas/i],
];

describe("Spark's bundled examples", () => {
  const manifests = Object.fromEntries(
    examples.map(([name, file]) => [
      `${name}.yaml`,
      `kind: SparkTask\nmetadata: {name: ${name}}\nspec: {python: {file: "local:///opt/spark/examples/src/main/python/${file}"}}\n`,
    ]),
  );
  // Two at a time on two cores: the examples' own manifests stay four lines.
  const engine = "kind: SparkEngine\nmetadata: {name: default}\nspec: {local: {cores: 2}, driver: {memory: 1g}}\n";
  const ended = sparkflow(project({ ...manifests, "engine.yaml": engine }), ["run", ".", "--json"]);

  it.each(examples)("%s runs unchanged", (name, _file, says) => {
    const record = ended.runs.find(({ of }) => of === name);
    const log = record?.tasks[0]?.log ? readFileSync(record.tasks[0].log, "utf8") : ended.stderr;
    expect(record?.phase, log.slice(-2000)).toBe("Succeeded");
    expect(log).toMatch(says);
  });

  it("needs four lines of manifest for each", () => {
    expect(`apiVersion: sparkflow.dev/v1alpha1\n${manifests["pi.yaml"]}`.trim().split("\n")).toHaveLength(4);
  });
});
