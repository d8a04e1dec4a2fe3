// SparkEngine: a named, reusable block that says where and how tasks run.
import { z } from "zod";
import { anyObject, field, required, secretRef } from "./common.ts";
import { settingsFields } from "./settings.ts";

const storage = z.strictObject({
  uri: field(z.string().min(1).max(1024), "Folder that outputs are written under. Example: s3a://lake/flows."),
  claim: field(z.string().min(1).max(253), "PersistentVolumeClaim that outputs are written to, instead of a URI.", {
    names: "PersistentVolumeClaim",
  }),
  s3: field(
    z.strictObject({
      endpoint: field(z.string().max(512), "Endpoint. Default: that of the cloud. Example: https://minio:9000."),
      region: field(z.string().max(64), "Region. Example: eu-west-3."),
      pathStyle: field(z.boolean(), "Whether the bucket is part of the path. Default: false."),
      accessKey: field(secretRef, "Secret key that holds the access key's id."),
      secretKey: field(secretRef, "Secret key that holds the secret access key."),
    }),
    "How to reach S3; written as spark.hadoop.fs.s3a.*.",
  ),
  azure: field(
    z.strictObject({ accountKey: required(secretRef, "Secret key that holds the account's key.") }),
    "How to reach Azure storage.",
    { notYet: true },
  ),
});
export type Storage = z.infer<typeof storage>;

export const engineSpec = z.strictObject({
  kubernetes: field(z.strictObject({}), "Driver and executor pods. One of kubernetes, local, connect and databricks."),
  local: field(
    z.strictObject({
      cores: field(z.int().min(1).max(512), "Threads of Spark, the N of local[N]. Default: 4. Example: 4."),
      backend: field(z.enum(["spark", "pandas", "duckdb", "none"]), "What functions run on. Default: spark.", {
        notYet: true,
      }),
    }),
    "One process (one pod on a cluster) with Spark in local[N].",
  ),
  connect: field(anyObject, "A Spark Connect server.", { notYet: true }),
  databricks: field(anyObject, "A Databricks workspace.", { notYet: true }),
  storage: field(
    storage,
    "Where outputs of tasks go. On a laptop: .sparkflow/storage, or what local.paths maps the URI to.",
  ),
  catalogs: field(z.array(anyObject).max(20), "Iceberg catalogs.", { notYet: true }),
  maxRunningDrivers: field(
    z.int().min(1).max(10000),
    "Most drivers of this engine at once. Default: no limit. Example: 20.",
  ),
  ...settingsFields,
});
export type EngineSpec = z.infer<typeof engineSpec>;
export const engineKinds = ["kubernetes", "local", "connect", "databricks"] as const;
