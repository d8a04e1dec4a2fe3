// Settings whose values are secret. They never pass through the operator: each class of key has its own way to the JVM.
import type { SecretConf } from "../api/settings.ts";
import type { Layer } from "./layers.ts";

export type SecretEnv = { name: string; secret: { name: string; key: string } };
/** How secret settings reach Spark: placeholders in the file, variables from Secrets, keys that the entry point fills in. */
export type SecretPlan = {
  layer: Layer;
  env: SecretEnv[];
  entryPoint: Record<string, string>;
  executorSecrets: Layer;
  /** Variables of executors alone; where the driver is the executor they are its own. */
  executorEnv: SecretEnv[];
};

/** Why a key can't be secret, or undefined if it can. Such keys end in a command line or in the executor's pod spec. */
export function secretRefusal(key: string): string | undefined {
  if (/JavaOptions$/.test(key)) return "Java options stand on a command line that everybody on the machine can read";
  if (/^spark\.(network|rpc|kubernetes)\./.test(key)) return "Spark writes it into the executors' pod specs";
  return undefined;
}

/** Plans secret settings by class of key. Variables are SF_SECRET_1, SF_SECRET_2 … in the order of the list. */
export function planSecrets(secrets: readonly SecretConf[]): SecretPlan {
  const placeholders = new Map<string, string>();
  const executorSecrets = new Map<string, string>();
  const env: SecretEnv[] = [];
  const entryPoint: Record<string, string> = {};
  const executorEnv: SecretEnv[] = [];
  for (const [index, { key, secret }] of secrets.entries()) {
    const name = `SF_SECRET_${index + 1}`;
    env.push({ name, secret });
    const reference = `${secret.name}:${secret.key}`;
    if (key.startsWith("spark.hadoop.")) {
      // Hadoop expands ${env.X} where it reads the value; web UI and event log keep the placeholder.
      placeholders.set(key, `\${env.${name}}`);
      executorSecrets.set(`spark.kubernetes.executor.secretKeyRef.${name}`, reference);
    } else if (key.startsWith("spark.executorEnv.")) {
      executorEnv.push({ name: key.slice("spark.executorEnv.".length), secret });
      executorSecrets.set(
        `spark.kubernetes.executor.secretKeyRef.${key.slice("spark.executorEnv.".length)}`,
        reference,
      );
    } else {
      entryPoint[key] = name;
    }
  }
  return {
    layer: { source: "secretConf", conf: placeholders },
    env,
    entryPoint,
    executorSecrets: { source: "secretConf", conf: executorSecrets },
    executorEnv,
  };
}

/** Spark's own pattern (3.5), which setting the key would otherwise replace. */
const sparkRedaction = "(?i)secret|password|token|access[.]?key";

/** The layers that keep secret keys out of web UI and event log: Spark's pattern first, then the exact names. */
export function redactionLayers(keys: readonly string[]): Layer[] {
  if (keys.length === 0) return [];
  const exact = keys.map((key) => `^${key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`).join("|");
  return [
    { source: "Spark's default", conf: new Map([["spark.redaction.regex", sparkRedaction]]) },
    { source: "secretConf", conf: new Map([["spark.redaction.regex", exact]]) },
  ];
}
