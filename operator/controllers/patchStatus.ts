// Writes a status: one merge-patch of what has changed, which the API server refuses if the object has changed meanwhile.
import type { KubeObject } from "../kube/objects.ts";
import type { Resource } from "../kube/resources.ts";
import type { Store } from "../kube/store.ts";
import type { Context } from "./context.ts";
import { readAnew } from "./readAnew.ts";
import { statusPatch } from "./task/status.ts";

/**
 * Makes an object's status what it should be and returns the object as it is then. Nothing is sent if nothing changed.
 * On a conflict the error is thrown and the store has the object as it is now, so that the next look decides anew.
 */
export async function patchStatus<T extends KubeObject>(
  ctx: Context,
  resource: Resource,
  store: Store<T>,
  object: T,
  next: object,
): Promise<T> {
  const patch = statusPatch((object.status as object | undefined) ?? {}, next);
  if (!patch) return object;
  const { namespace = "", name, resourceVersion } = object.metadata;
  try {
    const written = await ctx.client.patch(
      resource,
      namespace,
      name,
      { metadata: { resourceVersion }, status: patch },
      { subresource: "status" },
    );
    store.put(written);
    return { ...object, metadata: written.metadata, status: written.status } as T;
  } catch (error) {
    await readAnew(ctx, resource, store, object, error);
    throw error;
  }
}
