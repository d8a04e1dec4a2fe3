// The programs that a task may run: exactly one of python, jar, sql, fugueSql and r.
import { z } from "zod";
import { configKey, dnsSubdomain, field, required } from "./common.ts";

const programFile = z.string().min(1).max(2048);
const fileDescription =
  "File of the program: local:///… (in the image), https://… or s3a://…, or, for the command line only, a path relative to the manifest.";

export const configMapProgram = z.strictObject({
  name: required(dnsSubdomain, "Name of the ConfigMap. Example: code.", { names: "ConfigMap" }),
  key: required(configKey, "Key that holds the program; every other key is importable beside it. Example: words.py."),
});

export const pythonProgram = z.strictObject({
  file: field(programFile, `${fileDescription} Example: local:///app/words.py.`),
  module: field(
    z
      .string()
      .max(253)
      .regex(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/, { error: "expected a module's dotted name such as jobs.words" }),
    "Module that is importable (in the image, deps.pyFiles or the ConfigMap). Example: jobs.words.",
  ),
  configMap: field(
    configMapProgram,
    "A ConfigMap that holds the program, such as kustomize makes of the files beside a manifest.",
  ),
  script: field(z.string().min(1).max(65536), "The program itself, inline, at most 64 KiB."),
  function: field(
    z
      .string()
      .max(128)
      .regex(/^[A-Za-z_]\w*$/, { error: "expected a Python function's name" }),
    "Function to call; `spark`, inputs and params are bound by name, what it returns is the output. Left out, the program runs as a script. Example: count.",
  ),
});
export type PythonProgram = z.infer<typeof pythonProgram>;

export const jarProgram = z.strictObject({
  file: field(programFile, `${fileDescription} Example: local:///app/app.jar.`),
  configMap: field(configMapProgram, "A ConfigMap that holds the jar (at most 1 MiB) in its binaryData."),
  mainClass: field(
    z
      .string()
      .max(512)
      .regex(/^[\w$]+(\.[\w$]+)*$/, { error: "expected a class name such as com.example.App" }),
    "Class with the main method. Default: the Main-Class of the jar's manifest. Example: com.example.App.",
  ),
});
export type JarProgram = z.infer<typeof jarProgram>;

const inlineText = z.string().min(1).max(65536);

export const sqlProgram = z.strictObject({
  statements: field(
    inlineText,
    "SQL statements separated by `;`, inline, at most 64 KiB. Inputs are views, params are bound as :name, an output is the view of its name.",
  ),
  file: field(programFile, `${fileDescription} Example: local:///app/report.sql.`),
  configMap: field(configMapProgram, "A ConfigMap that holds the statements."),
});
export type SqlProgram = z.infer<typeof sqlProgram>;

export const fugueSqlProgram = z.strictObject({
  query: field(
    inlineText,
    "Fugue SQL, inline, at most 64 KiB. Inputs are dataframes by name, {{ top }} is the param `top` as a literal, `YIELD DATAFRAME AS counts` gives an output.",
  ),
  file: field(programFile, `${fileDescription} Example: local:///app/report.fsql.`),
  configMap: field(
    configMapProgram,
    "A ConfigMap that holds the query; Python files in it are importable: TRANSFORM … USING words.clean.",
  ),
});

/** The five fields of a program, one of which a task must have. */
export const programFields = {
  python: field(pythonProgram, "A Python program: exactly one of file, module, configMap and script."),
  jar: field(jarProgram, "A Scala or Java program: exactly one of file and configMap."),
  sql: field(sqlProgram, "SQL statements: exactly one of statements, file and configMap."),
  fugueSql: field(fugueSqlProgram, "Fugue SQL: exactly one of query, file and configMap."),
  r: field(z.strictObject({ file: required(programFile, fileDescription) }), "An R program.", { notYet: true }),
};
export const programKinds = ["python", "jar", "sql", "fugueSql", "r"] as const;

/** Where the text of a program can be, exactly one of them. */
export const programSources = {
  python: ["file", "module", "configMap", "script"],
  jar: ["file", "configMap"],
  sql: ["statements", "file", "configMap"],
  fugueSql: ["query", "file", "configMap"],
} as const;
