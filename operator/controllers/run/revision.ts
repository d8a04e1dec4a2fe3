// The flow as a run took it: an immutable ControllerRevision, named by its content, so that an edit of the flow changes no
// run that has begun, and all runs of one version share one.

import { canonicalJson, hashText } from "../../api/hash.ts";
import { apiVersion, type SparkFlow } from "../../api/kinds.ts";
import { ownedBy } from "../../kube/objects.ts";
import { controllerRevisions } from "../../kube/resources.ts";
import type { Context, StoredFlow } from "../context.ts";
import { createOwn } from "../createOwn.ts";

export const revisionAnnotation = "sparkflow.dev/revision";

/** Flows by namespace and revision, of runs that are under way. */
export class Revisions {
  readonly #kept = new Map<string, SparkFlow>();

  /** Keeps the flow as it is now and returns the revision's name. */
  async take(ctx: Context, flow: StoredFlow): Promise<string> {
    const { namespace = "", name, uid, generation = 1 } = flow.metadata;
    const revision = `${name.slice(0, 200)}-${hashText(`${uid} ${canonicalJson(flow.spec)}`, 10)}`;
    const key = `${namespace}/${revision}`;
    if (this.#kept.has(key)) return revision;
    const body = {
      apiVersion: "apps/v1",
      kind: "ControllerRevision",
      metadata: {
        name: revision,
        namespace,
        labels: { "app.kubernetes.io/managed-by": "sparkflow", "sparkflow.dev/flow": name },
        ownerReferences: [ownedBy({ ...flow, apiVersion, kind: "SparkFlow" })],
      },
      revision: generation,
      data: { flow: { metadata: { name, namespace, uid }, spec: flow.spec } },
    };
    await createOwn(ctx, controllerRevisions, namespace, body);
    this.#kept.set(key, sparkFlow({ metadata: { name, namespace, uid }, spec: flow.spec as SparkFlow["spec"] }));
    return revision;
  }

  /** The flow of a revision, read once. Throws an ApiError (404) if somebody has deleted it. */
  async get(ctx: Context, namespace: string, revision: string): Promise<SparkFlow> {
    const key = `${namespace}/${revision}`;
    const kept = this.#kept.get(key);
    if (kept) return kept;
    const read = await ctx.client.get(controllerRevisions, namespace, revision);
    const flow = sparkFlow((read.data as { flow: Pick<SparkFlow, "metadata" | "spec"> }).flow);
    this.#kept.set(key, flow);
    return flow;
  }

  /** Forgets what no run under way needs. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.#kept.keys()) if (!keys.has(key)) this.#kept.delete(key);
  }
}

const sparkFlow = ({ metadata, spec }: Pick<SparkFlow, "metadata" | "spec">): SparkFlow => ({
  apiVersion,
  kind: "SparkFlow",
  metadata,
  spec,
});
