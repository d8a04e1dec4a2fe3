// Applying what was prepared: server-side, as the field manager `sparkflow`.
import type { Client } from "../../kube/client.ts";
import { isNotFound } from "../../kube/errors.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { configMaps } from "../../kube/resources.ts";
import type { Manifest } from "./bundle.ts";
import { isOurs, type Prepared } from "./prepare.ts";

export const fieldManager = "sparkflow";
export type Applied = { prepared: Prepared; before: KubeObject | undefined; after: KubeObject };
type Options = { force: boolean; say: (text: string) => void };

/** Applies one object after the other; the first that is refused ends it, with an ApiError. */
export async function applyAll(client: Client, objects: readonly Prepared[], options: Options): Promise<Applied[]> {
  const all: Applied[] = [];
  for (const prepared of objects) all.push(await applyOne(client, prepared, objects, options));
  return all;
}

async function applyOne(
  client: Client,
  prepared: Prepared,
  objects: readonly Prepared[],
  { force, say }: Options,
): Promise<Applied> {
  const { resource, namespace, bundles } = prepared;
  const { name } = prepared.manifest.metadata;
  // Only our own kinds are read: nobody needs the right to read Secrets and ConfigMaps to submit.
  const before = isOurs(resource.kind) ? await existing(client, prepared) : undefined;
  const manifest = uncancelled(prepared.manifest, before);
  const after = await client.patch(resource, namespace, name, manifest, { type: "apply", fieldManager, force });
  say(`${resource.kind.toLowerCase()}/${name} ${what(prepared, before, after)}`);
  for (const bundle of bundles) {
    const made = objects.find((one) => one.resource === configMaps && one.manifest.metadata.name === bundle);
    if (made) await own(client, made, prepared.manifest, after);
  }
  return { prepared, before, after };
}

async function existing(client: Client, { resource, namespace, manifest }: Prepared): Promise<KubeObject | undefined> {
  try {
    return await client.get(resource, namespace, manifest.metadata.name);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** What was cancelled stays so until somebody says otherwise, and who submits it again does. */
function uncancelled(manifest: Manifest, before: KubeObject | undefined): Manifest {
  const cancelled = (before?.spec as { cancel?: boolean } | undefined)?.cancel;
  return cancelled && manifest.spec && manifest.kind !== "SparkFlowRun" && manifest.spec.cancel === undefined
    ? { ...manifest, spec: { ...manifest.spec, cancel: false } }
    : manifest;
}

function what({ resource }: Prepared, before: KubeObject | undefined, after: KubeObject): string {
  if (!isOurs(resource.kind)) return "applied";
  if (!before) return "created";
  return before.metadata.resourceVersion === after.metadata.resourceVersion ? "unchanged" : "changed";
}

/** A ConfigMap that was made for an object goes with it. */
async function own(
  client: Client,
  { namespace, manifest }: Prepared,
  of: Manifest,
  { metadata }: KubeObject,
): Promise<void> {
  const owner = { apiVersion: of.apiVersion, kind: of.kind, name: metadata.name, uid: metadata.uid };
  const owned = { ...manifest, metadata: { ...manifest.metadata, ownerReferences: [owner] } };
  await client.patch(configMaps, namespace, manifest.metadata.name, owned, { type: "apply", fieldManager });
}
