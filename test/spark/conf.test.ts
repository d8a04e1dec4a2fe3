// Escaping is exact: what a manifest says reaches a running session as it was written.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { fitsFile, refusal } from "../../operator/settings/properties.ts";
import { project, rows, run, sparkflow } from "./cli.ts";

const program = `
def read(spark):
    return [{"key": k, "value": v} for k, v in spark.sparkContext.getConf().getAll() if k.startswith("spark.test.")]
`;
const awkward: Record<string, string> = {
  "spark.test.plain": "value",
  "spark.test.empty": "",
  "spark.test.outer": "  two spaces outside  ",
  "spark.test.tab": "\tand a tab",
  "spark.test.backslash": "C:\\temp\\new\\u0041",
  "spark.test.trailing.backslash": "ends with \\",
  "spark.test.lines": "one\ntwo\r\nthree\u2028four",
  "spark.test.signs": "a=b:c#d!e ${x} $$( %s 'quoted' \"double\" `back`",
  "spark.test.comment": "# not a comment",
  "spark.test.umlaut": "Zürich, 東京, 🗺️",
  "spark.test.control": "bell\u0007 escape\u001b[31m",
  "spark.test.template": "$$(params.top) and $$$$(",
  "spark.test.key:with#odd!signs": "x",
  "spark.test.Größe": "key beyond ASCII",
};
/** Random values from characters that have a meaning somewhere on the way. */
const alphabet = fc.constantFrom(..."\\:=#! \t\n\r\f'\"$(){}%,;ab1üé東🗺\u0001\u007f\u0085\u00a0\u2028".match(/./gsu)!);
const random = fc.sample(fc.string({ unit: alphabet, maxLength: 24 }), { numRuns: 300, seed: 20261121 });

/** What a text without references stands for: dollars before a parenthesis count in pairs. */
const literal = (text: string) => text.replace(/(\$\$)+\(/g, (match) => `${"$".repeat((match.length - 1) / 2)}(`);

describe("spark-defaults.conf", () => {
  const values = new Map(Object.entries(awkward));
  for (const [index, value] of random.entries()) values.set(`spark.test.random.${index}`, value.replaceAll("$(", "$"));
  const sparkConf = Object.fromEntries([...values].filter(([key, value]) => !refusal(key, value)));
  const folder = project({
    "conf.py": program,
    "task.yaml": stringify({
      apiVersion: "sparkflow.dev/v1alpha1",
      kind: "SparkTask",
      metadata: { name: "conf" },
      spec: { python: { file: "conf.py", function: "read" }, sparkConf, outputs: [{ name: "conf", format: "json" }] },
    }),
  });
  const record = run(folder);

  it("brings every value to the session as it was written", () => {
    const got = Object.fromEntries(rows(record, "conf", "conf").map(({ key, value }) => [key, value ?? ""]));
    const wanted = Object.fromEntries(Object.entries(sparkConf).map(([key, value]) => [key, literal(value)]));
    expect(Object.keys(wanted).length).toBeGreaterThan(300);
    expect(got).toEqual(wanted);
  });

  it("leaves to the command line only what the file can't carry", () => {
    const attempt = JSON.parse(readFileSync(join(record.tasks[0]!.log!, "../attempt.json"), "utf8")) as {
      conf: { extra: [string, string][] };
    };
    expect(attempt.conf.extra.length).toBeGreaterThan(0);
    expect(attempt.conf.extra.every(([, value]) => !fitsFile(value))).toBe(true);
  });

  it("says above each setting where it is from", () => {
    const conf = readFileSync(join(record.tasks[0]!.log!, "../spark-defaults.conf"), "utf8");
    expect(conf).toContain("# from task conf\nspark.test.plain=value");
    expect(conf).toContain("# from profile session\nspark.sql.adaptive.enabled=true");
    expect(conf).toContain("# from operator\nspark.master=local[4]");
  });

  it("is what render prints, but for what the laptop decides", () => {
    const { stdout } = sparkflow(folder, ["render", ".", "--conf"]);
    expect(stdout).toContain("# from task conf\nspark.test.plain=value");
  });
});
