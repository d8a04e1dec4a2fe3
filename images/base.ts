// The base images that the tests build on, for want of a registry: Debian 12 made by debootstrap, as slim as
// debian:bookworm-slim, and the same with the Node that npm installed here. Real builds take those from Docker Hub.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../test/cluster/command.ts";
import { type Buildah, cache } from "./buildah.ts";
import type { Machine } from "./machine.ts";

const debian = "localhost/sparkflow/debian:bookworm-1";
/** What the slim image leaves out: documentation but for licences, other languages, and what apt can fetch again. */
const unneeded = [
  ...["usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian", "var/cache/apt", "var/lib/apt/lists"],
  ...["var/log/bootstrap.log", "var/log/dpkg.log", "var/log/apt"],
];

/** Debian 12, made once (a minute). Must run as root. */
export async function debianBase(buildah: Buildah, machine: Machine): Promise<string> {
  if (await buildah.has(debian)) return debian;
  console.error("== a Debian 12, with debootstrap");
  const folder = mkdtempSync(join(cache, "debian-"));
  try {
    const root = join(folder, "root");
    await run("debootstrap", [
      "--variant=minbase",
      "bookworm",
      root,
      ...(machine.debianMirror ? [machine.debianMirror] : []),
    ]);
    for (const path of unneeded) rmSync(join(root, path), { recursive: true, force: true });
    for (const path of ["var/cache/apt/archives/partial", "var/lib/apt/lists/partial"])
      mkdirSync(join(root, path), { recursive: true });
    await run("find", [join(root, "usr/share/doc"), "-type", "f", "!", "-name", "copyright", "-delete"]);
    for (const path of ["etc/resolv.conf", "etc/hostname"]) rmSync(join(root, path), { force: true });
    await buildah.commit(debian, "scratch", { [root]: "/" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return debian;
}

/** Debian 12 with Node. */
export async function nodeBase(buildah: Buildah, machine: Machine): Promise<string> {
  const image = `localhost/sparkflow/node:${process.versions.node}`;
  const from = await debianBase(buildah, machine);
  if (!(await buildah.has(image))) await buildah.commit(image, from, { [process.execPath]: "/usr/local/bin/node" });
  return image;
}
