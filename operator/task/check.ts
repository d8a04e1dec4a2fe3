// What must hold of one task, beyond its schema: checked the same way for a SparkTask and for a flow's task.
import type { EngineSpec } from "../api/engine.ts";
import { engineKinds } from "../api/engine.ts";
import { type Path, type Problem, problem, shown } from "../api/problems.ts";
import { durationMs } from "../api/quantity.ts";
import type { SettingsSpec } from "../api/settings.ts";
import type { TaskSpec } from "../api/task.ts";
import { splitJavaOptions } from "../settings/javaOptions.ts";
import { whyOwnedEnv } from "../settings/ownedEnv.ts";
import { secretRefusal } from "../settings/secrets.ts";
import { specLayer } from "../settings/typed.ts";
import { variableName } from "./attempt.ts";
import { templateProblems } from "./podTemplates.ts";
import { programProblems } from "./program.ts";
import { hasTemplate, texts } from "./template.ts";

/** Problems of a SparkEngine's spec. */
export function checkEngine(spec: EngineSpec, path: Path): Problem[] {
  const given = engineKinds.filter((kind) => spec[kind]);
  const problems = checkSettings(spec, path);
  if (given.length !== 1) {
    const what = given.length === 0 ? "none is given" : `here are ${given.join(" and ")}`;
    problems.push(problem(path, `an engine is exactly one of kubernetes, local, connect and databricks, but ${what}`));
  }
  if (spec.storage?.uri && spec.storage.claim)
    problems.push(problem([...path, "storage", "claim"], "storage is a uri or a claim, not both"));
  return [...problems, ...engineTemplates(spec, path)];
}

/** An engine serves tasks that it doesn't know, so a reference in it would be to nothing. */
function engineTemplates(spec: EngineSpec, path: Path): Problem[] {
  const { env, sparkConf, hadoopConf, deps, storage } = spec;
  return [...texts({ env, sparkConf, hadoopConf, deps, storage })].flatMap(({ path: at, text }) =>
    hasTemplate(text)
      ? [
          problem(
            [...path, ...at],
            `${shown(text)} is not valid: an engine knows no task's params; give the value in a task or taskDefaults, or write $$( for a literal $(`,
          ),
        ]
      : [],
  );
}

/** Problems of what an engine, a task or a flow's taskDefaults says about settings. */
export function checkSettings(spec: SettingsSpec, path: Path): Problem[] {
  const problems = specLayer("", spec, path).problems;
  for (const [index, { key }] of (spec.secretConf ?? []).entries()) {
    const why = secretRefusal(key);
    if (why) problems.push(problem([...path, "secretConf", index, "key"], `"${key}" can't be secret: ${why}`));
    else if (!key.startsWith("spark."))
      problems.push(
        problem([...path, "secretConf", index, "key"], `${shown(key)} is not a Spark key: it must begin with "spark."`),
      );
    if (spec.sparkConf && Object.hasOwn(spec.sparkConf, key))
      problems.push(problem([...path, "sparkConf", key], `"${key}" is in secretConf too; keep one`));
  }
  for (const [key, value] of Object.entries(spec.sparkConf ?? {})) {
    if (!/JavaOptions$/.test(key)) continue;
    try {
      splitJavaOptions(String(value));
    } catch (error) {
      problems.push(problem([...path, "sparkConf", key], `${shown(value)} is not valid: ${(error as Error).message}`));
    }
  }
  for (const [index, variable] of (spec.env ?? []).entries()) {
    const owned = whyOwnedEnv(variable.name);
    if (owned)
      problems.push(
        problem([...path, "env", index, "name"], `the variable "${variable.name}" belongs to the operator: ${owned}`),
      );
    const sources = [
      variable.value !== undefined,
      variable.valueFrom?.secretKeyRef,
      variable.valueFrom?.configMapKeyRef,
    ].filter(Boolean);
    if (sources.length > 1)
      problems.push(
        problem(
          [...path, "env", index],
          `the variable ${variable.name} has more than one source; keep one of value, secretKeyRef and configMapKeyRef`,
        ),
      );
  }
  problems.push(...templateProblems(spec, path));
  const { executor } = spec;
  if (
    executor?.maxInstances !== undefined &&
    executor.instances !== undefined &&
    executor.instances > executor.maxInstances
  ) {
    problems.push(
      problem(
        [...path, "executor", "maxInstances"],
        `${executor.maxInstances} is less than instances, which is ${executor.instances}`,
      ),
    );
  }
  return [
    ...problems,
    ...duplicates(spec.env, [...path, "env"]),
    ...duplicates(spec.secretConf, [...path, "secretConf"], "key"),
  ];
}

/** Problems of a whole task: `spec` is what runs, a flow's taskDefaults merged in. */
export function checkTask(spec: TaskSpec, path: Path): Problem[] {
  return [...programProblems(spec, path), ...checkData(spec, path), ...checkTimes(spec, path)];
}

function checkData(spec: TaskSpec, path: Path): Problem[] {
  const problems: Problem[] = [
    ...duplicates(spec.inputs, [...path, "inputs"]),
    ...duplicates(spec.outputs, [...path, "outputs"]),
  ];
  for (const [index, input] of (spec.inputs ?? []).entries()) {
    const at = [...path, "inputs", index];
    const sources = (["from", "uri", "configMap"] as const).filter((source) => input[source] !== undefined);
    if (sources.length === 0)
      problems.push(problem(at, `the input "${input.name}" needs one of from, uri and configMap`));
    if (sources.length > 1)
      problems.push(
        problem(
          [...at, sources[1]!],
          `the input "${input.name}" has exactly one source, but here are ${sources.join(" and ")}`,
        ),
      );
  }
  for (const [index, output] of (spec.outputs ?? []).entries()) {
    const at = [...path, "outputs", index];
    if (output.crs && output.format !== "geoparquet")
      problems.push(
        problem([...at, "crs"], `only format geoparquet keeps a crs; the format here is ${output.format ?? "parquet"}`),
      );
    if (output.schema && (output.format === "file" || output.format === "text"))
      problems.push(problem([...at, "schema"], `format ${output.format} has no schema to check`));
  }
  return [...problems, ...names(spec, path)];
}

/** Inputs and params share one set of names: they become arguments, and `-` and `_` mean the same there. */
function names(spec: TaskSpec, path: Path): Problem[] {
  const seen = new Map<string, string>([["spark", "the session"]]);
  const named = [
    ...(spec.inputs ?? []).map(({ name }, index) => ({
      name,
      what: `the input "${name}"`,
      at: [...path, "inputs", index, "name"],
    })),
    ...Object.keys(spec.params ?? {}).map((name) => ({
      name,
      what: `the param "${name}"`,
      at: [...path, "params", name],
    })),
  ];
  const bound = named.flatMap(({ name, what, at }) => {
    const argument = name.replaceAll("-", "_");
    const other = seen.get(argument);
    seen.set(argument, what);
    return other && other !== what ? [problem(at, `"${name}" is ${other} already: arguments are bound by name`)] : [];
  });
  return [...bound, ...variables(spec, "inputs", path), ...variables(spec, "outputs", path)];
}

/** Inputs, and outputs, that would have one environment variable (and one SQL view) between them. */
function variables(spec: TaskSpec, list: "inputs" | "outputs", path: Path): Problem[] {
  const seen = new Map<string, string>();
  return (spec[list] ?? []).flatMap(({ name }, index) => {
    const variable = variableName(list === "inputs" ? "SPARKFLOW_INPUT" : "SPARKFLOW_OUTPUT", name);
    const other = seen.get(variable);
    seen.set(variable, name);
    return other === undefined || other === name || (list === "inputs" && sameArgument(other, name))
      ? []
      : [problem([...path, list, index, "name"], `"${name}" and "${other}" would both be ${variable}: rename one`)];
  });
}

const sameArgument = (a: string, b: string) => a.replaceAll("-", "_") === b.replaceAll("-", "_");

function checkTimes(spec: TaskSpec, path: Path): Problem[] {
  const backoff = spec.retry?.backoff;
  if (!backoff?.initial || !backoff.max || durationMs(backoff.initial) <= durationMs(backoff.max)) return [];
  return [
    problem(
      [...path, "retry", "backoff", "max"],
      `${backoff.max} is shorter than initial, which is ${backoff.initial}`,
    ),
  ];
}

/** Names that stand twice in a list. */
export function duplicates(list: readonly object[] | undefined, path: Path, key: "name" | "key" = "name"): Problem[] {
  const seen = new Set<unknown>();
  return (list ?? []).flatMap((item, index) => {
    const name = (item as Record<string, unknown>)[key];
    const twice = seen.has(name);
    seen.add(name);
    return twice ? [problem([...path, index, key], `the ${key} ${shown(name)} stands twice in this list`)] : [];
  });
}
