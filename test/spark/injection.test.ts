// Values of params come out of one real driver as they went in, whichever way they took. What the driver reads is tested in
// test/unit/task/injection.test.ts.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nastyValues } from "../unit/nastyValues.ts";
import { project, run, task } from "./cli.ts";

/** JSON that YAML reads as it is: YAML takes some characters for line ends or refuses them. */
const asYaml = (value: unknown) =>
  JSON.stringify(value).replace(
    /[\u007f-\u00a0\u2028\u2029\ufeff\uffff\ue000]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const values = Object.fromEntries(nastyValues.map(([, value], index) => [`v${index}`, value]));
const names = Object.keys(values);
const each = <T>(of: (name: string) => T) => names.map(of);

// Each way's values as hexadecimal digits of their UTF-8, so that nothing on the way back can be mistaken.
const program = `
import json, os, sys
from pathlib import Path
import sparkflow
from pyspark.sql import SparkSession
from sparkflow.fugue_params import fill_in

spark = SparkSession.builder.getOrCreate()
names = json.loads(sparkflow.params["names"])
values = {name: sparkflow.params[name] for name in names}
conf = spark.sparkContext.getConf()
bound = spark.sql("SELECT " + ", ".join(f":{name} AS {name}" for name in names), args=values).first().asDict()
query = "SELECT " + ", ".join("{{ %s }} AS %s" % (name, name) for name in names)
filled = spark.sql(fill_in(query, values, "query")).first().asDict()
found = {
    "python": values,
    "args": dict(zip(names, sys.argv[1:])),
    "env": {name: os.environ[name.upper()] for name in names},
    "SPARKFLOW_PARAMS": {name: json.loads(os.environ["SPARKFLOW_PARAMS"])[name] for name in names},
    "conf": {name: conf.get("spark.test." + name) for name in names},
    "session's conf": {name: spark.conf.get("spark.test." + name) for name in names},
    "SQL": bound,
    "Fugue SQL": filled,
}
digits = {way: {name: text.encode().hex() for name, text in texts.items()} for way, texts in found.items()}
sparkflow.output("found", json.dumps(digits))
`;

describe("a flow whose params hold all that could do harm", () => {
  const params = Object.fromEntries(each((name) => [name, { type: "string" }]));
  const flow = {
    params,
    tasks: [
      {
        name: "t",
        python: { file: "program.py" },
        params: { ...Object.fromEntries(each((name) => [name, `$(params.${name})`])), names: JSON.stringify(names) },
        args: each((name) => `$(params.${name})`),
        env: each((name) => ({ name: name.toUpperCase(), value: `$(params.${name})` })),
        sparkConf: Object.fromEntries(each((name) => [`spark.test.${name}`, `$(params.${name})`])),
        outputs: [{ name: "found", format: "file", options: { extension: "json" } }],
      },
    ],
  };
  const document = (kind: string, name: string, spec: unknown) =>
    `kind: ${kind}\nmetadata: {name: ${name}}\nspec: ${asYaml(spec)}\n`;
  const folder = project({
    "flow.yaml": `${document("SparkFlow", "f", flow)}\n---\n${document("SparkFlowRun", "r", { flow: "f", params: values })}`,
    "program.py": program,
  });
  const record = run(folder);
  const { uri } = task(record, "t").outputs![0]!;
  const found = JSON.parse(readFileSync(uri.replace("file://", ""), "utf8")) as Record<string, Record<string, string>>;

  it.each(["python", "args", "env", "SPARKFLOW_PARAMS", "conf", "session's conf", "SQL", "Fugue SQL"])(
    "passes them on unchanged by %s",
    (way) => {
      const texts = Object.entries(found[way]!).map(([name, digits]) => [name, Buffer.from(digits, "hex").toString()]);
      expect(Object.fromEntries(texts)).toEqual(values);
    },
  );
});
