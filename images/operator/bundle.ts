// Bundles the operator into dist/operator.mjs, one file for Node 24 that needs no packages beside it, and lists the packages
// that went into it, for the SBOM.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";

const repository = resolve(import.meta.dirname, "../..");

/** Writes the bundle into a folder; gives its path. Throws an Error if the source can't be bundled. */
export async function bundle(out: string = join(repository, "dist")): Promise<string> {
  const outfile = join(out, "operator.mjs");
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: ["operator/main.ts"],
    outfile,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    metafile: true,
    // Node keeps the text in memory. Names stay, for stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    logLevel: "warning",
    // CommonJS packages ask for Node's own modules with it.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  writeFileSync(join(out, "operator.packages.json"), `${JSON.stringify(packages(metafile), null, 1)}\n`);
  return outfile;
}

/** npm packages of which something is in the bundle. */
function packages({ outputs }: Metafile): { name: string; version: string; license: string }[] {
  const inputs = Object.values(outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort().map((folder) => {
    const text = readFileSync(join(repository, folder, "package.json"), "utf8");
    const { name, version, license } = JSON.parse(text) as { name: string; version: string; license?: string };
    return { name, version, license: license ?? "NOASSERTION" };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await bundle());
