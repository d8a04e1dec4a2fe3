// Warnings about settings of a sound project: unknown, misspelt, deprecated, ineffective and contradictory ones.
import { type Path, type Problem, warning } from "../api/problems.ts";
import type { SettingsSpec } from "../api/settings.ts";
import { placedTasks } from "../flow/merged.ts";
import { type Layer, mergeLayers } from "../settings/layers.ts";
import { lintConf } from "../settings/lint/lint.ts";
import { defaultProfiles, profileLayer } from "../settings/profiles.ts";
import { specLayer } from "../settings/typed.ts";
import { engineOf, locate, type Project } from "./project.ts";
import type { LocatedProblem } from "./source.ts";

/** Warnings about what the manifests themselves say, each spec seen on top of what lies below it. */
export function lintProject(project: Project): LocatedProblem[] {
  const engines = [...project.engines.values()].flatMap(({ object, source }) =>
    lintSpec(object.spec, ["spec"], profiles([object.spec])).map((one) => locate(one, source)),
  );
  const tasks = project.tasks.flatMap(({ object: { spec }, source }) =>
    lintSpec(spec, ["spec"], below(project, spec.engine, [spec])).map((one) => locate(one, source)),
  );
  const flows = project.flows.flatMap(({ object: { spec }, source }) => {
    const { taskDefaults = {} } = spec;
    const defaults = lintSpec(
      taskDefaults,
      ["spec", "taskDefaults"],
      below(project, taskDefaults.engine, [taskDefaults]),
    );
    const own = placedTasks(spec).flatMap(({ task, path }) => {
      const lower = below(project, task.engine ?? taskDefaults.engine, [taskDefaults, task]);
      return lintSpec(task, path, [...lower, layer(taskDefaults)]);
    });
    return [...defaults, ...own].map((one) => locate(one, source));
  });
  return [...engines, ...tasks, ...flows];
}

const layer = (spec: SettingsSpec): Layer => specLayer("", spec, []).layer;

/** Profiles and engine, as a task's own settings find them. */
function below(project: Project, engineName: string | undefined, specs: readonly SettingsSpec[]): Layer[] {
  const engine: SettingsSpec = engineOf(project, engineName)?.spec ?? {};
  return [...profiles([engine, ...specs]), layer(engine)];
}

const profiles = (specs: readonly SettingsSpec[]): Layer[] =>
  (specs.findLast((spec) => spec.profiles)?.profiles ?? defaultProfiles).map(profileLayer);

/** The spec's keys are judged with the values that they have once the layers are merged. */
function lintSpec(spec: SettingsSpec, path: Path, lower: readonly Layer[]): Problem[] {
  const written = spec.sparkConf;
  if (!written) return [];
  const own = layer(spec);
  const merged = mergeLayers([...lower, own]);
  const mine = merged.filter(({ key }) => own.conf.has(key));
  const others = merged.filter(({ key }) => !own.conf.has(key));
  return lintConf(mine, others).map(({ key, message }) =>
    warning(Object.hasOwn(written, key) ? [...path, "sparkConf", key] : path, message),
  );
}
