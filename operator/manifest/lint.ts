// Warnings about settings of a sound project: unknown, misspelt, deprecated, ineffective and contradictory ones.
import { type Path, type Problem, warning } from "../api/problems.ts";
import type { SettingsSpec } from "../api/settings.ts";
import { type LintSetting, lintConf } from "../settings/lint/lint.ts";
import { defaultProfiles, profileLayer } from "../settings/profiles.ts";
import { specLayer } from "../settings/typed.ts";
import { engineOf, locate, type Project } from "./project.ts";
import type { LocatedProblem } from "./source.ts";

/** Warnings about what the manifests themselves say, each spec seen on top of what lies below it. */
export function lintProject(project: Project): LocatedProblem[] {
  const engines = [...project.engines.values()].flatMap(({ object, source }) =>
    lintSpec(object.spec, ["spec"], profiles([object.spec])).map((one) => locate(one, source)),
  );
  const tasks = project.tasks.flatMap(({ object: { spec }, source }) => {
    const engine = engineOf(project, spec.engine)?.spec ?? {};
    return lintSpec(spec, ["spec"], below(engine, spec)).map((one) => locate(one, source));
  });
  const flows = project.flows.flatMap(({ object: { spec }, source }) => {
    const { taskDefaults = {} } = spec;
    const defaults = lintSpec(
      taskDefaults,
      ["spec", "taskDefaults"],
      below(engineOf(project, taskDefaults.engine)?.spec ?? {}, taskDefaults),
    );
    const own = spec.tasks.flatMap((task, index) => {
      const engine = engineOf(project, task.engine ?? taskDefaults.engine)?.spec ?? {};
      return lintSpec(
        task,
        ["spec", "tasks", index],
        [...below(engine, { ...taskDefaults, ...task }), ...settings(taskDefaults, "taskDefaults")],
      );
    });
    return [...defaults, ...own].map((one) => locate(one, source));
  });
  return [...engines, ...tasks, ...flows];
}

/** Profiles and engine, as a task's own settings find them. */
const below = (engine: SettingsSpec, task: SettingsSpec): LintSetting[] => [
  ...profiles([engine, task]),
  ...settings(engine, "engine"),
];

function profiles(specs: readonly SettingsSpec[]): LintSetting[] {
  const names = specs.findLast((spec) => spec.profiles)?.profiles ?? defaultProfiles;
  return names
    .map(profileLayer)
    .flatMap(({ source, conf }) => [...conf].map(([key, value]) => ({ key, value, source })));
}

function settings(spec: SettingsSpec, source: string): LintSetting[] {
  return [...specLayer(source, spec, []).layer.conf].map(([key, value]) => ({ key, value, source }));
}

/** A typed field is right by its schema; what is wrong beside it is said at the key that the user wrote. */
function lintSpec(spec: SettingsSpec, path: Path, lower: readonly LintSetting[]): Problem[] {
  if (!spec.sparkConf) return [];
  const written = spec.sparkConf;
  return lintConf(settings(spec, "sparkConf"), lower).map(({ key, message }) =>
    warning(Object.hasOwn(written, key) ? [...path, "sparkConf", key] : path, message),
  );
}
