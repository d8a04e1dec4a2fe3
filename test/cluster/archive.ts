// Images as OCI archives, made with tar alone, for what the node and its tests need themselves: of one static program, or of
// another image without a part of it.
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { run } from "./command.ts";
import { folder } from "./paths.ts";

/** Writes an OCI archive whose image `name` (with tag) runs `program`, a file that needs no other. */
export async function writeArchive(file: string, name: string, program: string, architecture: string): Promise<void> {
  await writeLayout(file, name, async (work) => {
    const root = folder(join(work, "root"));
    copyFileSync(program, join(root, "program"));
    chmodSync(join(root, "program"), 0o755);
    const layer = await layerOf(work, root);
    const config = {
      architecture,
      os: "linux",
      config: { Entrypoint: ["/program"] },
      rootfs: { type: "layers", diff_ids: [digest(layer)] },
    };
    return { config, layers: [], added: layer };
  });
}

type Descriptor = { mediaType: string; digest: string; size: number };
type Config = { config: object; rootfs: { type: string; diff_ids: string[] }; [field: string]: unknown };

/**
 * Writes an archive whose image is that of the archive `base` without one of its folders, such as `opt/sparkflow`, and without
 * entry point. What both share isn't written: only a node that has the base image can import it.
 */
export async function writeWithout(file: string, name: string, base: string, without: string): Promise<void> {
  const read = async (path: string) => JSON.parse(await run("tar", ["-xOf", base, path]));
  const blobOf = ({ digest: sum }: Descriptor) => read(`blobs/${sum.replace(":", "/")}`);
  const index = (await read("index.json")) as { manifests: [Descriptor] };
  const manifest = (await blobOf(index.manifests[0])) as { config: Descriptor; layers: Descriptor[] };
  const { history: _, ...config } = (await blobOf(manifest.config)) as Config;
  await writeLayout(file, name, async (work) => {
    const root = folder(join(work, "root"));
    // A whiteout: https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
    writeFileSync(join(folder(join(root, dirname(without))), `.wh.${basename(without)}`), "");
    const layer = await layerOf(work, root);
    const rootfs = { ...config.rootfs, diff_ids: [...config.rootfs.diff_ids, digest(layer)] };
    const bare = { ...config, config: { ...config.config, Entrypoint: [] }, rootfs };
    return { config: bare, layers: manifest.layers, added: layer };
  });
}

/** Writes an archive of one image: its configuration, layers that are elsewhere, and one more. */
async function writeLayout(
  file: string,
  name: string,
  image: (work: string) => Promise<{ config: object; layers: Descriptor[]; added: Buffer }>,
): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "sparkflow-image-"));
  try {
    const { config, layers, added } = await image(work);
    const layout = folder(join(work, "layout"));
    const manifest = {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: blob(layout, "application/vnd.oci.image.config.v1+json", JSON.stringify(config)),
      layers: [...layers, blob(layout, "application/vnd.oci.image.layer.v1.tar", added)],
    };
    const entry = {
      ...blob(layout, manifest.mediaType, JSON.stringify(manifest)),
      annotations: { "io.containerd.image.name": name, "org.opencontainers.image.ref.name": name },
    };
    writeFileSync(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
    writeFileSync(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
    folder(dirname(file));
    await run("tar", ["-C", layout, "-cf", `${file}.new`, "."]);
    renameSync(`${file}.new`, file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A folder as a layer, the same bytes for the same content. */
async function layerOf(work: string, root: string): Promise<Buffer> {
  const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  await run("tar", [...same, "-C", root, "-cf", join(work, "layer.tar"), "."]);
  return readFileSync(join(work, "layer.tar"));
}

function blob(layout: string, mediaType: string, content: string | Buffer): Descriptor {
  const sum = digest(content);
  const blobs = folder(join(layout, "blobs/sha256"));
  writeFileSync(join(blobs, sum.slice("sha256:".length)), content);
  return { mediaType, digest: sum, size: Buffer.byteLength(content) };
}

const digest = (content: string | Buffer) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
