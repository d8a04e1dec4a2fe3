// Environment variables that the operator must own, as owned.ts says of settings.

const prefixes = ["SPARKFLOW_", "SF_SECRET_", "PYSPARK_GATEWAY_"];
const names = new Set([
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
  return names.has(name) ? "the engine sets it for every attempt" : undefined;
}
