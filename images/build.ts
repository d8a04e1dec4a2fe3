// Builds the images with buildah, for machines without Docker and a registry, and writes them as OCI archives:
//   node images/build.ts [--fresh] [operator] [spark-sedona]     both, if none is named
// Prints the archives' paths. An image whose inputs are as they were isn't built again; --fresh fetches Debian's packages anew.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { run } from "../test/cluster/command.ts";
import { withLock } from "../test/cluster/lock.ts";
import { ensurePackages, imagePackages } from "../test/cluster/packages.ts";
import { debianBase, nodeBase } from "./base.ts";
import { Buildah, cache } from "./buildah.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { bundle } from "./operator/bundle.ts";

const repository = resolve(import.meta.dirname, "..");
const { version } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { version: string };

type Image = {
  /** The name that pods use. */
  name: string;
  /** Files and folders of the repository that the image is made of. */
  inputs: string[];
  /** Makes what isn't in the repository. */
  prepare: () => Promise<unknown>;
  base: (buildah: Buildah, machine: Machine) => Promise<string>;
};

const images: Record<string, Image> = {
  "spark-sedona": {
    name: "docker.io/sparkflow/spark-sedona:3.5.7-1.8.0",
    inputs: ["images/spark-sedona", "images/sbom.py", "jars/SHA256SUMS"],
    prepare: () => run(join(repository, "jars/fetch.sh"), ["sedona-35-212-180", "hadoop-aws-334"]),
    base: debianBase,
  },
  operator: {
    name: `docker.io/sparkflow/operator:${version}`,
    inputs: ["images/operator/Dockerfile", "images/sbom.py", "dist/operator.mjs", "dist/operator.packages.json"],
    prepare: bundle,
    base: nodeBase,
  },
};

/** Builds an image unless it's there. Gives the path of its archive, beside which is its SBOM. */
async function build(kind: string, fresh: boolean): Promise<string> {
  const image = images[kind]!;
  await image.prepare();
  const archive = join(cache, `${kind}-${fingerprint(image.inputs)}.oci.tar`);
  if (existsSync(archive) && !fresh) return archive;
  await ensurePackages(imagePackages, (line) => console.error(line));
  const buildah = await Buildah.open();
  const machine = await thisMachine();
  const base = await image.base(buildah, machine);
  console.error(`== image ${image.name}`);
  await buildah.build(image.name, `images/${kind}/Dockerfile`, repository, [
    ...["--build-arg", `BASE=${base}`, "--build-arg", `VERSION=${version}`, "--ignorefile", ignoreFile()],
    ...(fresh ? ["--no-cache"] : []),
    ...machine.options,
  ]);
  await push(buildah, image.name, archive);
  await buildah.prune();
  for (const name of readdirSync(cache).filter((name) => name.startsWith(`${kind}-`)))
    if (!archive.endsWith(name.replace(".spdx.json", ""))) rmSync(join(cache, name));
  return archive;
}

/** Compressed in the way that costs least, here and where it is imported; buildah can't leave layers as they are. */
const light = ["--compression-format=zstd", "--compression-level=1"];

async function push(buildah: Buildah, name: string, archive: string): Promise<void> {
  const partial = `${archive}.partial`;
  rmSync(partial, { force: true });
  await buildah.run("push", "--quiet", ...light, "--format=oci", name, `oci-archive:${partial}:${name}`);
  const container = await buildah.run("from", name);
  try {
    const sbom = join(await buildah.run("mount", container), "opt/sparkflow/sbom.spdx.json");
    writeFileSync(`${archive}.spdx.json`, readFileSync(sbom));
  } finally {
    await buildah.run("rm", container);
  }
  renameSync(partial, archive);
}

/** What the Dockerfiles copy, and nothing else of the repository, is given to buildah. */
function ignoreFile(): string {
  const file = join(cache, "ignore");
  const wanted = ["images", "jars/sedona-35-212-180", "jars/hadoop-aws-334", "dist"];
  writeFileSync(file, ["*", ...wanted.map((path) => `!${path}`), "**/__pycache__", ""].join("\n"));
  return file;
}

function fingerprint(inputs: readonly string[]): string {
  const hash = createHash("sha256").update(version);
  const add = (path: string) => {
    const full = join(repository, path);
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) if (name !== "__pycache__") add(join(path, name));
    } else hash.update(`${path}\n`).update(readFileSync(full));
  };
  inputs.forEach(add);
  return hash.digest("hex").slice(0, 16);
}

const args = process.argv.slice(2);
const unknown = args.find((arg) => arg !== "--fresh" && !Object.hasOwn(images, arg));
if (unknown) {
  console.error(`unknown image "${unknown}"; there are ${Object.keys(images).join(" and ")}`);
  process.exit(2);
}
const asked = Object.keys(images).filter((kind) => args.includes(kind));
mkdirSync(cache, { recursive: true });
await withLock("images", async () => {
  for (const kind of asked.length > 0 ? asked : Object.keys(images))
    console.log(await build(kind, args.includes("--fresh")));
});
