// Making what an owner makes: by plain POST under a name that says what it is, so that a second try, or a second operator,
// finds it there instead of making it twice.
import { isAlreadyExists } from "../kube/errors.ts";
import { controllerOf, type KubeObject } from "../kube/objects.ts";
import type { Resource } from "../kube/resources.ts";
import type { Context } from "./context.ts";

export type Made = { object: KubeObject; existed: boolean };

/** An object to be made: its controller is the owner who makes it. */
type Body = {
  metadata: { name: string; namespace?: string; ownerReferences?: KubeObject["metadata"]["ownerReferences"] };
};

/**
 * Creates an object, or finds it there as its owner's own. Undefined if another one's has its name. Throws an ApiError if the
 * create is refused for any other reason, or if what was there is gone when it is read (404).
 */
export async function createOwn(
  ctx: Context,
  resource: Resource,
  namespace: string,
  body: Body & object,
): Promise<Made | undefined> {
  try {
    return { object: await ctx.client.create(resource, namespace, body), existed: false };
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const found = await ctx.client.get(resource, namespace, body.metadata.name);
    return controllerOf(found)?.uid === controllerOf(body)?.uid ? { object: found, existed: true } : undefined;
  }
}
