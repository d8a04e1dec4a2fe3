// Volumes of a template, and where it mounts them.
import type { Path } from "../../../api/problems.ts";
import { isWithin, localDir, normalised, storageDir, terminationLog, workDir } from "../paths.ts";
import { each, free, items, map, oneOf, type Refusal, type Rule, refuse, refused, refuseOwned } from "./rules.ts";

const projectedSources = each(
  map({
    configMap: free,
    secret: free,
    downwardAPI: free,
    clusterTrustBundle: free,
    serviceAccountToken: refused("a token of the service account is the driver's alone"),
  }),
);
/** Inline CSI volumes of which each pod gets only what its own namespace holds. */
const csiDrivers = ["secrets-store.csi.k8s.io"];

const sources: Readonly<Record<string, Rule>> = {
  name: free,
  emptyDir: free,
  configMap: free,
  secret: free,
  persistentVolumeClaim: free,
  ephemeral: free,
  downwardAPI: free,
  projected: map({ sources: projectedSources, defaultMode: free }),
  csi: map({
    driver: oneOf(csiDrivers, "an inline CSI volume can reach what its driver can; use a PersistentVolumeClaim"),
    volumeAttributes: free,
    readOnly: free,
    fsType: free,
    nodePublishSecretRef: free,
  }),
  hostPath: refused("pods see no files of their host; use a PersistentVolumeClaim, a ConfigMap or a Secret"),
};
/** Ours, but another volume may stand in: a disk for shuffles, memory for /tmp. */
const scratch: Readonly<Record<string, string>> = { "spark-local-dir-1": localDir, "work-dir": workDir, tmp: "/tmp" };
const writable = ["name", "emptyDir", "ephemeral", "persistentVolumeClaim"];

export const volumesRule: Rule = items("name", (value, path, base) => {
  const volume = value as { name: string };
  if (Object.hasOwn(scratch, volume.name)) {
    const other = Object.keys(volume).find((key) => !writable.includes(key));
    if (other)
      return refuseOwned(
        [...path, other],
        volume,
        `Spark writes to "${volume.name}"; use ${writable.slice(1).join(", ")}`,
      );
  } else if (base !== undefined || /^(sparkflow|cm)-/.test(volume.name)) {
    return refuseOwned(path, volume, `volumes named sparkflow-… and cm-… are the operator's; give it another name`);
  }
  // What the template says replaces the base's source as a whole.
  return map(sources)(value, path, undefined);
});

/** Where the kubelet puts a service account's token; what is mounted there would be taken for one. */
const tokenDirs = ["/var/run/secrets/kubernetes.io", "/run/secrets/kubernetes.io"];
const platformDirs = ["/proc", "/sys", terminationLog];

const mountFields = map({
  name: free,
  mountPath: free,
  subPath: free,
  subPathExpr: free,
  readOnly: free,
  recursiveReadOnly: free,
  mountPropagation: oneOf(["None"], "mounts stay within the pod"),
});

/** Mounts of a container that isn't Spark's: its file system is its own. */
export const sidecarMountsRule: Rule = items("mountPath", (value, path, base) => [
  ...mountFields(value, path, base),
  ...pathProblems((value as { mountPath: string }).mountPath, [], path),
]);

/** Mounts of Spark's container: ours stay where they are, whole. */
export const sparkMountsRule: Rule = (value, path, base) => {
  const ours = (Array.isArray(base) ? base : []).map(({ mountPath }) => String(mountPath));
  return items("mountPath", (mount, at, like) => {
    const { mountPath, name } = mount as { mountPath: string; name?: unknown };
    const fields = mountFields(mount, at, like);
    if (like !== undefined)
      return Object.values(scratch).includes(mountPath)
        ? fields
        : refuseOwned(at, mountPath, "the operator mounts its own files there");
    if (normalised(mountPath) === localDir && mountPath === localDir && /^spark-local-dir-/.test(String(name)))
      return fields;
    return [...fields, ...pathProblems(mountPath, [...ours, localDir], at)];
  })(value, path, base);
};

/** Why nothing of the user's may be mounted at a path. Paths are compared as the kernel reads them. */
export function pathProblems(mountPath: string, ours: readonly string[], path: Path): Refusal[] {
  const place = normalised(mountPath);
  const at = [...path, "mountPath"];
  if (ours.length > 0 && (isWithin(place, "/opt/sparkflow") || ours.includes(place)))
    return refuseOwned(at, mountPath, "the operator mounts its own files there");
  const hidden = [...ours, ...(ours.length > 0 ? [storageDir] : []), terminationLog].find((one) =>
    isWithin(one, place),
  );
  if (hidden) return refuseOwned(at, mountPath, `it would hide ${hidden}, which every pod needs`);
  if (tokenDirs.some((token) => isWithin(place, token) || isWithin(token, place)))
    return refuse(at, mountPath, "that is where Kubernetes puts tokens of service accounts");
  if (platformDirs.some((platform) => isWithin(place, platform)))
    return refuse(at, mountPath, "that belongs to the container's runtime");
  return [];
}
