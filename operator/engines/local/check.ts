// What must be on this machine before anything starts: files, ConfigMaps, Secrets. `validate` and `run` both ask.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Path, type Problem, problem, suggestion } from "../../api/problems.ts";
import type { SettingsSpec } from "../../api/settings.ts";
import type { TaskSpec } from "../../api/task.ts";
import { locate, type Project } from "../../manifest/project.ts";
import type { LocatedProblem, SourceDocument } from "../../manifest/source.ts";
import { programConfigMap, programFile, programOf } from "../../task/program.ts";
import { markerProblems } from "../../task/sqlMarkers.ts";
import type { Sources } from "./machine.ts";
import { type PlacedSpec, placedSpecs, programText } from "./programText.ts";

/**
 * Problems of a checked project on this machine. Secrets of an engine's storage aren't among them: outputs go to this
 * machine's own storage.
 */
export function checkLocally(project: Project, sources: Sources): LocatedProblem[] {
  const engines = [...project.engines.values()].flatMap(({ object, source }) =>
    locateAll(settingProblems(object.spec, ["spec"], source, sources), source),
  );
  const tasks = placedSpecs(project);
  return [
    ...engines,
    ...tasks.flatMap(({ spec, path, source }) => locateAll(taskProblems(spec, path, source, sources), source)),
    ...tasks.flatMap((task) => sqlProblems(task, project, sources)),
  ];
}

/** Markers of SQL files that name no param; those of inline statements are found with the manifest's own mistakes. */
export const checkSqlFiles = (project: Project, sources: Sources): LocatedProblem[] =>
  placedSpecs(project).flatMap((task) => sqlProblems(task, project, sources));

const locateAll = (problems: Problem[], source: SourceDocument) => problems.map((one) => locate(one, source));

function sqlProblems(task: PlacedSpec, project: Project, sources: Sources): LocatedProblem[] {
  const { sql, params = {} } = task.spec;
  const text = sql && sql.statements === undefined ? programText(task, project, sources) : undefined;
  if (!text) return [];
  return markerProblems(text.content.toString(), Object.keys(params)).map(({ message, place }) =>
    text.locate(message, place),
  );
}

function taskProblems(spec: TaskSpec, path: Path, source: SourceDocument, sources: Sources): Problem[] {
  const at = sources.locator(source.folder);
  const program = programOf(spec);
  const [file, configMap] = [programFile(program), programConfigMap(program)];
  return [
    ...(file ? fileProblems(file, [...path, program.kind, "file"], at) : []),
    ...(configMap ? configMapProblems(configMap, [...path, program.kind, "configMap"], sources) : []),
    ...(spec.inputs ?? []).flatMap((input, index) =>
      input.optional
        ? []
        : [
            ...(input.configMap
              ? configMapProblems(input.configMap, [...path, "inputs", index, "configMap"], sources)
              : []),
            ...(input.uri && !input.uri.includes("$(")
              ? fileProblems(input.uri, [...path, "inputs", index, "uri"], at)
              : []),
          ],
    ),
    ...settingProblems(spec, path, source, sources),
  ];
}

function settingProblems(spec: SettingsSpec, path: Path, source: SourceDocument, sources: Sources): Problem[] {
  const at = sources.locator(source.folder);
  const lists = (["jars", "pyFiles", "files", "archives"] as const).flatMap((name) =>
    (spec.deps?.[name] ?? []).flatMap((uri, index) =>
      uri.includes("$(") ? [] : fileProblems(uri.replace(/#.*$/, ""), [...path, "deps", name, index], at),
    ),
  );
  const secret = (name: string, key: string, where: Path) =>
    sources.secret(name, key)
      ? []
      : [
          problem(
            where,
            `there is no key "${key}" of a Secret "${name}" on this machine: put it into the folder that \`secrets\` of sparkflow.local.yaml names, as ${name}/${key}`,
          ),
        ];
  return [
    ...lists,
    ...(spec.confFiles ? configMapProblems(spec.confFiles, [...path, "confFiles"], sources) : []),
    ...(spec.secretConf ?? []).flatMap((one, index) =>
      secret(one.secret.name, one.secret.key, [...path, "secretConf", index, "secret"]),
    ),
    ...(spec.env ?? []).flatMap(({ valueFrom }, index) => {
      const { secretKeyRef: ref, configMapKeyRef: config } = valueFrom ?? {};
      const where = [...path, "env", index, "valueFrom"];
      if (ref && !ref.optional) return secret(ref.name, ref.key, where);
      return config && !config.optional ? configMapProblems(config, where, sources) : [];
    }),
  ];
}

function configMapProblems(
  { name, key }: { name: string; key?: string },
  path: Path,
  { configMaps }: Sources,
): Problem[] {
  const content = configMaps.get(name);
  if (!content)
    return [
      problem(
        [...path, "name"],
        `there is no ConfigMap "${name}" here${suggestion(name, [...configMaps.keys()])}; a kustomization.yaml with a configMapGenerator makes it from the files beside the manifest`,
      ),
    ];
  if (key === undefined || content.has(key)) return [];
  return [
    problem([...path, "key"], `the ConfigMap "${name}" has no key "${key}"${suggestion(key, [...content.keys()])}`),
  ];
}

/** A file of this machine that must exist; other schemes are Spark's to fetch. */
function fileProblems(uri: string, path: Path, at: (uri: string) => string): Problem[] {
  const place = at(uri);
  if (place.startsWith("local:"))
    return [
      problem(
        path,
        `"${uri}" is in the image, and nothing says where it is on this machine: map its folder by \`paths\` of sparkflow.local.yaml`,
      ),
    ];
  const file = place.startsWith("file:") ? pathOf(place) : place.startsWith("/") ? place : undefined;
  if (file === "") return [problem(path, `"${uri}" is not the URI of a file here: expected file:///…`)];
  if (file === undefined || /[*?[{]/.test(file) || existsSync(file)) return [];
  return [problem(path, `there is no file ${place === uri ? uri : `"${uri}" (${file})`}`)];
}

/** The path of a file URI, or "" if it isn't one of this machine (file://data/a.csv means a host named data). */
function pathOf(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    return "";
  }
}
