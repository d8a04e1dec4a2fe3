// Inputs and outputs of a task: named, typed data at a URI.
import { z } from "zod";
import { configKey, dnsSubdomain, field, identifier, required } from "./common.ts";

/** Formats that the task library reads and writes. */
export const formats = ["parquet", "geoparquet", "csv", "json", "text", "file", "directory", "model"] as const;
export type Format = (typeof formats)[number];
/** Formats that the API names but this version can't serve. */
const laterFormats = ["iceberg"] as const;
/** Formats without rows: opaque files and folders, and Spark ML models. */
const rowless: readonly string[] = ["file", "directory", "model"] satisfies Format[];
/** True for a format that can be a view and has a schema. */
export const hasRows = (name: string): boolean => !rowless.includes(name);

const format = z.enum([...formats, ...laterFormats], {
  error: `expected one of ${formats.join(", ")}`,
});
const uri = z.string().min(1).max(2048);
const options = z.record(z.string().max(128), z.string().max(1024));
const schema = z.string().min(1).max(16384);

export const input = z.strictObject({
  name: required(identifier, "Name: the function's argument, the view's name, SPARKFLOW_INPUT_<NAME>. Example: words."),
  from: field(
    z.union([z.string().max(130), z.array(z.string().max(130)).min(1).max(20)], { error: "expected TASK.OUTPUT" }),
    "Output of another task of the flow, as TASK.OUTPUT; the task then depends on it. Of several, the first whose task has succeeded is read; the task starts when all have ended. Example: load.words.",
  ),
  uri: field(
    uri,
    "Where the data is: s3a://…, file:///…, https://… (one file, brought to the storage once a run), or, for the command line only, a path relative to the manifest. Example: s3a://raw/words/.",
  ),
  table: field(
    z.string().min(1).max(512),
    "Table of one of Spark's catalogs that is read, as CATALOG.DATABASE.TABLE. Example: lake.db.counts.",
  ),
  configMap: field(
    z.strictObject({
      name: required(dnsSubdomain, "Name of the ConfigMap. Example: data.", { names: "ConfigMap" }),
      key: required(configKey, "Key that holds the data. Example: words.txt."),
    }),
    "Small data (at most 1 MiB) from a ConfigMap.",
  ),
  format: field(
    format,
    "Format of the data: parquet, geoparquet, csv, json (a document a line), text (a column `value`), file (one opaque file), directory (a folder of them) or model (a Spark ML model). Default: that of the output it comes from, else parquet.",
  ),
  schema: field(
    schema,
    'Spark DDL that the data is read with (csv, json). Default: that of the output it comes from, else inferred. Example: "word STRING, n BIGINT".',
  ),
  options: field(options, 'Options for Spark\'s reader. Default for csv: header "true". Example: {delimiter: ";"}.'),
  optional: field(
    z.boolean(),
    "Whether the data may be missing: the task it is from left none, or nothing is there. The program then gets None, and no SPARKFLOW_INPUT_<NAME>. Default: false.",
  ),
  items: field(
    z.strictObject({
      count: required(z.int().min(0), "How many items there were."),
      batchSize: required(z.int().min(1), "How many of them a driver took."),
      attempts: required(z.array(z.int()).max(5000), "Attempt of each driver that succeeded; 0 where none did."),
    }),
    "Reads the outputs of a forEach as one, with the item's number in the column _item; `{driver}` and `{attempt}` in the uri stand for each driver's. Written by the run that made the task.",
  ),
});
export type Input = z.infer<typeof input>;

export const output = z.strictObject({
  name: required(
    identifier,
    "Name: TASK.NAME for other tasks, SPARKFLOW_OUTPUT_<NAME> for the program. Example: counts.",
  ),
  format: field(
    format,
    "Format: parquet, geoparquet, csv, json, text, file (one opaque file), directory (a folder of them) or model (a Spark ML model). Default: parquet.",
  ),
  schema: field(
    schema,
    'Spark DDL (GEOMETRY is a type too) that the data must have; checked before anything is published. Example: "word STRING, n BIGINT".',
  ),
  crs: field(
    z
      .string()
      .max(64)
      .regex(/^[A-Za-z]+:[A-Za-z0-9]+$/, { error: "expected a coordinate reference system such as EPSG:4326" }),
    "Coordinate reference system written to a GeoParquet file. Default: the geometries' SRID. Example: EPSG:4326.",
  ),
  options: field(
    options,
    "Options for Spark's writer; for format file, `extension` ends the file's name. Default for csv: header \"true\". Example: {compression: zstd}.",
  ),
  table: field(
    z.string().min(1).max(512),
    "Table that is written to, instead of files: once per run and task, also over retries. It is made if it isn't there. Example: lake.db.counts.",
  ),
  mode: field(
    z.enum(["append", "overwrite"]),
    "What becomes of the table's rows: append adds to them, overwrite replaces them. Default: append.",
  ),
  partitionBy: field(
    z.array(z.string().min(1).max(128)).max(16),
    "Columns that the files (parquet, geoparquet, csv, json), or a table that is made, are partitioned by; of a table also years(DAY), months, days, hours and bucket(16, ID). Example: [country].",
  ),
});
export type Output = z.infer<typeof output>;

/** True for a format that this version can't serve. */
export const isLaterFormat = (name: string): boolean => (laterFormats as readonly string[]).includes(name);
