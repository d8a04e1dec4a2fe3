// Where the outputs of a task's attempts go: below the engine's storage, a URI or a PersistentVolumeClaim.
import { isWeb } from "../../api/uri.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import { type AttemptIdentity, uid8 } from "./names.ts";
import { storageDir } from "./paths.ts";

/** Why the task's outputs have no place, or undefined if they have one or it has none. */
export function storageProblem({ inputs, outputs, storage, engine }: ResolvedTask): string | undefined {
  const brought = inputs.find(({ uri }) => uri !== undefined && isWeb(uri));
  if ((outputs.length === 0 && !brought) || storage?.uri || storage?.claim) return undefined;
  const what =
    outputs.length > 0 ? "has outputs" : `reads ${brought!.uri!.replace(/\/\/[^/@]*@/, "//").replace(/\?.*/, "?…")}`;
  const use = outputs.length > 0 ? "to write them to" : "to bring it to";
  return (
    `the task ${what}, but its engine "${engine.name}" has no storage ${use}: ` +
    "set the engine's storage.uri (such as s3a://bucket/flows) or storage.claim (a PersistentVolumeClaim)"
  );
}

/** Folder of the task's attempts; the attempt's number and the output's name follow. A rename of the flow moves nothing. */
export function outputsUri(task: ResolvedTask, identity: AttemptIdentity): string {
  const inRun = task.flow && task.run && identity.flowUid;
  return inRun ? `${runUri(task, identity)}/${task.folder}` : runUri(task, identity);
}

/** Folder of all that a run leaves; of a task by itself the task's. */
export function runUri(task: ResolvedTask, { objectName, uid, flowUid }: AttemptIdentity): string {
  const { storage, namespace, flow, run } = task;
  const base = storage?.claim ? `file://${storageDir}` : (storage?.uri ?? "<storage of the engine>");
  const path = flow && run && flowUid ? `${flow}-${uid8(flowUid)}/${run}` : `${objectName}-${uid8(uid)}`;
  return `${base.replace(/\/+$/, "")}/${namespace}/${path}`;
}

const volume = "sparkflow-storage";

/** The claim's volume and mount, in driver and executors, if the engine has one. */
export const storageVolumes = ({ storage }: ResolvedTask) =>
  storage?.claim ? [{ name: volume, persistentVolumeClaim: { claimName: storage.claim } }] : [];
export const storageMounts = ({ storage }: ResolvedTask) =>
  storage?.claim ? [{ name: volume, mountPath: storageDir }] : [];
