// After a write that the API server refused because the object isn't what we thought it was.
import { ApiError, isConflict, isNotFound } from "../kube/errors.ts";
import { type KubeObject, keyOf } from "../kube/objects.ts";
import type { Resource } from "../kube/resources.ts";
import type { Store } from "../kube/store.ts";
import type { Context } from "./context.ts";

/**
 * The store gets the object as it is now, if the error says that it has changed or is gone. True if it is gone: for many a
 * write that is as good as done.
 */
export async function readAnew<T extends KubeObject>(
  ctx: Context,
  resource: Resource,
  store: Store<T>,
  { metadata }: T,
  error: unknown,
): Promise<boolean> {
  const { namespace = "", name, uid } = metadata;
  const gone = () => {
    store.remove(keyOf(metadata), uid);
    return true;
  };
  if (isNotFound(error)) return gone();
  if (!isConflict(error) && !failsItsTest(error)) return false;
  try {
    store.put(await ctx.client.get(resource, namespace, name));
    return false;
  } catch (readError) {
    if (!isNotFound(readError)) throw readError;
    return gone();
  }
}

/** A JSON patch whose `test` didn't hold. */
const failsItsTest = (error: unknown): boolean => error instanceof ApiError && error.status === 422;
