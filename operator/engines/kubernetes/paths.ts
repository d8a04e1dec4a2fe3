// Where things are in the pods of an attempt. The images' entry point knows the same places.

/** The attempt's folder: attempt.json, spark-defaults.conf, the program, small inputs, conf files. */
export const attemptDir = "/opt/sparkflow/attempt";
/** The executors' pod template, which Spark reads in the driver. */
export const templateDir = "/opt/sparkflow/template";
/** The PersistentVolumeClaim of the engine's storage. */
export const storageDir = "/opt/sparkflow/storage";
/** Where an init container puts entry point and library for images that hold none. */
export const runtimeDir = "/opt/sparkflow/runtime";
/** Working directory of driver and executors, empty at the start. */
export const workDir = "/opt/spark/work-dir";
/** Spark's own temporary files: shuffles and spills. */
export const localDir = "/var/data/spark";
/** The result channel: what a container leaves here becomes its termination message. */
export const terminationLog = "/dev/termination-log";

export const driverContainer = "spark-kubernetes-driver";
export const executorContainer = "spark-kubernetes-executor";

/**
 * A path as the kernel reads it: `//`, `/./`, `..` and a trailing slash resolved, always absolute. Compare paths only so:
 * a prefix check without it has been a hole in other operators (CVE-2026-40923).
 */
export function normalised(path: string): string {
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  return `/${kept.join("/")}`;
}

/** Whether a normalised path is a folder or something in it. */
export const isWithin = (path: string, folder: string): boolean =>
  path === folder || folder === "/" || path.startsWith(`${folder}/`);
