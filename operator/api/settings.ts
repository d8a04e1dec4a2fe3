// What both an engine and a task may say about settings, dependencies, environment and sizes. The task's wins.
import { z } from "zod";
import { dnsSubdomain, envVar, field, listByKey, required, scalar, secretRef } from "./common.ts";
import { driver, executor } from "./sizing.ts";

export const profileNames = ["session", "sedona", "production"] as const;
export type ProfileName = (typeof profileNames)[number];

const confKey = z.string().min(1).max(512);
const confMap = z.record(confKey, scalar);
const location = z.string().min(1).max(2048);
const locations = z.array(location).max(200);

export const deps = z.strictObject({
  jars: field(
    locations,
    "Jars on the class path of driver and executors (spark.jars). Example: [local:///app/lib.jar].",
  ),
  packages: field(
    locations,
    "Maven coordinates (spark.jars.packages). Example: [org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.10.0].",
  ),
  repositories: field(locations, "Further Maven repositories (spark.jars.repositories)."),
  pyFiles: field(
    locations,
    "Python files, zips and eggs to import from (spark.submit.pyFiles). Example: [local:///app/lib.zip].",
  ),
  files: field(locations, "Files in each executor's working directory (spark.files)."),
  archives: field(locations, "Archives unpacked there (spark.archives). Example: [s3a://lake/env.tar.gz#env]."),
});
export type Deps = z.infer<typeof deps>;

export const secretConf = z.strictObject({
  key: required(confKey, "Spark key whose value is secret. Example: spark.hadoop.fs.s3a.secret.key."),
  secret: required(secretRef, "Secret and key that hold the value."),
});
export type SecretConf = z.infer<typeof secretConf>;

export const settingsFields = {
  image: field(
    z.string().min(1).max(512),
    "Container image of driver and executors. Default: sparkflow/spark-sedona of this version.",
    { image: true },
  ),
  imagePullSecrets: field(
    listByKey(z.strictObject({ name: required(dnsSubdomain, "Name of the Secret.", { names: "Secret" }) }), "name", 10),
    "Secrets to pull the image with. Example: [{name: registry}].",
  ),
  serviceAccountName: field(
    dnsSubdomain,
    "Service account of the driver; workload identity hangs here. Default: sparkflow-driver.",
    { names: "ServiceAccount" },
  ),
  profiles: field(
    z.array(z.enum(profileNames, { error: `expected one of ${profileNames.join(", ")}` })).max(profileNames.length),
    "Named sets of Spark settings, later wins: session (a sound SparkSession), sedona (registrator and SQL functions), production (sizes and shuffle of a large cluster). Default: [session, sedona].",
  ),
  sparkConf: field(confMap, "Any Spark settings. Example: {spark.sql.shuffle.partitions: 64}."),
  hadoopConf: field(confMap, "Hadoop settings, written as spark.hadoop.*. Example: {fs.s3a.connection.maximum: 100}."),
  secretConf: field(
    listByKey(secretConf, "key", 50),
    "Spark settings whose values come from Secrets and are never shown.",
  ),
  unsetConf: field(
    z.array(confKey).max(200),
    "Settings of lower layers (profiles, engine, flow) to take away. Example: [spark.sql.extensions].",
  ),
  confFiles: field(
    z.strictObject({
      name: required(dnsSubdomain, "Name of the ConfigMap. Example: hive-conf.", { names: "ConfigMap" }),
    }),
    "A ConfigMap of log4j2.properties, hive-site.xml, core-site.xml …, given to driver and executors.",
  ),
  deps: field(deps, "Jars, packages and files that the program needs."),
  env: field(listByKey(envVar, "name", 200), "Environment variables of driver and executors."),
  driver: field(driver, "Size and pod of the driver."),
  executor: field(executor, "Number, size and pods of the executors."),
  runtime: field(
    z.enum(["image", "inject"]),
    "Whether the image holds Sparkflow's entry point (image), or an init container of sparkflow/spark-sedona brings it to an image that has a Spark and a Python (inject). Default: image.",
  ),
};
export type SettingsSpec = z.infer<z.ZodObject<typeof settingsFields>>;
