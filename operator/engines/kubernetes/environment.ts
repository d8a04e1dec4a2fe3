// Environment variables of driver and executors. Values are data: Kubernetes' own $(NAME) doesn't touch them.
import type { EnvVar } from "../../api/common.ts";
import type { Attempt } from "../../task/attempt.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import { attemptDir, localDir, normalised, terminationLog } from "./paths.ts";

/** Variables that this engine gives every driver. */
export const engineEnv: EnvVar[] = [
  { name: "SPARKFLOW_RESULT", value: terminationLog },
  { name: "SPARKFLOW_VALUES_FILE", value: "/tmp/sparkflow-values.json" },
  { name: "SPARK_LOCAL_DIRS", value: localDir },
];

type PodEnv = EnvVar | { name: string; valueFrom: { fieldRef: { fieldPath: string } } };

/** The driver's: the attempt's, and its address. With `local[N]` it is the executor too, and has an executor's secrets. */
export function driverEnv(task: ResolvedTask, attempt: Attempt): PodEnv[] {
  const executorOnly =
    task.engine.kind === "local"
      ? task.secrets.executorEnv.map(({ name, secret }) => ({ name, valueFrom: { secretKeyRef: secret } }))
      : [];
  const byName = new Map([...attempt.env, ...executorOnly].map((env) => [env.name, env]));
  return [
    ...[...byName.values()].map(verbatim),
    { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
  ];
}

/** The executors': the user's alone. Secret settings come by Spark (secretKeyRef), and what tells of the attempt is the driver's. */
export function executorEnv(task: ResolvedTask, attempt: Attempt): PodEnv[] {
  const drivers = new Set([...task.secrets.env.map(({ name }) => name), ...engineEnv.map(({ name }) => name)]);
  const users = attempt.env.filter(({ name }) => !drivers.has(name) && !name.startsWith("SPARKFLOW_"));
  return withPythonPath(users.map(verbatim), pythonPath(attempt));
}

/** Folders that the program's own modules are in, as Python workers on executors see them. */
function pythonPath({ files }: Attempt): string[] {
  const { pythonPath } = JSON.parse(files["attempt.json"]!) as { pythonPath: string[] };
  return pythonPath.map((entry) => normalised(entry.startsWith("/") ? entry : `${attemptDir}/${entry}`));
}

/** The program's folders go before a PYTHONPATH of the user's. */
function withPythonPath(env: EnvVar[], folders: readonly string[]): EnvVar[] {
  if (folders.length === 0) return env;
  const users = env.find(({ name }) => name === "PYTHONPATH");
  const others = env.filter(({ name }) => name !== "PYTHONPATH");
  const path = (last: string[]) => ({ name: "PYTHONPATH", value: [...folders, ...last].join(":") });
  if (!users) return [...others, path([])];
  if (users.value !== undefined) return [...others, path([users.value])];
  // A value from elsewhere gets a name of its own, which Kubernetes puts in here.
  return [...others, { ...users, name: "SPARKFLOW_PYTHONPATH" }, path(["$(SPARKFLOW_PYTHONPATH)"])];
}

/** Kubernetes expands $(NAME) in a variable's value and reads $$ as $. */
const verbatim = (env: EnvVar): EnvVar =>
  env.value === undefined ? env : { ...env, value: env.value.replaceAll("$", "$$$$") };
