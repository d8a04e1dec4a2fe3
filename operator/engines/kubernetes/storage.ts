// Where the outputs of a task's attempts go: below the engine's storage, a URI or a PersistentVolumeClaim.
import type { ResolvedTask } from "../../task/resolve.ts";
import { type AttemptIdentity, uid8 } from "./names.ts";
import { storageDir } from "./paths.ts";

/** Why the task's outputs have no place, or undefined if they have one or it has none. */
export function storageProblem({ outputs, storage, engine }: ResolvedTask): string | undefined {
  if (outputs.length === 0 || storage?.uri || storage?.claim) return undefined;
  return (
    `the task has outputs, but its engine "${engine.name}" has no storage to write them to: ` +
    "set the engine's storage.uri (such as s3a://bucket/flows) or storage.claim (a PersistentVolumeClaim)"
  );
}

/** Folder of the task's attempts; the attempt's number and the output's name follow. A rename of the flow moves nothing. */
export function outputsUri(task: ResolvedTask, { objectName, uid, flowUid }: AttemptIdentity): string {
  const { storage, namespace, flow, run, folder } = task;
  const base = storage?.claim ? `file://${storageDir}` : (storage?.uri ?? "<storage of the engine>");
  const path = flow && run && flowUid ? `${flow}-${uid8(flowUid)}/${run}/${folder}` : `${objectName}-${uid8(uid)}`;
  return `${base.replace(/\/+$/, "")}/${namespace}/${path}`;
}

const volume = "sparkflow-storage";

/** The claim's volume and mount, in driver and executors, if the engine has one. */
export const storageVolumes = ({ storage }: ResolvedTask) =>
  storage?.claim ? [{ name: volume, persistentVolumeClaim: { claimName: storage.claim } }] : [];
export const storageMounts = ({ storage }: ResolvedTask) =>
  storage?.claim ? [{ name: volume, mountPath: storageDir }] : [];
