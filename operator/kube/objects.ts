// What every Kubernetes object has, as the API server answers it: raw JSON, so no field is ever lost on the way.

/** An owner; the owner's uid is what counts, a name alone proves nothing. */
export type OwnerReference = {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
};

/** An object's metadata as read from the server, which always sets `name`, `uid` and `resourceVersion`. */
export type ObjectMeta = {
  name: string;
  uid: string;
  resourceVersion: string;
  namespace?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  [field: string]: unknown;
};

export type KubeObject = { apiVersion?: string; kind?: string; metadata: ObjectMeta; [field: string]: unknown };

/** A list's metadata: its revision, and where the next page starts. */
export type ListMeta = { resourceVersion: string; continue?: string; remainingItemCount?: number };

/** The key of an object in stores and queues: `namespace/name`, or the bare name of a cluster-wide object. */
export function keyOf(metadata: { namespace?: string; name: string }): string {
  return metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;
}

/** The namespace and name of a key that `keyOf` made; the namespace of a cluster-wide object is "". */
export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf("/");
  return { namespace: slash < 0 ? "" : key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The reference of the one owner that controls the object, if it has one. */
export function controllerOf(object: {
  metadata: { ownerReferences?: OwnerReference[] | undefined };
}): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** The reference by which `owner` (as read from the server) controls what it makes. */
export function ownedBy(owner: { apiVersion: string; kind: string; metadata: ObjectMeta }): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

/**
 * Is resourceVersion `a` newer than `b`? They are counters of one clock, compared as whole numbers of any size
 * (KEP-5504). Anything else is not comparable and counts as newer, so that news is never held back.
 */
export function newer(a: string, b: string): boolean {
  if (!whole.test(a) || !whole.test(b)) return a !== b;
  return a.length === b.length ? a > b : a.length > b.length;
}

const whole = /^(?:0|[1-9][0-9]*)$/;

/** A time as Kubernetes' MicroTime: RFC 3339, UTC, six digits of the second. */
export function microTime(date: Date): string {
  return `${date.toISOString().slice(0, -1)}000Z`;
}
