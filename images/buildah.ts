// buildah, with a storage of its own below the cache folder: root's other images and containers are left alone.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { attempt, run, searchPath } from "../test/cluster/command.ts";

/** ~/.cache/sparkflow/images: archives, the storage, and what builds keep between them. */
export const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sparkflow", "images");

/** What RUN --mount=type=cache keeps goes below TMPDIR. */
const env = { TMPDIR: join(cache, "tmp") };
const storage = (driver: string) => [
  ...["--root", join(cache, "storage"), "--runroot", join(cache, "run")],
  ...["--storage-driver", driver],
];

type Left = { id: string; createdatraw: string };
const dayMs = 24 * 60 * 60 * 1000;

export class Buildah {
  readonly #storage: string[];

  private constructor(driver: string) {
    this.#storage = storage(driver);
  }

  /** With overlay, or with vfs (slow, and large) where the cache folder's file system can't be below an overlay. */
  static async open(): Promise<Buildah> {
    mkdirSync(env.TMPDIR, { recursive: true });
    const { code } = await attempt("buildah", [...storage("overlay"), "images", "--quiet"], { env });
    return new Buildah(code === 0 ? "overlay" : "vfs");
  }

  /** Runs a buildah command and gives what it says. Throws an Error with its last words. */
  async run(...args: string[]): Promise<string> {
    return (await run("buildah", [...this.#storage, ...args], { env })).trim();
  }

  /** Removes what builds of more than a day ago have left: one change of the Python library leaves 350 MB. */
  async prune(): Promise<void> {
    const left = JSON.parse((await this.run("images", "--json", "--filter", "dangling=true")) || "[]") as Left[];
    const old = (left ?? []).filter(({ createdatraw }) => Date.now() - Date.parse(createdatraw) > dayMs);
    for (const { id } of old) await attempt("buildah", [...this.#storage, "rmi", id], { env });
  }

  async has(image: string): Promise<boolean> {
    return (await attempt("buildah", [...this.#storage, "inspect", "--type=image", image], { env })).code === 0;
  }

  /** Builds a Dockerfile, whose steps are shown on stderr as they come. Throws an Error if one fails. */
  build(image: string, dockerfile: string, context: string, options: readonly string[]): Promise<void> {
    const command = [
      "bud",
      "--isolation=chroot",
      "--layers",
      "--tag",
      image,
      "--file",
      dockerfile,
      ...options,
      context,
    ];
    return new Promise((resolve, reject) => {
      const child = spawn("buildah", [...this.#storage, ...command], {
        env: { ...process.env, ...env, PATH: searchPath },
        stdio: ["ignore", 2, 2],
      });
      child.on("error", reject);
      child.on("close", (code) =>
        code === 0 ? resolve() : reject(new Error(`${dockerfile} can't be built (${code})`)),
      );
    });
  }

  /** Makes an image of a folder, or of another image, with files added: source → path in the image. */
  async commit(image: string, from: string, files: Readonly<Record<string, string>>): Promise<void> {
    const container = await this.run("from", from);
    try {
      for (const [source, target] of Object.entries(files)) await this.run("add", "--quiet", container, source, target);
      await this.run("commit", "--quiet", container, image);
    } finally {
      await this.run("rm", container);
    }
  }
}
