// Lint rules about JVM options. Tried with Java 17, which is what Spark's image has.
import { splitJavaOptions } from "../javaOptions.ts";
import type { ConfView, Finding, Rule } from "./view.ts";

const roles = ["driver", "executor"] as const;
const keysOf = (role: string) => [`spark.${role}.extraJavaOptions`, `spark.${role}.defaultJavaOptions`] as const;

/** The options of a role in the order in which the JVM gets them, each with the key that sets it. */
function options(conf: ConfView, role: string): { key: string; option: string }[] {
  return [...keysOf(role)].reverse().flatMap((key) => {
    try {
      return splitJavaOptions(conf.has(key) ? (conf.value(key) ?? "") : "").map((option) => ({ key, option }));
    } catch {
      return []; // what unclosedQuote says
    }
  });
}

const unclosedQuote: Rule = (conf) =>
  roles.flatMap(keysOf).flatMap((key): Finding[] => {
    try {
      splitJavaOptions(conf.has(key) ? (conf.value(key) ?? "") : "");
      return [];
    } catch (error) {
      return [{ keys: [key], message: `${key} can't be split into options: ${(error as Error).message}; close it` }];
    }
  });

/** SparkSubmitCommandBuilder.checkJavaOptions for the driver, SparkConf.validateSettings for executors. */
const heapOption: Rule = (conf) =>
  roles.flatMap((role) =>
    options(conf, role)
      .filter(({ option }) => option.startsWith("-Xmx"))
      .map(({ key, option }) => ({
        keys: [key],
        message: `${key} must not set the heap (${option}), or Spark refuses to start; set spark.${role}.memory instead`,
      })),
  );

const sparkOption: Rule = (conf) =>
  options(conf, "executor")
    .filter(({ key, option }) => key === "spark.executor.extraJavaOptions" && option.startsWith("-Dspark"))
    .map(({ key, option }) => ({
      keys: [key],
      message: `${key} must not hold Spark settings (${option}), or Spark refuses to start; set the key in sparkConf`,
    }));

/** Several collectors stop the JVM; one that comes in a profile's options is taken back with -XX:-Use…GC after it. */
const collectors: Rule = (conf) =>
  roles.flatMap((role): Finding[] => {
    const on = new Map<string, string>();
    for (const { key, option } of options(conf, role)) {
      const [, sign, name] = /^-XX:([+-])Use(\w+)GC$/.exec(option) ?? [];
      if (!name || !liveCollectors.has(name)) continue;
      if (sign === "+") on.set(name, key);
      else on.delete(name);
    }
    const names = [...on.keys()];
    const [first, last] = [names[0], names.at(-1)];
    if (names.length < 2 || first === undefined || last === undefined) return [];
    const keys = [on.get(last) ?? "", on.get(first) ?? ""];
    return [
      {
        keys,
        message: `the JVM of the ${role} won't start with several garbage collectors (${names.join(", ")}); keep one, and take back another with -XX:-Use${first}GC in spark.${role}.extraJavaOptions`,
      },
    ];
  });

const liveCollectors = new Set(["Serial", "Parallel", "G1", "Z", "Shenandoah", "Epsilon"]);

/** Options that Java 17 doesn't know. Spark starts its JVMs with -XX:+IgnoreUnrecognizedVMOptions, so nobody says so. */
const forgotten: readonly { pattern: RegExp; fix: string }[] = [
  { pattern: /CMS|UseConcMarkSweepGC|UseParNewGC/, fix: "the CMS collector is gone; use G1" },
  { pattern: /UseParallelOldGC/, fix: "use -XX:+UseParallelGC" },
  { pattern: /PermSize/, fix: "there is no permanent generation; use -XX:MaxMetaspaceSize" },
  {
    pattern:
      /PrintGC(DateStamps|TimeStamps|ApplicationStoppedTime|Cause)|PrintTenuringDistribution|PrintAdaptiveSizePolicy|PrintHeapAtGC|PrintReferenceGC|PrintPromotionFailure|G1Summarize/,
    fix: "use -Xlog:gc*",
  },
  { pattern: /UseGCLogFileRotation|NumberOfGCLogFiles|GCLogFileSize/, fix: "use -Xlog:gc*:file=…::filecount=…" },
  { pattern: /AggressiveOpts/, fix: "remove it" },
];

const forgottenOptions: Rule = (conf) =>
  roles.flatMap((role) =>
    options(conf, role).flatMap(({ key, option }) => {
      const known = option.startsWith("-XX:") ? forgotten.find(({ pattern }) => pattern.test(option)) : undefined;
      return known
        ? [{ keys: [key], message: `${key}: Java 17 doesn't know ${option} and Spark has it ignored; ${known.fix}` }]
        : [];
    }),
  );

export const jvmRules: readonly Rule[] = [unclosedQuote, heapOption, sparkOption, collectors, forgottenOptions];
