// Volumes for tests: a folder of this machine behind a PersistentVolumeClaim, as a shared file system would be.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { folder } from "./paths.ts";

export type Volume = {
  /** The claim's name. */
  claim: string;
  /** The folder behind it, on this machine. */
  path: string;
};

type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

/** Makes the folder, a PersistentVolume of it, and the claim `name` bound to that. May be called again. */
export async function makeVolume(kubectl: Kubectl, root: string, namespace: string, name: string): Promise<Volume> {
  const path = folder(join(root, namespace, name));
  chmodSync(path, 0o777); // not of mkdir's mode, which the umask cuts
  const capacity = { storage: "10Gi" };
  const shared = { accessModes: ["ReadWriteMany"], storageClassName: "" };
  const volume = {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `${namespace}-${name}` },
    spec: {
      ...shared,
      capacity,
      hostPath: { path, type: "Directory" },
      persistentVolumeReclaimPolicy: "Retain",
      claimRef: { namespace, name },
    },
  };
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { namespace, name },
    spec: { ...shared, resources: { requests: capacity }, volumeName: `${namespace}-${name}` },
  };
  // A volume whose claim was deleted stays bound to what is no more.
  const phase = await kubectl([
    "get",
    "pv",
    volume.metadata.name,
    "--ignore-not-found",
    "-o",
    "jsonpath={.status.phase}",
  ]);
  if (phase === "Released" || phase === "Failed") await kubectl(["delete", "pv", volume.metadata.name]);
  const objects = { apiVersion: "v1", kind: "List", items: [volume, claim] };
  await kubectl(["apply", "-f", "-"], JSON.stringify(objects));
  return { claim: name, path };
}
