// What must hold of a task before a cluster gets anything of it.
import { type Path, type Problem, problem } from "../../api/problems.ts";
import { isRelative } from "../../api/uri.ts";
import { podMemory } from "../../settings/memory.ts";
import type { Attempt } from "../../task/attempt.ts";
import { isPython, programFile } from "../../task/program.ts";
import { configMaps } from "../../task/render.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import { engineEnv } from "./environment.ts";
import { type PolicyOptions, podProblems } from "./policy/policy.ts";
import { storageProblem } from "./storage.ts";

/**
 * What pod templates and spark.kubernetes.* settings say that isn't allowed. Needs no rendering, so `validate` can ask it
 * of a task whose templates have no values yet. `attemptObjects` asks again, of the pods as they will be.
 */
export function checkPolicy(task: ResolvedTask, options: PolicyOptions = {}): Problem[] {
  return podProblems(task, unrendered(task), { objectName: task.name, uid: "00000000", number: 1 }, options);
}

/** An attempt that has all names and places, but no values. */
function unrendered(task: ResolvedTask): Attempt {
  const { program } = task;
  const script = program.kind === "python" && "script" in program.source;
  const cores = task.engine.localCores;
  return {
    namespace: task.namespace,
    task: task.name,
    number: 1,
    files: {
      "attempt.json": JSON.stringify({ pythonPath: [] }),
      "spark-defaults.conf": "",
      ...(script ? { "script.py": "" } : {}),
    },
    configMaps: configMaps(task),
    env: [...task.env, ...engineEnv],
    settings: task.settings,
    outputs: [],
    resources: { driver: { cores, memory: podMemory(new Map(), "driver", isPython(program)) } },
  };
}

/** What can't be on a cluster: outputs without storage, and files of somebody's machine. Paths begin at the task's spec. */
export function checkPlaces(task: ResolvedTask): Problem[] {
  const storage = storageProblem(task);
  return [
    ...(storage ? [problem([task.outputs.length > 0 ? "outputs" : "inputs"], storage)] : []),
    ...machinePaths(task),
  ];
}

/** Relative paths are beside a manifest on somebody's machine. `sparkflow submit` puts such files into ConfigMaps. */
function machinePaths({ program, inputs, settings }: ResolvedTask): Problem[] {
  const uri = programFile(program);
  const file = uri ? [{ uri, path: [program.kind, "file"] as Path }] : [];
  const data = inputs.flatMap(({ uri }, index) => (uri ? [{ uri, path: ["inputs", index, "uri"] as Path }] : []));
  const deps = settings.flatMap(({ key, value }) =>
    ["spark.jars", "spark.submit.pyFiles", "spark.files", "spark.archives"].includes(key)
      ? value.split(",").map((one) => ({ uri: one.trim(), path: ["sparkConf", key] as Path }))
      : [],
  );
  return [...file, ...data, ...deps].flatMap(({ uri, path }) =>
    isRelative(uri)
      ? [
          problem(
            path,
            `"${uri}" is a path beside the manifest, which a cluster doesn't see: use \`sparkflow submit\`, a ConfigMap, local:/// (in the image) or a URL`,
          ),
        ]
      : [],
  );
}

/** Most bytes that Kubernetes takes in one ConfigMap. */
const configMapBytes = 1024 * 1024;

/** What is too large for Kubernetes, once it is rendered. */
export function checkSize(data: Readonly<Record<string, string>>): Problem[] {
  const bytes = Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes <= configMapBytes) return [];
  return [
    problem(
      [],
      `the attempt's files have ${bytes} bytes, and a ConfigMap takes ${configMapBytes}: shorten args, params or the script, or give long values as an input`,
    ),
  ];
}
