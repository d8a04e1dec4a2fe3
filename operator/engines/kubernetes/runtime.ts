// Images of others, which have a Spark and a Python but not our entry point and library: an init container of our image
// copies both in (`runtime: inject`). Spark keeps the template's command and init containers in executors.
import type { ResolvedTask } from "../../task/resolve.ts";
import { runtimeDir } from "./paths.ts";
import { containerSecurity } from "./security.ts";

const volume = "sparkflow-runtime";
const mount = { name: volume, mountPath: runtimeDir };

const injects = ({ runtime }: ResolvedTask) => runtime === "inject";

/** The init container, for driver and executors alike. Its limits are there for namespaces that ask for some. */
export const runtimeContainers = (task: ResolvedTask) =>
  injects(task)
    ? {
        initContainers: [
          {
            name: volume,
            image: task.runtimeImage,
            args: ["inject", runtimeDir],
            resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "64Mi" } },
            securityContext: containerSecurity,
            volumeMounts: [mount],
          },
        ],
      }
    : {};
export const runtimeCommand = (task: ResolvedTask) =>
  injects(task) ? { command: [`${runtimeDir}/bin/entrypoint`] } : {};
export const runtimeMounts = (task: ResolvedTask) => (injects(task) ? [{ ...mount, readOnly: true }] : []);
export const runtimeVolumes = (task: ResolvedTask) => (injects(task) ? [{ name: volume, emptyDir: {} }] : []);
