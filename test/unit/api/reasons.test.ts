// Every reason that a status, a condition, a cause or an Event may have has a page of `sparkflow explain`.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { reasonGroups, reasonOf, reasons, retriedText } from "../../../operator/api/reasons/reasons.ts";
import { runPhases, taskPhases } from "../../../operator/api/status.ts";

const root = join(import.meta.dirname, "../../..");
const texts = (pattern: string) =>
  globSync(pattern, { cwd: root }).map((file) => [file, readFileSync(join(root, file), "utf8")] as const);

/** Where a reason's word stands as a literal in TypeScript; the rooms' ways to make a cause or an Event of it. */
const places = [
  /\breason(?:: string)?\s*[:=](?!=)[^\n]*/g,
  /\b(?:program|infrastructure|wait|fail)\(\s*[^"\n]*"[A-Z]\w+"/g,
  /\btell\w+\([^"]*"(?:Normal|Warning)",[^\n]*?"[A-Z]\w+"/g,
  /: \["[A-Z]\w+", "the /g, // disruptions
  /const images\b[^;]*;/g, // what a kubelet says of images
];
const notReasons = /^(Normal|Warning|Program|Infrastructure|Timeout|Input|Reconciling)$/;

const used = new Set<string>([...taskPhases, ...runPhases, "Interrupted"]);
for (const [file, text] of texts("operator/{api,task,flow,engines,controllers}/**/*.ts")) {
  if (file.startsWith("operator/api/reasons/") || /policy|settings\/lint/.test(file)) continue;
  for (const [place] of places.flatMap((pattern) => [...text.matchAll(pattern)]))
    for (const [, word] of place.matchAll(/"([A-Z][A-Za-z0-9]+)"/g)) if (!notReasons.test(word!)) used.add(word!);
}
for (const [, text] of texts("images/spark-sedona/python/sparkflow/*.py"))
  for (const [, failure] of text.matchAll(/\bFailure\("([A-Z]\w+)"/g)) used.add(failure!);
for (const [, text] of texts("images/spark-sedona/python/sparkflow/errors.py"))
  for (const [, error] of text.matchAll(/^class (\w+)\(/gm)) used.add(error!);

describe("reasons", () => {
  it("are found in the code", () => {
    const some = ["Preempted", "OOMKilled", "QuotaExceeded", "RunTimeout", "DriverCreated", "SchemaMismatch"];
    expect([...used]).toEqual(expect.arrayContaining([...some, "ImagePullBackOff", "Crashed", "Terminated", "Queued"]));
  });

  it.each([...used].sort())("%s has a page", (word) => {
    expect(reasons[word], `write what ${word} means into operator/api/reasons`).toBeDefined();
  });

  it("stand in one table each", () => {
    const words = reasonGroups.flatMap((group) => Object.keys(group.reasons));
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
  });

  it("that are failures say what to do, but for those that were asked for", () => {
    const silent = Object.entries(reasons).filter(([, { of, mend }]) => of && !mend);
    expect(silent.filter(([, { of }]) => !of!.includes("Cancelled")).map(([word]) => word)).toEqual(["NamespaceGone"]);
  });

  it("point to pages and headings that are there", () => {
    const missing = Object.entries(reasons).flatMap(([word, { more }]) => {
      if (!more) return [];
      const [page, anchor] = more.split("#");
      const text = readFileSync(join(root, "docs", page!), "utf8");
      const anchors = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
        title!
          .toLowerCase()
          .replace(/[^\w\s-]/g, "")
          .replaceAll(" ", "-"),
      );
      return anchor === undefined || anchors.includes(anchor) ? [] : [`${word}: ${more}`];
    });
    expect(missing).toEqual([]);
  });
});

describe("a reason's page", () => {
  it.each([
    ["OOMKilled", "OOMKilled"],
    ["oomkilled", "OOMKilled"],
    ["org.apache.spark.sql.AnalysisException", "AnalysisException"],
    ["ExitCode7", "ExitCode7"],
    ["OutOfcpu", "OutOfcpu"],
    ["NodeShutdown", "NodeShutdown"],
    ["pkg.MyError", "MyError"],
  ])("%s is that of %s", (text, word) => {
    expect(reasonOf(text)?.word).toBe(word);
  });

  it("isn't found for a word that nobody says", () => {
    expect(["NodeLots", "words", ""].map(reasonOf)).toEqual([undefined, undefined, undefined]);
  });

  it("says which budget pays for another attempt", () => {
    expect(["Evicted", "RunTimeout", "InvalidSpec", "Queued"].map((word) => retriedText(reasons[word]!))).toEqual([
      "Infrastructure or Program; tried again: by `retry.infrastructureLimit` or by `retry.limit`",
      "Timeout; tried again: by `retry.limit`",
      "Input; tried again: no",
      "",
    ]);
  });
});
