// The product's own images, for clusters without a registry.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { repository } from "./paths.ts";

/** The archives of both images, built unless they are there. */
export function ourImages(): { operator: string; spark: string } {
  const { status, stdout } = spawnSync(process.execPath, [join(repository, "images/build.ts")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error("the images can't be built: see above");
  const files = stdout.trim().split("\n");
  const of = (name: string) => files.find((file) => file.includes(`/${name}-`))!;
  return { operator: of("operator"), spark: of("spark-sedona") };
}
