// An image of one static program, as an OCI archive: made with tar alone, for what the node and its tests need themselves.
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "./command.ts";
import { folder } from "./paths.ts";

/** Writes an OCI archive whose image `name` (with tag) runs `program`, a file that needs no other. */
export async function writeArchive(file: string, name: string, program: string, architecture: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "sparkflow-image-"));
  try {
    const layer = await layerOf(work, program);
    const layout = folder(join(work, "layout"));
    const config = {
      architecture,
      os: "linux",
      config: { Entrypoint: ["/program"] },
      rootfs: { type: "layers", diff_ids: [digest(layer)] },
    };
    const manifest = {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: blob(layout, "application/vnd.oci.image.config.v1+json", JSON.stringify(config)),
      layers: [blob(layout, "application/vnd.oci.image.layer.v1.tar", layer)],
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

/** One layer with /program in it, the same bytes for the same program. */
async function layerOf(work: string, program: string): Promise<Buffer> {
  const root = folder(join(work, "root"));
  copyFileSync(program, join(root, "program"));
  chmodSync(join(root, "program"), 0o755);
  const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  await run("tar", [...same, "-C", root, "-cf", join(work, "layer.tar"), "program"]);
  return readFileSync(join(work, "layer.tar"));
}

function blob(layout: string, mediaType: string, content: string | Buffer) {
  const sum = digest(content);
  const blobs = folder(join(layout, "blobs/sha256"));
  writeFileSync(join(blobs, sum.slice("sha256:".length)), content);
  return { mediaType, digest: sum, size: Buffer.byteLength(content) };
}

const digest = (content: string | Buffer) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
