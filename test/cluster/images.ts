// Images of the node: imported from archives, since there is no registry.
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeArchive } from "./archive.ts";
import { attempt, run } from "./command.ts";
import { socketOf } from "./containerd.ts";
import { architecture } from "./packages.ts";
import { cache } from "./paths.ts";

/** The image that holds a pod's namespaces. */
export const pauseImage = "localhost/sparkflow-test/pause:1";
/** The image of the program in kube/probe, for tests of the cluster. */
export const probeImage = "localhost/sparkflow-test/probe:1";

/** The archive of a program that `binaries` built, made on the first call. */
export async function archiveOf(bin: string, program: "pause" | "probe"): Promise<string> {
  const built = realpathSync(join(bin, program));
  const file = join(cache, `${basename(dirname(built))}.tar`); // the folder's name has the program's key
  const name = program === "pause" ? pauseImage : probeImage;
  if (!existsSync(file)) await writeArchive(file, name, built, await architecture());
  return file;
}

const ctr = (state: string, ...args: string[]) => ["--address", socketOf(state), "--namespace", "k8s.io", ...args];

/**
 * Imports an OCI archive (`buildah push IMAGE oci-archive:FILE:NAME`), unless the node has exactly these images.
 * @param state the node's folder
 * @returns the names that pods may use; a name without a host gets Docker's, as the kubelet reads it
 * @throws Error if the archive names no image, or with containerd's words
 */
export async function importArchive(state: string, file: string): Promise<string[]> {
  const wanted = await imagesIn(file);
  const present = await imagesOn(state);
  if (wanted.some(({ name, digest }) => present.get(name) !== digest)) {
    await importFile(state, file);
    for (const { given, name } of wanted.filter((image) => image.given !== image.name))
      await run("ctr", ctr(state, "images", "tag", "--force", given, name));
  }
  return wanted.map(({ name }) => name);
}

/**
 * containerd may collect the snapshots of an image that has just lost its name, and the new one needs some of them: "parent
 * snapshot … does not exist". Then they are made anew.
 */
async function importFile(state: string, file: string): Promise<void> {
  const args = ctr(state, "images", "import", file);
  const { code, stderr } = await attempt("ctr", args);
  if (code === 0) return;
  if (!/snapshot \S+ does not exist/.test(stderr)) throw new Error(`${file} can't be imported: ${stderr.trim()}`);
  await run("ctr", args);
}

/** Names on the node with the digests that they stand for. */
export async function imagesOn(state: string): Promise<Map<string, string>> {
  const lines = (await run("ctr", ctr(state, "images", "ls"))).trim().split("\n").slice(1);
  return new Map(lines.map((line) => line.split(/\s+/)).map(([name, , digest]) => [name!, digest!]));
}

type Manifest = { digest: string; annotations?: Record<string, string> };

async function imagesIn(file: string): Promise<{ given: string; name: string; digest: string }[]> {
  const read = async (path: string) => (await attempt("tar", ["-xOf", file, path])).stdout;
  const index = (await read("index.json")) || (await read("./index.json"));
  if (!index) throw new Error(`${file} is no OCI archive: it has no index.json`);
  return (JSON.parse(index) as { manifests: Manifest[] }).manifests.map(({ digest, annotations }) => {
    const given = annotations?.["io.containerd.image.name"] ?? annotations?.["org.opencontainers.image.ref.name"];
    if (!given?.includes(":"))
      throw new Error(`an image in ${file} has no name with a tag: push it as oci-archive:FILE:NAME:TAG`);
    return { given, name: fullName(given), digest };
  });
}

/** An image's name as the kubelet reads it: without a host it is Docker's. */
export function fullName(name: string): string {
  const [first, ...rest] = name.split("/");
  if (rest.length > 0 && (/[.:]/.test(first!) || first === "localhost")) return name;
  return rest.length > 0 ? `docker.io/${name}` : `docker.io/library/${name}`;
}
