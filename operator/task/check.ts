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
import { checkData } from "./checkData.ts";
import { checkMap } from "./checkMap.ts";
import { duplicates } from "./duplicates.ts";
import { templateProblems } from "./podTemplates.ts";
import { programProblems } from "./program.ts";
import { markerProblems } from "./sqlMarkers.ts";
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
  return [
    ...programProblems(spec, path),
    ...statementProblems(spec, path),
    ...checkData(spec, path),
    ...checkMap(spec, path),
    ...checkTimes(spec, path),
  ];
}

/** Markers of inline SQL that name no param. */
const statementProblems = ({ sql, params = {} }: TaskSpec, path: Path): Problem[] =>
  markerProblems(sql?.statements ?? "", Object.keys(params)).map(({ message, place }) =>
    problem([...path, "sql", "statements"], `line ${place.line}: ${message}`, place),
  );

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
