// Objects of ours as they are checked: anybody may have written them, and each version is looked at once.
import { apiVersion, type SparkResource } from "../api/kinds.ts";
import type { Problem } from "../api/problems.ts";
import { checkObject } from "../flow/checkObject.ts";
import type { ObjectMeta } from "../kube/objects.ts";

type Unchecked = { metadata: object; spec?: unknown };
export type Checked<T extends SparkResource> = { object: T } | { problems: Problem[] };

/** The object as its kind's type, or why it isn't one. Its status counts for nothing here, nor do warnings. */
export function checkStored<K extends SparkResource["kind"]>(
  kind: K,
  { metadata, spec }: Unchecked,
): Checked<Extract<SparkResource, { kind: K }>> {
  const { object, problems } = checkObject(kind, { apiVersion, kind, metadata, spec });
  const errors = problems.filter(({ severity }) => severity === "error");
  return object && errors.length === 0
    ? { object: object as Extract<SparkResource, { kind: K }> }
    : { problems: errors };
}

/** What is derived from an object's spec, kept by uid until its generation changes. */
export class PerGeneration<T, O extends { metadata: ObjectMeta }> {
  readonly #kept = new Map<string, { generation: number; value: T }>();
  readonly #derive: (object: O) => T;

  constructor(derive: (object: O) => T) {
    this.#derive = derive;
  }

  of(object: O): T {
    const { uid, generation = 0 } = object.metadata;
    const kept = this.#kept.get(uid);
    if (kept?.generation === generation) return kept.value;
    const value = this.#derive(object);
    this.#kept.set(uid, { generation, value });
    return value;
  }

  forget(uid: string): void {
    this.#kept.delete(uid);
  }
}
