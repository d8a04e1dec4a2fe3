// Environment variables that the operator must own, as owned.ts says of settings.

const prefixes = ["SPARKFLOW_", "SF_SECRET_", "PYSPARK_GATEWAY_"];
/** How Spark's driver tells its executors what they are; source: BasicExecutorFeatureStep of Spark 3.5. */
const executorPrefixes = ["SPARK_EXECUTOR_", "SPARK_JAVA_OPT_"];
const names = new Set([
  "POD_IP",
  "SPARK_APPLICATION_ID",
  "SPARK_DRIVER_BIND_ADDRESS",
  "SPARK_DRIVER_URL",
  "SPARK_RESOURCE_PROFILE_ID",
  "SPARK_USER",
  "SPARK_HOME",
  "SPARK_CONF_DIR",
  "SPARK_LOCAL_DIRS",
  "SPARK_LOCAL_IP",
  "TMPDIR",
  "PYSPARK_PYTHON",
  "PYSPARK_DRIVER_PYTHON",
  "JAVA_HOME",
]);

/** Why the operator owns a variable, or undefined if it is the user's. */
export function whyOwnedEnv(name: string): string | undefined {
  if (prefixes.some((prefix) => name.startsWith(prefix)))
    return "variables of this prefix tell the program about its attempt";
  if (executorPrefixes.some((prefix) => name.startsWith(prefix))) return "Spark tells executors by it what they are";
  return names.has(name) ? "the engine sets it for every attempt" : undefined;
}
