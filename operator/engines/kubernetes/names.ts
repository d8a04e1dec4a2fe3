// Names of what one attempt makes: of task, uid and attempt, so that nothing starts twice.

/** One attempt of one SparkTask object. */
export type AttemptIdentity = {
  /** The SparkTask object's name; the task's short name stands in its label. */
  objectName: string;
  /** The SparkTask object's whole uid. */
  uid: string;
  /** Number of the attempt, from 1. */
  number: number;
  /** The SparkFlow's uid, where a run made the task. */
  flowUid?: string;
  /** Number of the first attempt since a task made by hand was last edited. */
  since?: number;
};

export type AttemptNames = { driver: string; configMap: string; appId: string; executorPrefix: string };

/** Longest prefix of an object's name in the names of its pods: prefix, uid and attempt must fit 63 characters. */
const namePrefix = 36;

/** The first eight hex digits of a uid. */
export const uid8 = (uid: string): string => uid.replaceAll("-", "").slice(0, 8);

export function attemptNames({ objectName, uid, number }: AttemptIdentity): AttemptNames {
  const base = `${objectName.slice(0, namePrefix).replace(/-+$/, "")}-${uid8(uid)}-${number}`;
  return { driver: `${base}-driver`, configMap: `${base}-conf`, appId: base, executorPrefix: base };
}
